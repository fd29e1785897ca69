package org.gatehouse.simulated;

import org.jspecify.annotations.Nullable;

/**
 * Why a request is not served, in the words of both personalities.
 *
 * @param status the HTTP status
 * @param type vLLM's error type
 * @param code the commercial API's error code; {@code null} where it sends none
 * @param message for people
 * @param parameter the offending field; {@code null} when it is not about one
 */
record Problem(int status, String type, @Nullable String code, String message, @Nullable String parameter) {

    static Problem badRequest(String message, @Nullable String parameter) {
        return new Problem(400, "BadRequestError", "invalid_value", message, parameter);
    }

    static Problem missing(String parameter) {
        return new Problem(400, "Bad Request", "missing_required_parameter",
                "1 validation error:\n  {'type': 'missing', "
                        + "'loc': ('body', '" + parameter + "'), 'msg': 'Field required'}",
                parameter);
    }

    static Problem wrongType(String parameter, String expected) {
        return new Problem(400, "Bad Request", "invalid_type", "1 validation error:\n  {'type': '" + expected
                + "_type', 'loc': ('body', '" + parameter + "'), 'msg': 'Input should be a valid " + expected + "'}",
                parameter);
    }

    static Problem notJson(String detail) {
        return new Problem(400, "Bad Request", null,
                "1 validation error:\n  {'type': 'json_invalid', 'msg': 'JSON decode error', 'ctx': '" + detail + "'}",
                null);
    }

    static Problem wrongContentType() {
        return new Problem(400, "Bad Request", "unsupported_content_type",
                "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed", null);
    }

    static Problem unknownModel(String model) {
        return new Problem(404, "NotFoundError", "model_not_found", "The model `" + model + "` does not exist.",
                "model");
    }

    static Problem tooLong(int limit, int requested, int prompt) {
        return new Problem(400, "BadRequestError", "context_length_exceeded", "This model's maximum context length is "
                + limit + " tokens. However, you requested " + requested
                + " output tokens and your prompt contains " + prompt + " input tokens, for a total of "
                + ((long) requested + prompt) + " tokens. Please reduce the length of the input prompt or the number of"
                + " requested output tokens. (parameter=input_tokens, value=" + prompt + ")", "input_tokens");
    }

    /** What those get whose request ran in an engine that is no more. */
    static Problem engineDied() {
        return new Problem(500, "InternalServerError", "server_error",
                "EngineCore encountered an issue. See stack trace (above) for the root cause.", null);
    }

    /** The error object as this personality writes it, in the envelope {@code {"error":…}}. */
    void write(Personality personality, Bytes out) {
        out.ascii("{\"error\":{\"message\":");
        out.quoted(personality == Personality.VLLM ? message : openAiMessage()).ascii(",\"type\":");
        out.quoted(personality == Personality.VLLM ? type : openAiType()).ascii(",\"param\":");
        nullable(parameter, out);
        out.ascii(",\"code\":");
        if (personality == Personality.VLLM) {
            out.number(status);
        } else {
            nullable(code, out);
        }
        out.ascii("}}");
    }

    // The commercial API words these its own way; the others read the same from both.
    private String openAiMessage() {
        return switch (code) {
            case "missing_required_parameter" -> "Missing required parameter: '" + parameter + "'.";
            case "invalid_type" -> "Invalid type for '" + parameter + "': send another type of value.";
            case "unsupported_content_type" -> "Invalid Content-Type header, expected application/json.";
            case "model_not_found" -> message.replace("does not exist.",
                    "does not exist or you do not have access to it.");
            case null -> "We could not parse the JSON body of your request. Send valid JSON.";
            default -> message;
        };
    }

    private String openAiType() {
        if (status == 429) {
            return "requests";
        }
        return status >= 500 ? "server_error" : "invalid_request_error";
    }

    private static void nullable(@Nullable String text, Bytes out) {
        if (text == null) {
            out.ascii("null");
        } else {
            out.quoted(text);
        }
    }
}
