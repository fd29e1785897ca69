package org.gatehouse.gateway.cache;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.exchange.ACall;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Surface;

import static org.assertj.core.api.Assertions.assertThat;

/** Questions that mean the same share a digest; questions that do not, do not. */
class FingerprintTest {
    private static final UUID TENANT = new UUID(1, 1);
    private static final int CASES = 2_000;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Every call of this test is to the same public model. */
    private static final ModelRoute ROUTE = ACall.chat("").routed().route();

    private static @Nullable Question of(String body) {
        Exchange exchange = ACall.on(Surface.CHAT_COMPLETIONS, body).routed();
        exchange.resolvedTo(ROUTE);
        return Fingerprint.of(exchange, TENANT);
    }

    @Test
    void everySpellingOfAQuestionHasTheSameDigest() throws Exception {
        Random random = new Random(11);
        for (int i = 0; i < CASES; i++) {
            ObjectNode question = question(random);
            String once = spelled(question, random);
            String again = spelled(travellingOtherwise(question, random), random);

            assertThat(of(again)).as(once + "\n" + again).isNotNull().isEqualTo(of(once));
        }
    }

    @Test
    void everyChangeOfAQuestionChangesItsDigest() throws Exception {
        Random random = new Random(12);
        for (int i = 0; i < CASES; i++) {
            ObjectNode question = question(random);
            ObjectNode other = question.deepCopy();
            change(other, random);
            if (!normal(other).equals(normal(question))) {
                assertThat(of(other.toString())).as(question + "\n" + other).isNotEqualTo(of(question.toString()));
            }
        }
    }

