package org.gatehouse.gateway;

import java.net.http.HttpResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;

import static org.assertj.core.api.Assertions.assertThat;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatTest {
    private final TestBox box = new TestBox();
    private final String key = box.key("plain");

    @BeforeAll
    void open() {
        box.price("local", "1", "2");
    }

    @AfterAll
    void close() {
        box.close();
    }

    @Test
    void plainCallIsAnsweredMeteredPricedAndRecorded() {
        HttpResponse<String> reply = box.post(key, "/v1/chat/completions",
                TestBox.chat("local", "[[sim tokens=5]] hello", ""));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        CallRecord row = box.lastRow();
        assertThat(row.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(row.usage().outputTokens()).isEqualTo(5);
        assertThat(row.usage().source()).isEqualTo(Usage.Source.REPORTED);
        assertThat(reply.body()).contains("\"prompt_tokens\":" + row.usage().inputTokens());
        assertThat(reply.headers().firstValue("x-gatehouse-upstream")).contains("engine");
    }

    @Test
    void streamIsPassedOnWithoutTheUsageThatTheClientDidNotAskFor() {
        HttpResponse<String> reply = box.post(key, "/v1/chat/completions",
                TestBox.chat("local", "[[sim tokens=7]] hello", ",\"stream\":true"));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(reply.body()).endsWith("data: [DONE]\n\n").doesNotContain("usage");
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(7);
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.COMPLETED);
    }
}
