package org.gatehouse.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class InstrumentsTest {

    @Test
    void percentilesAreRightToWithinOnePercent() {
        SplittableRandom random = new SplittableRandom(7);
        long[] values = new long[20_000];
        Histogram histogram = new Histogram();
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) Math.exp(random.nextDouble(1, 24));
            histogram.record(values[i]);
        }
        Arrays.sort(values);
        for (double percentile : new double[]{1, 25, 50, 90, 99, 99.9}) {
            double exact = values[(int) Math.ceil(values.length * percentile / 100) - 1] / 1e6;
            assertThat(histogram.millisAt(percentile)).isCloseTo(exact, within(exact * 0.01));
        }
        assertThat(histogram.largestMillis()).isEqualTo(values[values.length - 1] / 1e6);
    }

    @Test
    void percentilesOfNothingAreZero() {
        assertThat(new Histogram().millisAt(99)).isZero();
    }

    @Test
    void eventsAreFoundHoweverTheyAreCut() {
        String stream = ": ping\n\ndata: one\r\n\r\nevent: x\ndata:two\n\nid: 1\ndata: [DONE]\n\n";
        for (int cut = 0; cut <= stream.length(); cut++) {
            List<String> found = new ArrayList<>();
            EventSplitter splitter = new EventSplitter((buffer, from, to) -> found
                    .add(new String(buffer, from, to - from, StandardCharsets.US_ASCII)));
            byte[] bytes = stream.getBytes(StandardCharsets.US_ASCII);
            splitter.bytes(bytes, 0, cut);
            splitter.bytes(bytes, cut, bytes.length);
            assertThat(found).containsExactly("one", "two", "[DONE]");
        }
    }

    @Test
    void jsonSurvivesReadingAndWriting() {
        String text = "{\"a\":[1,-2.5,true,null,\"x\\u0001\\\"\\\\\"],\"b\":{}}";
        assertThat(Json.write(Json.read(text))).isEqualTo(text);
        assertThat(Json.readObject("{\"u\":{\"t\":7}}").whole("u.t", 0)).isEqualTo(7);
    }

    @Test
    void brokenJsonIsRefused() {
        for (String text : List.of("", "{", "[1,", "{\"a\" 1}", "nul", "\"x", "{} {}", "--")) {
            assertThatThrownBy(() -> Json.read(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void sequenceNumbersKeepTheRequestsLength() {
        Target target = Target.parse("http://127.0.0.1:1", Target.CHAT, null);
        RequestTemplate template = RequestTemplate.post(target, "{\"é\":\"{{sequence}}\"}");
        assertThat(new String(template.numbered(42), StandardCharsets.UTF_8)).endsWith("{\"é\":\"000000000042\"}")
                .contains("Content-Length: 21\r\n");
    }

    @Test
    void wrongOptionsAreRefusedWithTheRightOnesNamed() {
        assertThatThrownBy(() -> Arguments.parse(List.of("--conections", "4"), ClosedLoop.OPTIONS))
                .isInstanceOf(UsageException.class).hasMessageContaining("--connections");
    }
}
