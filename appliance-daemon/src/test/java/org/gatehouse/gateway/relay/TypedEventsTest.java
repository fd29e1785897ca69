package org.gatehouse.gateway.relay;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.ACall;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.NoCounter;
import org.gatehouse.gateway.relay.StreamGrammar.Look;
import org.gatehouse.governance.snapshot.Surface;

import static org.assertj.core.api.Assertions.assertThat;

class TypedEventsTest {
    private final CallMeter meter = new CallMeter(
            ACall.on(Surface.RESPONSES, "{\"model\":\"m\",\"input\":\"p\",\"stream\":true}").routed(), new NoCounter());
    private final TypedEvents events = new TypedEvents(0);

    @ParameterizedTest
    @ValueSource(strings = {"completed", "incomplete", "failed"})
    void everyTerminalEventEndsTheStreamAndItsUsageCounts(String end) {
        // As vLLM writes it: the response first, full of types of its own, the event's type last.
        Look look = look("{\"response\":{\"text\":{\"format\":{\"type\":\"text\"}},\"tools\":[{\"type\":\"function\"}],"
                + "\"usage\":{\"input_tokens\":7,\"output_tokens\":4,\"output_tokens_details\":{\"reasoning_tokens\":1}},"
                + "\"metadata\":{\"usage\":\"x\"}},\"sequence_number\":9,\"type\":\"response." + end + "\"}");

        assertThat(look).isEqualTo(new Look.Last(end.equals("failed"), null));
        assertThat(events.complete()).isTrue();
        assertThat(meter.total()).isEqualTo(new Usage(7, 4, 0, 0, 1, 0, 0, 0, Usage.Source.REPORTED));
    }

    @Test
    void unknownTypesPassAndDeltasAreCounted() {
        assertThat(look("{\"type\":\"response.brand_new\",\"error\":{}}")).isEqualTo(Look.PASS);
        assertThat(look("{\"type\":\"response.created\",\"response\":{\"usage\":null,\"error\":null}}"))
                .isEqualTo(Look.PASS);
        assertThat(look("{\"type\":\"response.output_text.delta\",\"delta\":\"four\"}")).isEqualTo(Look.PASS);
        assertThat(look("{\"type\":\"response.function_call_arguments.delta\",\"delta\":\"{\\\"a\"}"))
                .isEqualTo(Look.PASS);

        assertThat(meter.outputSoFar()).isEqualTo(2);
        assertThat(meter.total().source()).isEqualTo(Usage.Source.ESTIMATED);
        assertThat(events.complete()).isFalse();
    }

    @Test
    void errorsAreFailures() {
        assertThat(look("{\"type\":\"error\",\"message\":\"x\"}")).isInstanceOf(Look.Failed.class);
        assertThat(look("{\"error\":{\"message\":\"x\"}}")).isInstanceOf(Look.Failed.class);
        assertThat(look("not JSON")).isInstanceOf(Look.Broken.class);
    }

    @Test
    void doneMarkEndsAStreamWithoutTerminalEventAndIsLeftOutBehindOne() {
        assertThat(look("[DONE]")).isEqualTo(Look.LAST);
        look("{\"type\":\"response.completed\"}");
        assertThat(look("[DONE]")).isEqualTo(Look.DROP);
    }

    @Test
    void streamOfSeveralPicturesEndsWithTheLastOfThem() {
        TypedEvents pictures = new TypedEvents(2);

        assertThat(pictures.look(data("{\"type\":\"image_generation.completed\"}"), meter)).isEqualTo(Look.PASS);
        assertThat(pictures.look(data("{\"type\":\"image_generation.completed\"}"), meter)).isEqualTo(Look.LAST);
        assertThat(meter.total().images()).isEqualTo(2);
    }

    private Look look(String json) {
        return events.look(data(json), meter);
    }

    private static EventData data(String json) {
        byte[] bytes = ("event: whatever\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
        return EventData.of(new SseSplitter.Event(bytes, 0, bytes.length));
    }
}