    @Test
    void noTwoQuestionsOfAThousandMeet() throws Exception {
        Random random = new Random(13);
        Map<Question, String> seen = new HashMap<>();
        for (int i = 0; i < CASES; i++) {
            ObjectNode question = question(random);
            String before = seen.put(java.util.Objects.requireNonNull(of(question.toString())), normal(question));
            assertThat(before == null || before.equals(normal(question))).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {",\"stream\":true", ",\"stream\":false", ",\"stream_options\":{\"include_usage\":true}",
            ",\"temperature\":null", ",\"metadata\":{\"request\":\"7\"}", ",\"request_id\":\"r-7\""})
    void whatOnlySaysHowTheAnswerTravelsDoesNotCount(String more) {
        assertThat(of(body(more))).isEqualTo(of(body("")));
    }

    @ParameterizedTest
    @ValueSource(strings = {",\"temperature\":0", ",\"seed\":1", ",\"max_tokens\":7", ",\"top_p\":0.5", ",\"n\":1",
            ",\"stop\":\"x\"", ",\"response_format\":{\"type\":\"json_object\"}", ",\"user\":\"anna\"",
            ",\"some_new_field\":1", ",\"tool_choice\":\"none\"",
            ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]"})
    void whateverElseStandsThereCounts(String more) {
        assertThat(of(body(more))).isNotNull().isNotEqualTo(of(body("")));
    }

    @ParameterizedTest
    @ValueSource(strings = {",\"x\":{\"a\":1,\"a\":2}", ",\"x\":\"\\ud800\"", ",\"x\":\"\\udc00\\ud800\""})
    void whatHasNoOneMeaningHasNoDigest(String more) {
        assertThat(of(body(more))).isNull();
    }

    @Test
    void emptyTextsAndNeighboursDoNotRunIntoEachOther() {
        assertThat(of(body(",\"x\":[\"ab\",\"\"]"))).isNotEqualTo(of(body(",\"x\":[\"a\",\"b\"]")));
        assertThat(of(body(",\"x\":[\"1\"]"))).isNotEqualTo(of(body(",\"x\":[1]")));
        assertThat(of(body(",\"x\":[[],[]]"))).isNotEqualTo(of(body(",\"x\":[[[]]]")));
        assertThat(of(body(",\"x\":{\"null\":1}"))).isNotEqualTo(of(body(",\"x\":[null,1]")));
        assertThat(of(body(",\"x\":\"é\""))).isNotEqualTo(of(body(",\"x\":\"e\u0301\"")));
    }

    @Test
    void otherTenantsRoutesTargetsAndSurfacesHaveOtherQuestions() {
        Exchange here = ACall.chat("").routed();
        Exchange elsewhere = ACall.chat("").servedBy("another-model").routed();
        elsewhere.resolvedTo(new ModelRoute(here.route().id(), "m", here.route().createdAt(),
                here.route().tokenizer(), 8192, 1024, here.route().surfaces(), elsewhere.route().targets()));
        Exchange response = ACall.on(Surface.RESPONSES, "{\"model\":\"m\",\"input\":\"hi\"}").routed();
        response.resolvedTo(here.route());
        List<Question> questions = new ArrayList<>();
        questions.add(Fingerprint.of(here, TENANT));
        questions.add(Fingerprint.of(here, new UUID(1, 2)));
        questions.add(Fingerprint.of(elsewhere, TENANT));
        questions.add(Fingerprint.of(response, TENANT));

        assertThat(questions).doesNotContainNull().doesNotHaveDuplicates();
    }

    private static String body(String more) {
        return "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more + "}";
    }

    private static ObjectNode question(Random random) {
        ObjectNode question = NODES.objectNode().put("model", "m");
        ArrayNode messages = question.putArray("messages");
        for (int i = 0; i <= random.nextInt(3); i++) {
            messages.addObject().put("role", random.nextBoolean() ? "user" : "assistant").put("content", text(random));
        }
        for (int i = 0; i < random.nextInt(5); i++) {
            question.set("f" + random.nextInt(6), value(random, 3));
        }
        if (random.nextBoolean()) {
            question.put("temperature", random.nextInt(3) / 2.0);
        }
        return question;
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> NODES.textNode(text(random));
            case 1 -> NODES.numberNode(random.nextInt(1000) - 500);
            case 2 -> NODES.numberNode(random.nextInt(100) / 8.0);
            case 3 -> NODES.booleanNode(random.nextBoolean());
            case 4 -> NODES.numberNode(random.nextLong());
            case 5 -> {
                ArrayNode list = NODES.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(value(random, depth - 1));
                }
                yield list;
            }
            default -> {
                ObjectNode object = NODES.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(text(random), value(random, depth - 1));
                }
                yield object;
            }
        };
    }

    private static String text(Random random) {
        String letters = "ab \"\\\n\té中😀#{[1";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            int at = letters.offsetByCodePoints(0, random.nextInt(letters.codePointCount(0, letters.length())));
            text.appendCodePoint(letters.codePointAt(at));
        }
        return text.toString();
    }

    private static ObjectNode travellingOtherwise(ObjectNode question, Random random) {
        ObjectNode other = question.deepCopy();
        if (random.nextBoolean()) {
            other.put("stream", random.nextBoolean());
        }
        if (random.nextBoolean()) {
            other.putNull("stop");
        }
        return other;
    }

    /** Fields in any order, white space anywhere, characters escaped or not, numbers with or without a point. */
    private static String spelled(JsonNode node, Random random) throws Exception {
        String space = " \n\t ".substring(random.nextInt(5) == 0 ? 0 : 4);
        if (node.isObject()) {
            List<String> fields = new ArrayList<>();
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                fields.add(quoted(field.getKey(), random) + space + ":" + spelled(field.getValue(), random));
            }
            Collections.shuffle(fields, random);
            return "{" + space + String.join("," + space, fields) + "}";
        }
        if (node.isArray()) {
            List<String> items = new ArrayList<>();
            for (JsonNode item : node) {
                items.add(spelled(item, random));
            }
            return "[" + String.join(space + ",", items) + space + "]";
        }
        if (node.isTextual()) {
            return quoted(node.textValue(), random);
        }
        if (node.isInt() && random.nextBoolean()) {
            return random.nextBoolean() ? node + ".0" : node + "e0";
        }
        return node.toString();
    }

    private static String quoted(String text, Random random) throws Exception {
        if (random.nextBoolean()) {
            return JSON.writeValueAsString(text);
        }
        StringBuilder escaped = new StringBuilder("\"");
        text.chars().forEach(c -> escaped.append(String.format("\\u%04x", c)));
        return escaped.append('"').toString();
    }

    private static void change(ObjectNode question, Random random) {
        switch (random.nextInt(4)) {
            case 0 -> question.set("f" + random.nextInt(6), value(random, 2));
            case 1 -> question.put("max_tokens", 1 + random.nextInt(100));
            case 2 -> {
                ObjectNode message = (ObjectNode) question.get("messages").get(0);
                message.put("content", message.get("content").textValue() + "a");
            }
            default -> ((ArrayNode) question.get("messages")).addObject().put("role", "user").put("content", "");
        }
    }

    /** What is the same, told by another way: the text of a tree whose fields are sorted. */
    private static String normal(JsonNode node) {
        if (node.isObject()) {
            List<String> fields = new ArrayList<>();
            node.properties()
                    .forEach(field -> fields.add(field.getKey().length() + field.getKey() + normal(field.getValue())));
            Collections.sort(fields);
            return fields.toString();
        }
        if (node.isArray()) {
            List<String> items = new ArrayList<>();
            node.forEach(item -> items.add(normal(item)));
            return "list" + items;
        }
        return node.isNumber() ? node.decimalValue().stripTrailingZeros().toString() : node.toString();
    }
}
