package org.gatehouse.cli;

import java.util.Arrays;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class LogTailTest {
    private final LogCommand.Tail tail = new LogCommand.Tail();

    @Test
    void eachLineIsToldOnceThoughPagesOverlapAndTimesRepeat() {
        assertThat(fresh("a 1 one", "a 1 two", "b 1 other")).containsExactly("one", "two", "other");
        assertThat(fresh("a 1 one", "a 1 two", "b 1 other")).isEmpty();
        assertThat(fresh("a 1 one", "a 1 two", "a 1 three", "b 1 other", "a 2 four")).containsExactly("three", "four");
        assertThat(fresh("a 2 four", "c 1 new engine")).containsExactly("new engine");
        assertThat(fresh("a 10 five", "b 1 other", "b 3 more")).containsExactly("five", "more");
    }

    private List<String> fresh(String... lines) {
        return tail.fresh(Arrays.stream(lines).map(LogTailTest::line).toList()).stream()
                .map(line -> line.get("text").asText()).toList();
    }

    private static JsonNode line(String words) {
        String[] parts = words.split(" ", 3);
        return JsonNodeFactory.instance.objectNode().put("instance", parts[0])
                .put("at", java.time.Instant.ofEpochSecond(Long.parseLong(parts[1])).toString())
                .put("text", parts[2]);
    }
}
