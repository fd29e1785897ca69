package org.gatehouse.gateway.relay;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class EventDataTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "data: a\\n\\n|a", "data:a\\n\\n|a", "data:  a\\n\\n|~ a~", "data: a\\r\\n\\r\\n|a", "data: a\\r\\r|a",
            "event: x\\nid: 1\\ndata: a\\nretry: 5\\n\\n|a", ": data: no\\n\\n|~~", "data: a\\ndata: b\\n\\n|~a\nb~",
            "data: a\\r\\ndata:b\\r\\ndata: c\\r\\n\\r\\n|~a\nb\nc~", "database: x\\n\\n|~~", "\\n|~~",
            "data: [DONE]\\n\\n|[DONE]"})
    void dataIsReadAsTheStandardSays(String event, String expected) {
        byte[] bytes = ("xx" + event.translateEscapes()).getBytes(StandardCharsets.UTF_8);

        EventData data = EventData.of(new SseSplitter.Event(bytes, 2, bytes.length));

        assertThat(new String(data.bytes(), data.from(), data.to() - data.from(), StandardCharsets.UTF_8))
                .isEqualTo(expected);
        assertThat(data.isEmpty()).isEqualTo(expected.isEmpty());
    }
}
