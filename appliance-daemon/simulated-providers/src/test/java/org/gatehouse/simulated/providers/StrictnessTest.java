package org.gatehouse.simulated.providers;

import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the real providers refuse, in requests that are right but for one thing. */
class StrictnessTest {
    private static final String MESSAGES = "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":2000,\"messages\":[%s]%s}";
    private static final String USER = "{\"role\":\"user\",\"content\":\"Hi\"}";
    private static final String USE = "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t1\","
            + "\"name\":\"f\",\"input\":{}}]}";
    private static final String RESULT = "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":"
            + "\"t1\",\"content\":\"4\"}]}";
    private static final String CHAT = "{\"model\":\"%s\",\"messages\":[%s]%s}";
    private static final String CALL = "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"%s\",\"type\":"
            + "\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}";

    static Stream<Arguments> anthropic() {
        String ephemeral = "{\"type\":\"text\",\"text\":\"a\",\"cache_control\":{\"type\":\"ephemeral\"}}";
        String tool = "{\"name\":\"f\",\"input_schema\":{\"type\":\"object\"}}";
        return Stream.of(right(messages(USER, "")), right(messages(USER + "," + USE + "," + RESULT, "")),
                wrong(messages(USER, "").replace("\"max_tokens\":2000,", ""), "max_tokens: Field required"),
                wrong(messages(USER, "").replace("2000", "0"), "max_tokens"),
                wrong(messages("", ""), "at least one message is required"),
                wrong(messages("{\"role\":\"assistant\",\"content\":\"a\"}", ""), "first message must use"),
                wrong(messages("{\"role\":\"system\",\"content\":\"a\"}", ""), "Unexpected role"),
                wrong(messages(USER + "," + USER, ""), "roles must alternate"),
                wrong(messages(USER, ",\"top_n\":1"), "top_n: Extra inputs are not permitted"),
                wrong(messages(USER, ",\"temperature\":1.5"), "temperature"),
                wrong(messages(USER, ",\"temperature\":0.5,\"top_p\":0.5"), "cannot both be specified"),
                wrong(messages("{\"role\":\"user\",\"content\":\"\"}", ""), "non-empty content"),
                wrong(messages("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"\"}]}", ""), "non-empty"),
                wrong(messages("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\" \"}]}", ""),
                        "non-whitespace"),
                wrong(messages(USER + ",{\"role\":\"assistant\",\"content\":\"a \"}", ""), "trailing whitespace"),
                wrong(messages(USER + "," + USE, ""), "without `tool_result` blocks"),
                wrong(messages(USER + "," + USE + "," + USER, ""), "without `tool_result` blocks"),
                wrong(messages(RESULT, ""), "unexpected `tool_use_id`"),
                wrong(messages(USER + "," + USE.replace("t1", "t:1") + "," + RESULT.replace("t1", "t:1"), ""),
                        "should match pattern"),
                wrong(messages(USER + "," + USE + "," + RESULT.replace("[{", "[{\"type\":\"text\",\"text\":\"a\"},{"),
                        ""),
                        "without `tool_result` blocks"),
                wrong(messages(USER, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1000}"),
                        "greater than or equal to 1024"),
                wrong(messages(USER, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}"),
                        "must be greater than `thinking.budget_tokens`"),
                wrong(messages(USER, ",\"temperature\":0.5,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}"),
                        "may only be set to 1"),
                wrong(messages(USER + ",{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"a\","
                        + "\"signature\":\"b\"},{\"type\":\"text\",\"text\":\"c\"}]}," + USER, ""),
                        "Invalid `signature`"),
                wrong(messages(USER, ",\"tools\":[" + tool + "," + tool + "]"), "must be unique"),
                wrong(messages(USER, ",\"tools\":[" + tool.replace("\"f\"", "\"f.g\"") + "]"), "tools.0.name"),
                wrong(messages(USER, ",\"tools\":[" + tool.replace("object", "string") + "]"),
                        "Input should be 'object'"),
                wrong(messages(USER, ",\"tool_choice\":{\"type\":\"any\"}"), "only be specified while providing tools"),
                wrong(messages("{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\","
                        + "\"media_type\":\"image/bmp\",\"data\":\"AAAA\"}}]}", ""), "image/jpeg"),
                wrong(messages("{\"role\":\"user\",\"content\":[" + String.join(",", ephemeral, ephemeral, ephemeral,
                        ephemeral, ephemeral) + "]}", ""), "maximum of 4 blocks with cache_control"));
    }

    @ParameterizedTest
    @MethodSource
    void anthropic(String body, int status, String words) throws Exception {
        judge(ProviderKind.ANTHROPIC, "/v1/messages", body, status, words);
    }

