package org.gatehouse.gateway.relay;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.ACall;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.NoCounter;
import org.gatehouse.gateway.relay.StreamGrammar.Look;
import org.gatehouse.governance.snapshot.Surface;

import static org.assertj.core.api.Assertions.assertThat;

class ChatEventsTest {
    private static final String CHUNK = "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",";
    private static final String USAGE = "\"usage\":{\"prompt_tokens\":3,\"total_tokens\":5,\"completion_tokens\":2}";
    private static final String DELTA = "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"logprobs\":null,\"finish_reason\":null}]";

    private final CallMeter meter = meter(1);

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{DELTA,USAGE}|{DELTA}",
            "{USAGE,DELTA}|{DELTA}",
            "{\"a\":1,USAGE,DELTA}|{\"a\":1,DELTA}",
            "{ \"a\":1 , USAGE , DELTA }|{ \"a\":1  , DELTA }",
            "{DELTA,\"usage\":null}|{DELTA}",
            "{DELTA,\"usage\" : { } }|{DELTA }",
            "{DELTA,\"x_vendor\":{\"usage\":{\"a\":1}},USAGE}|{DELTA,\"x_vendor\":{\"usage\":{\"a\":1}}}",
            "{DELTA,\"tier\":\"usage\"}|{DELTA,\"tier\":\"usage\"}",
            "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\\"usage\\\":{}\"}}],USAGE}|{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\\"usage\\\":{}\"}}]}"})
    void usageThatTheClientDidNotAskForIsCutOutAndNothingElse(String event, String passed) {
        ChatEvents events = new ChatEvents(true, true, true, true, 1);

        assertThat(look(events, filled(event))).isEqualTo(filled(passed));
        assertThat(look(new ChatEvents(true, true, true, false, 1), filled(event))).isEqualTo(filled(passed));
    }

    @Test
    void usageThatTheClientAskedForStays() {
        ChatEvents events = new ChatEvents(true, false, false, true, 1);
        String last = CHUNK + "\"choices\":[]," + USAGE + "}";

        assertThat(look(events, filled("{DELTA,USAGE}"))).isEqualTo(filled("{DELTA,USAGE}"));
        assertThat(look(events, last)).isEqualTo(last);
    }

    @Test
    void finalUsageStaysButRunningUsageGoesWhenOnlyTheFinalWasAskedFor() {
        ChatEvents events = new ChatEvents(true, false, true, true, 1);
        String last = CHUNK + "\"choices\":[]," + USAGE + "}";

        assertThat(look(events, filled("{DELTA,USAGE}"))).isEqualTo(filled("{DELTA}"));
        assertThat(look(events, last)).isEqualTo(last);
    }

    @Test
    void usageEventIsLeftOutWholeAndMetered() {
        assertThat(look(new ChatEvents(true, true, true, false, 1), CHUNK + "\"choices\":[ ]," + USAGE + "}"))
                .isEqualTo("dropped");
        assertThat(meter.total()).isEqualTo(new Usage(3, 2, 0, 0, 0, 0, 0, 0, Usage.Source.REPORTED));
    }

    @Test
    void runningUsageIsKeptPerChoiceAndPerPrompt() {
        Exchange exchange = ACall.on(Surface.COMPLETIONS, "{\"model\":\"m\",\"prompt\":[\"a\",\"b\"],\"n\":2}")
                .routed();
        CallMeter counting = new CallMeter(exchange, new NoCounter());
        ChatEvents events = new ChatEvents(false, true, true, true, 4);
        int[][] reports = {{0, 10, 1}, {1, 10, 1}, {0, 10, 2}, {3, 20, 7}, {2, 20, 5}};
        for (int[] report : reports) {
            events.look(data("{\"choices\":[{\"index\":" + report[0] + ",\"text\":\"x\"}],\"usage\":{\"prompt_tokens\":"
                    + report[1] + ",\"completion_tokens\":" + report[2] + "}}"), counting);
        }

        assertThat(counting.outputSoFar()).isEqualTo(2 + 1 + 7 + 5);
        assertThat(counting.inputSoFar()).isEqualTo(10 + 20);
        assertThat(counting.total().source()).isEqualTo(Usage.Source.COUNTED);
    }

    @Test
    void streamIsCompleteWhenEveryChoiceHasFinishedWhereverItsIndexStands() {
        ChatEvents events = new ChatEvents(true, true, true, false, 2);

        look(events, CHUNK
                + "\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]},\"finish_reason\":\"tool_calls\",\"index\":1}]}");
        assertThat(events.complete()).isFalse();
        look(events, CHUNK + "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
        assertThat(events.complete()).isTrue();
        assertThat(new String(events.endMark(), StandardCharsets.UTF_8)).isEqualTo("data: [DONE]\n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\":{\"message\":\"x\"}}", "{\"object\":\"error\",\"error\":\"x\"}",
            "{\"id\":\"c\",\"error\":{\"code\":502},\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"error\"}]}"})
    void errorEventIsAFailureAndNeverAnAnswer(String event) {
        assertThat(look(new ChatEvents(true, true, true, false, 1), event)).isEqualTo("failed");
        assertThat(meter.total().outputTokens()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"id\":\"c\",\"error\":null,\"choices\":[]}",
            "{\"choices\":[],\"prompt_filter_results\":[]}",
            "{\"type\":\"ping\"}", "{}"})
    void eventsThatMeanNothingHerePassUntouched(String event) {
        assertThat(look(new ChatEvents(true, true, true, false, 1), event)).isEqualTo(event);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{this is not JSON}", "{\"id\":\"c\",\"choices\":[{\"ind", "<html>", "{}x", "[]", "null",
            "{\"a\":}",
            "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{,}"})
    void eventThatIsNoJsonIsBroken(String event) {
        assertThat(look(new ChatEvents(true, true, true, false, 1), event)).isEqualTo("broken");
    }

    @Test
    void withoutRunningUsageTheTextIsKeptForCounting() {
        ChatEvents events = new ChatEvents(true, true, true, false, 1);
        look(events, filled("{DELTA}"));
        look(events, CHUNK + "\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"because\"}}]}");
        look(events, CHUNK
                + "\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":1}\"}}]}}]}");
        look(events, CHUNK
                + "\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":{\"content\":[{\"token\":\"x\"}]}}]}");

        assertThat(meter.outputSoFar()).isEqualTo(3);
        assertThat(meter.total().outputTokens()).isEqualTo((2 + 7 + 7 + 3) / 4);
        assertThat(meter.total().source()).isEqualTo(Usage.Source.ESTIMATED);
    }

    @Test
    void runningReportThatCannotBeIsNotBelievedAndTheTextCountsInstead() {
        ChatEvents events = new ChatEvents(true, true, true, true, 1);
        for (String output : new String[]{"-4", "8193", "99999999999999999999", "\"7\"", "1.5"}) {
            look(events, "{" + DELTA + ",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":" + output + "}}");
        }

        assertThat(meter.outputSoFar()).isEqualTo(5);
        assertThat(meter.total().source()).isEqualTo(Usage.Source.ESTIMATED);
    }

    @Test
    void earlyEndFinishesEachOpenChoiceWithLengthAndTellsUsageIfAsked() {
        CallMeter two = meter(2);
        ChatEvents events = new ChatEvents(true, false, true, true, 2);
        events.look(data(CHUNK
                + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":6}}"),
                two);
        events.look(data(CHUNK + "\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}"), two);
        two.cutAt(5);

        assertThat(new String(events.earlyEnd(two), StandardCharsets.UTF_8)).isEqualTo(
                """
                        data: {"id":"c","created":1,"model":"m","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"}]}

                        data: {"id":"c","created":1,"model":"m","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}

                        data: [DONE]

                        """);
        assertThat(two.total().outputTokens()).isEqualTo(5);
    }

    private static String filled(String event) {
        return event.replace("DELTA", DELTA).replace("USAGE", USAGE);
    }

    private static CallMeter meter(int choices) {
        return new CallMeter(ACall.chat(",\"stream\":true,\"n\":" + choices).routed(), new NoCounter());
    }

    private static EventData data(String json) {
        byte[] bytes = ("data: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
        return EventData.of(new SseSplitter.Event(bytes, 0, bytes.length));
    }

    /** What would go out, or the name of what happens instead. */
    private String look(ChatEvents events, String json) {
        return switch (events.look(data(json), meter)) {
            case Look.Pass pass when pass.cutTo() == 0 -> json;
            case Look.Pass pass -> {
                byte[] bytes = ("data: " + json).getBytes(StandardCharsets.UTF_8);
                yield new String(bytes, 6, pass.cutFrom() - 6, StandardCharsets.UTF_8)
                        + new String(bytes, pass.cutTo(), bytes.length - pass.cutTo(), StandardCharsets.UTF_8);
            }
            case Look.Drop _ -> "dropped";
            case Look.Last _ -> "last";
            case Look.Instead _ -> "instead";
            case Look.Failed _ -> "failed";
            case Look.Broken _ -> "broken";
        };
    }
}
