package org.gatehouse.bench.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ReportTest {
    @TempDir
    Path results;
    private int status;

    private String report(String lines) throws IOException {
        Files.writeString(results.resolve("run.json"), lines);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        status = Report.run(Arguments.parse(List.of("--results", results.toString()), Report.OPTIONS),
                new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String c64(int round, String target, double rate, int errors) {
        return "{\"mode\":\"closed\",\"case\":\"c64\",\"round\":\"" + round + "\",\"target\":\"" + target
                + "\",\"requests_per_s\":" + rate + ",\"errors\":" + errors + "}\n";
    }

    @Test
    void ratioIsTheMedianOfTheRoundsOwnRatios() throws IOException {
        String table = report(c64(1, "nginx", 1000, 0) + c64(1, "gatehouse", 500, 0) + c64(2, "nginx", 100, 0)
                + c64(2, "gatehouse", 40, 0) + c64(3, "nginx", 10, 0) + c64(3, "gatehouse", 9, 0));
        assertThat(table).contains("| requests/s at c=64, of nginx's | >= 0.350 | 0.500 | 1.429 | PASS |");
        assertThat(status).isZero();
    }

    @Test
    void ratioOfTwoRoundsIsTheirMean() throws IOException {
        assertThat(report(c64(1, "nginx", 10, 0) + c64(1, "gatehouse", 4, 0) + c64(2, "nginx", 10, 0)
                + c64(2, "gatehouse", 6, 0))).contains("| requests/s at c=64, of nginx's | >= 0.350 | 0.500 |");
    }

    @Test
    void rowBelowItsTargetFails() throws IOException {
        assertThat(report(c64(1, "nginx", 1000, 0) + c64(1, "gatehouse", 100, 0))).contains("| FAIL |");
        assertThat(status).isEqualTo(1);
    }

    @Test
    void rowWithoutFiguresDoesNotPass() throws IOException {
        assertThat(report("")).contains("not measured").doesNotContain("PASS").doesNotContain("FAIL");
    }

    @Test
    void runWithFailuresIsReportedAndGivesNoFigures() throws IOException {
        assertThat(report(c64(1, "nginx", 1000, 0) + c64(1, "gatehouse", 900, 3))).contains("round 1: 3 failures")
                .contains("| requests/s at c=64, of nginx's | >= 0.350 |  |  | not measured |");
        assertThat(status).isEqualTo(1);
    }

    @Test
    void callThatWasNeverGivenUpFails() throws IOException {
        assertThat(report(
                "{\"mode\":\"cancel\",\"case\":\"cancel\",\"round\":\"1\",\"target\":\"gatehouse\",\"plain_fin_failed\":1,"
                        + "\"plain_fin_max_ms\":2.0,\"failed\":1}"))
                .contains("plain fin, max | < 300 ms | never");
    }
}