    static Stream<Arguments> gemini() {
        String user = "{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}";
        String call = "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{}}%s}]}";
        String signed = call.formatted(",\"thoughtSignature\":\"skip_thought_signature_validator\"");
        String answer = "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":{}}}]}";
        String two = signed.replace("}]}", "},{\"functionCall\":{\"name\":\"f\",\"args\":{}}}]}");
        String declared = "{\"contents\":[" + user + "],\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\","
                + "\"parameters\":%s}]}]}";
        return Stream.of(right(contents(user)), right(contents(user + "," + signed + "," + answer)),
                wrong("{}", "contents is not specified"),
                wrong(contents(user).replace("]}]", "]}],\"stream\":true"), "Unknown name \\\"stream\\\""),
                wrong(contents(user.replace("user", "assistant")), "Please use a valid role"),
                wrong(contents(user + "," + user), "alternate between user and model"),
                wrong(contents(user + "," + call.formatted("") + "," + answer), "missing a thought_signature"),
                wrong(contents(user + "," + call.formatted(",\"thoughtSignature\":\"AAAA\"") + "," + answer),
                        "Thought signature is not valid"),
                wrong(contents(user + "," + two + "," + answer), "number of function response parts"),
                wrong(contents(user + "," + signed + "," + user), "number of function response parts"),
                wrong(contents(answer), "immediately after a function call turn"),
                wrong(contents("{\"role\":\"user\",\"parts\":[]}"), "must not be empty"),
                wrong(contents("{\"role\":\"user\",\"parts\":[{}]}"), "oneof field 'data'"),
                wrong(contents("{\"role\":\"user\",\"parts\":[{\"text\":\"a\",\"inlineData\":{}}]}"), "already set"),
                wrong(declared.formatted("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},"
                        + "\"additionalProperties\":false}"), "additionalProperties"),
                wrong(declared.formatted("{\"type\":\"object\",\"properties\":{}}"), "should be non-empty"),
                wrong(declared
                        .formatted("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":[\"string\",\"null\"]}}}"),
                        "TYPE_STRING"),
                wrong(declared.formatted("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\"}}}"),
                        "items: missing field"),
                wrong(declared.formatted("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"format\":"
                        + "\"uri\"}}}"), "only 'enum' and 'date-time'"),
                wrong(declared.formatted("{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/x\"}}}"), "$ref"));
    }

    @ParameterizedTest
    @MethodSource
    void gemini(String body, int status, String words) throws Exception {
        judge(ProviderKind.GEMINI, "/v1beta/models/gemini-3-pro-preview:generateContent", body, status, words);
    }

    static Stream<Arguments> openai() {
        String answer = "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"4\"}";
        String call = CALL.formatted("c1");
        return Stream.of(right(chat("gpt-4o", USER, "")),
                right(chat("gpt-4o", USER + "," + call + "," + answer, "")),
                wrong(chat("gpt-4o", USER, ",\"top_k\":1"), "Unknown parameter: 'top_k'"),
                wrong(chat("o3", USER, ",\"max_tokens\":9"), "Use 'max_completion_tokens' instead"),
                wrong(chat("gpt-5", USER, ",\"temperature\":0.2"), "'temperature' does not support 0.2"),
                wrong(chat("gpt-4o", USER, ",\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]"), "maximum length 4"),
                wrong(chat("gpt-4o", USER + "," + answer, ""), "must be a response to a preceeding message"),
                wrong(chat("gpt-4o", USER + "," + call, ""), "did not have response messages: c1"),
                wrong(chat("gpt-4o", USER + "," + call + "," + USER, ""), "did not have response messages: c1"),
                wrong(chat("gpt-4o", USER, ",\"tool_choice\":\"auto\""), "only allowed when 'tools'"),
                wrong(chat("gpt-4o", USER, ",\"stream_options\":{\"include_usage\":true}"), "stream_options"),
                wrong(chat("gpt-4o", USER, ",\"response_format\":{\"type\":\"json_object\"}"), "the word 'json'"),
                wrong(chat("gpt-4o", USER, ",\"temperature\":2.5"), "temperature"),
                wrong(chat("gpt-4o", USER, ",\"metadata\":{\"a\":\"b\"}"), "only allowed when 'store'"),
                wrong(chat("gpt-4o", USER, ",\"tools\":[]"), "empty array"),
                wrong(chat("gpt-4o", USER, ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":"
                        + "true,\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]"), "additionalProperties"));
    }

    @ParameterizedTest
    @MethodSource
    void openai(String body, int status, String words) throws Exception {
        judge(ProviderKind.OPENAI, "/v1/chat/completions", body, status, words);
    }

    static Stream<Arguments> responses() {
        String ask = "{\"model\":\"gpt-4o\",\"input\":%s}";
        return Stream.of(right(ask.formatted("\"Hi\"")),
                wrong(ask.formatted("\"Hi\"").replace("input", "messages"), "Unknown parameter: 'messages'"),
                wrong(ask.formatted("[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}]"),
                        "Supported values are"),
                wrong(ask.formatted("[{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"4\"}]"),
                        "No tool call found"),
                wrong(ask.formatted("[{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\",\"arguments\":"
                        + "\"{}\"}]"), "No tool output found"),
                wrong(ask.formatted("\"Hi\",\"previous_response_id\":\"resp_0\""), "not found"),
                wrong(ask.formatted("\"Hi\",\"max_output_tokens\":5"), "max_output_tokens"));
    }

    @ParameterizedTest
    @MethodSource
    void responses(String body, int status, String words) throws Exception {
        judge(ProviderKind.OPENAI, "/v1/responses", body, status, words);
    }

    static Stream<Arguments> mistral() {
        String answer = "{\"role\":\"tool\",\"tool_call_id\":\"abcdefghi\",\"content\":\"4\"}";
        return Stream.of(right(chat("mistral-small-latest", USER, "")),
                right(chat("mistral-small-latest", USER + "," + CALL.formatted("abcdefghi") + "," + answer, "")),
                wrong(chat("mistral-small-latest", USER, ",\"seed\":1"), 422, "Extra inputs are not permitted"),
                wrong(chat("mistral-small-latest", USER, ",\"stream\":true,\"stream_options\":{}"), 422,
                        "Extra inputs are not permitted"),
                wrong(chat("mistral-small-latest", USER + "," + CALL.formatted("call_1") + "," + answer, ""),
                        "with a length of 9"),
                wrong(chat("mistral-small-latest", USER + ",{\"role\":\"assistant\",\"content\":\"a\"}", ""),
                        "Expected last role User or Tool"));
    }

    @ParameterizedTest
    @MethodSource
    void mistral(String body, int status, String words) throws Exception {
        judge(ProviderKind.MISTRAL, "/v1/chat/completions", body, status, words);
    }

    static Stream<Arguments> deepseek() {
        return Stream.of(right(chat("deepseek-chat", USER, ",\"top_k\":1")),
                // Thoughts of earlier turns come back since its release 3.2.
                right(chat("deepseek-chat", USER + ",{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_content\":"
                        + "\"b\"}," + USER, "")),
                wrong(chat("deepseek-chat", "{\"role\":\"developer\",\"content\":\"a\"}", ""), "unknown variant"),
                wrong(chat("deepseek-x", USER, ""), "Model Not Exist"));
    }

    @ParameterizedTest
    @MethodSource
    void deepseek(String body, int status, String words) throws Exception {
        judge(ProviderKind.DEEPSEEK, "/chat/completions", body, status, words);
    }

    static Stream<Arguments> dashscope() {
        return Stream.of(right(chat("qwen-plus", USER, ",\"enable_search\":true")),
                wrong(chat("qwen3-32b", USER, ""), "enable_thinking must be set to false"),
                right(chat("qwen3-32b", USER, ",\"enable_thinking\":false")));
    }

    @ParameterizedTest
    @MethodSource
    void dashscope(String body, int status, String words) throws Exception {
        judge(ProviderKind.DASHSCOPE, "/compatible-mode/v1/chat/completions", body, status, words);
    }

    static Stream<Arguments> cohere() {
        String rerank = "{\"model\":\"rerank-v3.5\",\"query\":\"a b\",\"documents\":[\"x\",\"a b\"]%s}";
        return Stream.of(right(rerank.formatted("")),
                wrong(rerank.formatted(",\"return_documents\":true"), 422, "is not a valid field"),
                wrong(rerank.formatted("").replace("[\"x\",\"a b\"]", "[]"), "1 to 1000"),
                wrong(rerank.formatted("").replace("rerank-v3.5", "rerank-v9"), 404, "not found"));
    }

    @ParameterizedTest
    @MethodSource
    void cohere(String body, int status, String words) throws Exception {
        judge(ProviderKind.COHERE, "/v2/rerank", body, status, words);
    }

    private static void judge(ProviderKind kind, String path, String body, int status, String words) throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(kind, ProviderOptions.usual())) {
            Http.Answered answer = Http.post(provider.uri().resolve(path), body, "x-api-key", Asking.KEY,
                    "anthropic-version", "2023-06-01", "x-goog-api-key", Asking.KEY, "authorization",
                    "Bearer " + Asking.KEY);

            assertThat(answer.status()).as(answer.text()).isEqualTo(status);
            assertThat(answer.text()).contains(words);
        }
    }

    private static Arguments right(String body) {
        return Arguments.of(body, 200, "");
    }

    private static Arguments wrong(String body, String words) {
        return Arguments.of(body, 400, words);
    }

    private static Arguments wrong(String body, int status, String words) {
        return Arguments.of(body, status, words);
    }

    private static String messages(String messages, String more) {
        return MESSAGES.formatted(messages, more);
    }

    private static String contents(String contents) {
        return "{\"contents\":[" + contents + "]}";
    }

    private static String chat(String model, String messages, String more) {
        return CHAT.formatted(model, messages, more);
    }
}
