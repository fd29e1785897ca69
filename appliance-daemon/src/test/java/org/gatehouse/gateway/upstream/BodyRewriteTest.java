package org.gatehouse.gateway.upstream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

    @Test
    void whatSteersAnEngineIsTakenOutWhereverItStands() throws IOException {
        Random random = new Random(11);
        List<String> steering = List.of("\"request_id\":\"a,\\\"b\"", "\"priority\" : -5", "\"lora\":1.5e3",
                "\"vllm_xargs\": {\"x\":[1,{\"priority\":\"}\"}]}", "\"kv_transfer_params\"\t:\nnull",
                "\"rid\":[\"h\u00e9 \uD83D\uDE00\"]", "\"id_slot\":true", "\"cache\\u005fsalt\":\"\"");
        List<String> kept = List.of("\"model\" : \"m\"", MESSAGES, "\"x\":{\"priority\":1}", "\"y\":[]");
        for (int round = 0; round < 2_000; round++) {
            List<String> members = new ArrayList<>(kept);
            for (String one : steering) {
                if (random.nextInt(3) == 0) {
                    members.add(one);
                }
            }
            Collections.shuffle(members, random);
            String comma = random.nextBoolean() ? "," : " \n, ";
            String body = "{" + (random.nextBoolean() ? " " : "") + String.join(comma, members) + " }";

            String sent = forEngine(ACall.on(Surface.CHAT_COMPLETIONS, body).servedBy("m"), "\"own\":1");

            ObjectNode wanted = (ObjectNode) new ObjectMapper().readTree(body);
            wanted.remove(List.of("request_id", "priority", "lora", "vllm_xargs", "kv_transfer_params", "rid",
                    "id_slot", "cache_salt"));
            wanted.put("own", 1);
            assertThat(new ObjectMapper().readTree(sent)).as(body).isEqualTo(wanted);
            assertThat(sent).startsWith("{\"own\":1,").contains(kept);
        }
    }

    @Test
    void partsOfAFormThatSteerAnEngineAreTakenOut() {
        String file = "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n";
        String model = "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n";
        String steering = "--B\r\nContent-Disposition: form-data; name=\"vllm_xargs[a]\"\r\n\r\n1\r\n";
        String form = steering + file + steering.replace("vllm_xargs[a]", "request_id") + model + "--B--\r\n";

        assertThat(forEngine(ACall.on(Surface.AUDIO_TRANSCRIPTIONS, form).servedBy("m"), "\"own\":1"))
                .isEqualTo(file + model + "--B--\r\n");
        assertThat(rewritten(ACall.on(Surface.AUDIO_TRANSCRIPTIONS, form).servedBy("m"))).isEqualTo(form);
    }

    private static String rewritten(ACall call) {
        return text(BodyRewrite.of(admitted(call)));
    }

    private static String forEngine(ACall call, String own) {
        return text(BodyRewrite.of(admitted(call), new EngineFields(own)));
    }

    private static Exchange admitted(ACall call) {
        Exchange exchange = call.routed();
        return exchange.reservationIfKnown() == null ? call.holding(Long.MAX_VALUE, false).routed() : exchange;
    }

    private static String text(List<BodySlice> slices) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (BodySlice slice : slices) {
            bytes.write(slice.array(), slice.offset(), slice.length());
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
