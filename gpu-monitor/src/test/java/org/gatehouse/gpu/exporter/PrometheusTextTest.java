package org.gatehouse.gpu.exporter;

import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.exporter.PrometheusText.Parsed;
import org.gatehouse.gpu.exporter.PrometheusText.Sample;

import static org.assertj.core.api.Assertions.assertThat;

final class PrometheusTextTest {
    @Test
    void aSampleHasItsNameItsLabelsAndItsValueAsWritten() {
        Parsed parsed = PrometheusText.parse("""
                # HELP A Help.
                # TYPE A gauge
                A{gpu="0",name="a \\"b\\" \\\\ c\\nd"} 12345678901234567890
                B 1.5e3 1700000000000
                C{} NaN
                D{x="1",} 2
                """);
        assertThat(parsed.unreadable()).isZero();
        assertThat(parsed.samples()).containsExactly(
                new Sample("A", Map.of("gpu", "0", "name", "a \"b\" \\ c\nd"), "12345678901234567890"),
                new Sample("B", Map.of(), "1.5e3"), new Sample("C", Map.of(), "NaN"),
                new Sample("D", Map.of("x", "1"), "2"));
    }

    @Test
    void oneBadLineDoesNotHideTheOthers() {
        Parsed parsed = PrometheusText.parse("A{x=\"1\n{oops} 1\nB{x=1} 2\nC{x=\"1\"}\nGOOD 7\n<html>");
        assertThat(parsed.samples()).containsExactly(new Sample("GOOD", Map.of(), "7"));
        assertThat(parsed.unreadable()).isEqualTo(5);
    }

    @Test
    void noPageWhateverItHoldsIsAnError() {
        Random random = new Random(11);
        String letters = "AB{}=\"\\, \n#1.e";
        for (int i = 0; i < 5_000; i++) {
            StringBuilder page = new StringBuilder();
            for (int j = random.nextInt(60); j > 0; j--) {
                page.append(letters.charAt(random.nextInt(letters.length())));
            }
            assertThat(PrometheusText.parse(page.toString()).unreadable()).isGreaterThanOrEqualTo(0);
        }
    }
}
