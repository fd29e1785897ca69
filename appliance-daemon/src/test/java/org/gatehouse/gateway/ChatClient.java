package org.gatehouse.gateway;

/** What a client of each dialect sends and gets for one question, in the fewest words. */
enum ChatClient {
    OPENAI("/v1/chat/completions") {
        @Override
        String body(String model, String prompt, boolean streamed, boolean tool) {
            return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]"
                    + (streamed ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : "")
                    + (tool
                            ? ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":"
                                    + SCHEMA + "}}]"
                            : "")
                    + "}";
        }

        @Override
        String end() {
            return "data: [DONE]\n\n";
        }

        @Override
        String usage(int input, int output) {
            return "\"prompt_tokens\":" + input + ",\"completion_tokens\":" + output;
        }
    },
    ANTHROPIC("/v1/messages") {
        @Override
        String body(String model, String prompt, boolean streamed, boolean tool) {
            return "{\"model\":\"" + model + "\",\"max_tokens\":512,\"messages\":[{\"role\":\"user\",\"content\":\""
                    + prompt + "\"}]" + (streamed ? ",\"stream\":true" : "")
                    + (tool ? ",\"tools\":[{\"name\":\"weather\",\"input_schema\":" + SCHEMA + "}]" : "") + "}";
        }

        @Override
        String end() {
            return "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
        }

        @Override
        String usage(int input, int output) {
            return "\"output_tokens\":" + output;
        }
    },
    GEMINI("") {
        @Override
        String body(String model, String prompt, boolean streamed, boolean tool) {
            return "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + prompt + "\"}]}]"
                    + (tool
                            ? ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"weather\",\"parameters\":" + SCHEMA
                                    + "}]}]"
                            : "")
                    + "}";
        }

        @Override
        String end() {
            return "";
        }

        @Override
        String usage(int input, int output) {
            return "\"promptTokenCount\":" + input + ",\"candidatesTokenCount\":" + output;
        }
    };

    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
            + "\"required\":[\"city\"]}";

    private final String path;

    ChatClient(String path) {
        this.path = path;
    }

    String path(String model, boolean streamed) {
        return this == GEMINI
                ? "/v1beta/models/" + model + (streamed ? ":streamGenerateContent?alt=sse" : ":generateContent")
                : path;
    }

    abstract String body(String model, String prompt, boolean streamed, boolean tool);

    /** What the last event of a good stream is. */
    abstract String end();

    /** How it is told what was used. */
    abstract String usage(int input, int output);
}
