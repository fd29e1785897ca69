package org.gatehouse.gateway.realtime;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

class EventReaderTest {

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static Event event(String json) {
        return requireNonNull(EventReader.read(bytes(json)), json);
    }

    @Test
    void usageOfAnAnswerIsReadInItsOwnSpelling() {
        Event event = event(
                """
                        {"type":"response.done","event_id":"e","response":{"id":"r1","status":"completed","output":[{"usage":{}}],
                        "usage":{"total_tokens":253,"input_tokens":132,"output_tokens":121,"input_token_details":{"text_tokens":119,
                        "audio_tokens":13,"image_tokens":0,"cached_tokens":64,"cached_tokens_details":{"text_tokens":64,
                        "audio_tokens":0}},"output_token_details":{"text_tokens":30,"audio_tokens":91}}}}""");
        assertThat(event.type()).isEqualTo("response.done");
        assertThat(event.response()).isEqualTo("r1");
        assertThat(event.status()).isEqualTo("completed");
        assertThat(requireNonNull(event.usage()).inputTokens()).isEqualTo(132);
        assertThat(event.usage().outputTokens()).isEqualTo(121);
        assertThat(event.usage().cachedInputTokens()).isEqualTo(64);
    }

    @Test
    void usageOfATranscriptStandsAtTheTop() {
        assertThat(requireNonNull(event("{\"type\":\"conversation.item.input_audio_transcription.completed\",\"usage\":"
                + "{\"type\":\"duration\",\"seconds\":1.5}}").usage()).audioMillis()).isEqualTo(1500);
    }

    @Test
    void modelIsRenamedWhereItStandsAndNothingElseChanges() {
        String json = "{ \"session\" : {\"model\":\"gpt-\\u0072ealtime\", \"voice\":\"model\", \"n\":1.50},"
                + "\"type\":\"session.created\", \"model\" :\"ü\", \"x\":{\"model\":\"mine\"}}";
        Event event = event(json);
        assertThat(event.models()).extracting(Event.Named::name).containsExactly("gpt-realtime", "ü");
        assertThat(new String(event.renamed(bytes(json), "my \"talk\""), StandardCharsets.UTF_8)).isEqualTo(
                "{ \"session\" : {\"model\":\"my \\\"talk\\\"\", \"voice\":\"model\", \"n\":1.50},"
                        + "\"type\":\"session.created\", \"model\" :\"my \\\"talk\\\"\", \"x\":{\"model\":\"mine\"}}");
    }

    @Test
    void sizesOfAudioAndOfPiecesAreToldByTheirPlace() {
        assertThat(
                event("{\"type\":\"input_audio_buffer.append\",\"audio\":\"" + "A".repeat(4000) + "\"}").audioBytes())
                .isBetween(4000, 4010);
        Event piece = event(
                "{\"type\":\"response.output_text.delta\",\"response_id\":\"r\",\"delta\":\"abcd\",\"x\":{}}");
        assertThat(piece.deltaBytes()).isBetween(4, 10);
        assertThat(piece.response()).isEqualTo("r");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "[]", "\"x\"", "{", "{}{}", "{\"type\":\"a\",\"type\":\"b\"}",
            "{\"session\":{\"model\":\"a\",\"model\":\"b\"}}", "{\"model\":\"a\",\"\\u006dodel\":\"b\"}",
            "{\"session\":{},\"session\":{\"model\":\"b\"}}", "{\"type\":\"x\"", "{'type':1}"})
    void whatIsNoEventOrCouldBeTwoIsNotRead(String json) {
        assertThat(EventReader.read(bytes(json))).isNull();
    }

    @Test
    void strangeValuesAreNothing() {
        Event event = event("{\"type\":7,\"event_id\":{\"a\":[1]},\"response\":\"x\",\"session\":null,\"model\":null,"
                + "\"usage\":[],\"error\":\"e\",\"delta\":{\"a\":1},\"audio\":[1,2]}");
        assertThat(event.type()).isEmpty();
        assertThat(event.models()).isEmpty();
        assertThat(event.usage()).isNull();
    }
}
