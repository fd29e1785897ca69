package org.gatehouse.gateway.upstream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.exchange.ACall;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.upstream.http.BodySlice;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;

class BodyRewriteTest {
    private static final String MESSAGES = "\"messages\":[{\"role\":\"user\",\"content\":\"h\\u00e9 \uD83D\uDE00 \\/\"}]";

    @Test
    void nothingButTheModelsNameChangesInAPlainCall() {
        String odd = "{ \"x\":1.50e+10,\t\"model\" : \"m\" ,\"big\":123456789012345678901234567890, " + MESSAGES
                + ",\"y\":{\"model\":\"m\"},\"z\":[ ] }\n";

        assertThat(rewritten(ACall.on(Surface.CHAT_COMPLETIONS, odd).servedBy("up/\"stream\"")))
                .isEqualTo(odd.replace("\"model\" : \"m\"", "\"model\" : \"up/\\\"stream\\\"\""));
        assertThat(rewritten(ACall.on(Surface.CHAT_COMPLETIONS, odd).servedBy("m"))).isEqualTo(odd);
    }

    @Test
    void streamAsksForUsageAndForRunningUsageWhereTheUpstreamKnowsIt() {
        String body = "{\"model\":\"m\"," + MESSAGES + ",\"stream\":true}";

        assertThat(rewritten(ACall.on(Surface.CHAT_COMPLETIONS, body).servedBy("m")))
                .isEqualTo("{\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true},"
                        + body.substring(1));
        assertThat(rewritten(ACall.on(Surface.CHAT_COMPLETIONS, body).servedBy("m")
                .to(Upstream.Kind.OPENAI_COMPATIBLE, "https://x.test/v1")))
                .isEqualTo("{\"stream_options\":{\"include_usage\":true}," + body.substring(1));
    }

    @Test
    void streamOptionsOfTheClientSurviveAndAreAddedTo() {
        String body = "{\"model\":\"m\"," + MESSAGES
                + ",\"stream_options\" : {\"x\":[1.0],\"include_usage\":false} ,\"stream\":true}";

        assertThat(rewritten(ACall.on(Surface.CHAT_COMPLETIONS, body).servedBy("m")
                .to(Upstream.Kind.OPENAI_COMPATIBLE, "https://x.test/v1")))
                .isEqualTo(body.replace("\"include_usage\":false", "\"include_usage\":true"));
        assertThat(rewritten(ACall.chat(",\"stream\":true,\"stream_options\":null").servedBy("m")))
                .contains("\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}}");
        String all = ",\"stream\":true,\"stream_options\":{ \"continuous_usage_stats\":true,\"include_usage\":true }";
        assertThat(rewritten(ACall.chat(all).servedBy("m"))).contains(all);
    }

    @Test
    void capIsPutInOrLoweredOnlyWhenTheReservationSaysSo() {
        assertThat(rewritten(ACall.chat(",\"max_tokens\":100").servedBy("m").holding(60, true)))
                .endsWith(",\"max_tokens\":60}");
        assertThat(rewritten(ACall.chat(",\"max_completion_tokens\":100,\"n\":3").servedBy("m").holding(60, true)))
                .endsWith(",\"max_completion_tokens\":20,\"n\":3}");
        assertThat(rewritten(ACall.chat("").servedBy("m").holding(60, true))).startsWith("{\"max_tokens\":60,");
        assertThat(rewritten(ACall.chat(",\"max_tokens\":100").servedBy("m").holding(60, false)))
                .endsWith(",\"max_tokens\":100}");
        assertThat(rewritten(ACall.chat("").servedBy("m").holding(60, true).to(Upstream.Kind.OPENAI_COMPATIBLE,
                "https://api.openai.com/v1"))).startsWith("{\"max_completion_tokens\":60,");
        assertThat(rewritten(ACall.on(Surface.RESPONSES, "{\"model\":\"m\",\"input\":\"p\"}").servedBy("m").holding(60,
                true))).startsWith("{\"max_output_tokens\":60,");
    }

    @Test
    void severalChangesStandWhereTheyBelong() {
        String body = "{\"stream\":true,\"max_tokens\":9,\"model\":\"m\"," + MESSAGES + "}";

        assertThat(rewritten(ACall.on(Surface.CHAT_COMPLETIONS, body).servedBy("other").holding(5, true)
                .to(Upstream.Kind.OPENAI_COMPATIBLE, "https://x.test/v1")))
                .isEqualTo(
                        "{\"stream_options\":{\"include_usage\":true},\"stream\":true,\"max_tokens\":5,\"model\":\"other\","
                                + MESSAGES + "}");
    }

    @Test
    void modelIsNamedToTheUpstreamWhenTheClientLeftItOut() {
        assertThat(rewritten(ACall.on(Surface.MODERATIONS, "{\"input\":\"x\"}").servedBy("mod")))
                .isEqualTo("{\"model\":\"mod\",\"input\":\"x\"}");
    }

    @Test
    void formWithoutAModelGetsOneToo() {
        String form = "--B\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nx\r\n--B--\r\n";

        assertThat(rewritten(ACall.on(Surface.IMAGES_EDITS, form).servedBy("painter")))
                .isEqualTo("--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\npainter\r\n" + form);
        String named = form.replace("--B--", "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--B--");
        assertThat(rewritten(ACall.on(Surface.IMAGES_EDITS, named).servedBy("painter")))
                .isEqualTo(named.replace("\r\n\r\nm\r\n", "\r\n\r\npainter\r\n"));
    }

    private static String rewritten(ACall call) {
        Exchange exchange = call.routed();
        if (exchange.reservationIfKnown() == null) {
            exchange = call.holding(Long.MAX_VALUE, false).routed();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (BodySlice slice : BodyRewrite.of(exchange)) {
            bytes.write(slice.array(), slice.offset(), slice.length());
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
