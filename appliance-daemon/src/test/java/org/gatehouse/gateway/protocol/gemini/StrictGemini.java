package org.gatehouse.gateway.protocol.gemini;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.gateway.protocol.json.JsonTrees;

import static org.assertj.core.api.Assertions.assertThat;

/** Takes requests and answers as strictly as Google does: an unknown field anywhere is refused. */
final class StrictGemini {
    private static final Set<String> REQUEST = Set.of("contents", "systemInstruction", "tools", "toolConfig",
            "generationConfig", "safetySettings", "cachedContent", "labels");
    private static final Set<String> CONFIG = Set.of("maxOutputTokens", "temperature", "topP", "topK", "stopSequences",
            "candidateCount", "seed", "frequencyPenalty", "presencePenalty", "responseMimeType", "responseSchema",
            "thinkingConfig", "mediaResolution");
    private static final Set<String> SCHEMA = Set.of("type", "format", "title", "description", "nullable", "enum",
            "maxItems", "minItems", "properties", "required", "minProperties", "maxProperties", "minLength",
            "maxLength", "pattern", "example", "anyOf", "propertyOrdering", "default", "items", "minimum", "maximum");
    private static final Set<String> TYPES = Set.of("STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT");
    private static final Set<String> CANDIDATE = Set.of("content", "finishReason", "index");
    private static final Set<String> ANSWER = Set.of("candidates", "usageMetadata", "modelVersion", "responseId");
    private static final Set<String> PART = Set.of("text", "thought", "thoughtSignature", "functionCall",
            "functionResponse", "inlineData", "fileData", "executableCode", "codeExecutionResult");

    private StrictGemini() {}

    static JsonNode request(byte[] body) {
        JsonNode request = Objects.requireNonNull(JsonTrees.readObject(body));
        names(request, REQUEST);
        contents(request.path("contents"));
        assertThat(request.path("tools").size()).isLessThanOrEqualTo(
                1 + (int) request.path("tools").findValues("googleSearch").size());
        for (JsonNode function : request.path("tools").path(0).path("functionDeclarations")) {
            names(function, Set.of("name", "description", "parameters"));
            if (function.has("parameters")) {
                assertThat(function.at("/parameters/type").asText()).isEqualTo("OBJECT");
                schema(function.get("parameters"));
            }
        }
        JsonNode config = request.path("generationConfig");
        names(config, CONFIG);
        assertThat(config.path("stopSequences").size()).isLessThanOrEqualTo(5);
        assertThat(config.path("thinkingConfig").has("thinkingBudget")
                && config.path("thinkingConfig").has("thinkingLevel")).isFalse();
        if (config.has("responseSchema")) {
            assertThat(config.path("responseMimeType").asText()).isEqualTo("application/json");
            schema(config.get("responseSchema"));
        }
        return request;
    }

    private static void contents(JsonNode contents) {
        assertThat(contents.path(0).path("role").asText()).isEqualTo("user");
        List<String> open = new ArrayList<>();
        for (int i = 0; i < contents.size(); i++) {
            JsonNode content = contents.get(i);
            names(content, Set.of("role", "parts"));
            assertThat(content.path("role").asText()).as("roles alternate").isEqualTo(i % 2 == 0 ? "user" : "model");
            assertThat(content.path("parts")).isNotEmpty();
            List<String> answered = new ArrayList<>();
            List<String> called = new ArrayList<>();
            for (JsonNode part : content.path("parts")) {
                part(part);
                if (part.has("functionResponse")) {
                    names(part.get("functionResponse"), Set.of("name", "response"));
                    assertThat(part.at("/functionResponse/response").isObject()).isTrue();
                    answered.add(part.at("/functionResponse/name").asText());
                }
                if (part.has("functionCall")) {
                    names(part.get("functionCall"), Set.of("name", "args"));
                    assertThat(part.at("/functionCall/args").isObject()).isTrue();
                    assertThat(!called.isEmpty() || part.has("thoughtSignature")).as("first call is sealed").isTrue();
                    called.add(part.at("/functionCall/name").asText());
                }
            }
            assertThat(answered).as("as many responses as calls, in their order").isEqualTo(open);
            open = called;
        }
    }

    private static void part(JsonNode part) {
        names(part, PART);
        if (part.has("text") && !part.has("thoughtSignature")) {
            assertThat(part.path("text").asText()).isNotEmpty();
        }
        if (part.has("inlineData")) {
            names(part.get("inlineData"), Set.of("mimeType", "data"));
        }
        if (part.has("fileData")) {
            names(part.get("fileData"), Set.of("mimeType", "fileUri"));
        }
    }

    static void schema(JsonNode schema) {
        names(schema, SCHEMA);
        if (schema.has("anyOf")) {
            schema.get("anyOf").forEach(StrictGemini::schema);
        } else {
            assertThat(TYPES).contains(schema.path("type").asText());
        }
        if (schema.path("type").asText().equals("ARRAY")) {
            schema(schema.path("items"));
        }
        if (schema.has("properties")) {
            assertThat(schema.get("properties")).isNotEmpty();
            schema.get("properties").forEach(StrictGemini::schema);
        }
        schema.path("required").forEach(
                name -> assertThat(schema.path("properties").has(name.asText())).isTrue());
        if (schema.has("enum")) {
            assertThat(schema.path("type").asText()).isEqualTo("STRING");
            schema.get("enum").forEach(value -> assertThat(value.isTextual()).isTrue());
        }
    }

    /** Checks one answer of a stream, or a whole one. */
    static JsonNode answer(String json, boolean last) {
        JsonNode answer = Objects.requireNonNull(JsonTrees.readObject(json), json);
        names(answer, ANSWER);
        for (JsonNode candidate : answer.path("candidates")) {
            names(candidate, CANDIDATE);
            assertThat(candidate.at("/content/role").asText()).isEqualTo("model");
            assertThat(candidate.at("/content/parts").isArray()).isTrue();
            candidate.at("/content/parts").forEach(part -> names(part, PART));
            assertThat(candidate.has("finishReason")).as("finish reason in the last answer only").isEqualTo(last);
        }
        return answer;
    }

    private static void names(JsonNode object, Set<String> known) {
        assertThat(known).containsAll(object.properties().stream().map(java.util.Map.Entry::getKey).toList());
    }
}
