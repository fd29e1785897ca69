package org.gatehouse.simulated.providers;

/** How OpenAI words its refusals; Mistral and DeepSeek are told apart where their error forms are. */
final class OpenAiWording implements Wording {
    private final ChatFlavor flavor;

    OpenAiWording(ChatFlavor flavor) {
        this.flavor = flavor;
    }

    @Override
    public String member(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    @Override
    public String element(String path, int index) {
        return path + "[" + index + "]";
    }

    @Override
    public Problem unknown(String path, String name) {
        String at = member(path, name);
        return flavor == ChatFlavor.MISTRAL
                ? pydantic(at, "Extra inputs are not permitted", "extra_forbidden")
                : invalid("Unknown parameter: '" + at + "'.", at, "unknown_parameter");
    }

    @Override
    public Problem missing(String path, String name) {
        String at = member(path, name);
        return switch (flavor) {
            case MISTRAL -> pydantic(at, "Field required", "missing");
            case DEEPSEEK -> invalid("Failed to deserialize the JSON body into the target type: missing field `" + name
                    + "`", at, "invalid_request_error");
            default -> invalid("Missing required parameter: '" + at + "'.", at, "missing_required_parameter");
        };
    }

    @Override
    public Problem wrongType(String path, String expected, String found) {
        return switch (flavor) {
            case MISTRAL -> pydantic(path, "Input should be a valid " + expected, expected + "_type");
            case DEEPSEEK -> invalid("Failed to deserialize the JSON body into the target type: " + path
                    + ": invalid type: " + found + ", expected " + expected, path, "invalid_request_error");
            default -> invalid("Invalid type for '" + path + "': expected " + article(expected) + ", but got "
                    + article(found) + " instead.", path, "invalid_type");
        };
    }

    @Override
    public Problem refused(String path, String reason) {
        return switch (flavor) {
            case MISTRAL -> pydantic(path, reason, "value_error");
            case DEEPSEEK -> invalid("Invalid " + path + " value: " + reason, path, "invalid_request_error");
            default -> invalid("Invalid value for '" + path + "': " + reason + ".", path, "invalid_value");
        };
    }

    @Override
    public Problem notJson() {
        return Problem.invalid("We could not parse the JSON body of your request.");
    }

    @Override
    public boolean refusesUnknown() {
        return flavor.refusesUnknown();
    }

    static Problem invalid(String message, String parameter, String code) {
        return new Problem(Problem.Kind.INVALID, message, parameter, code);
    }

    private static Problem pydantic(String path, String message, String type) {
        return new Problem(Problem.Kind.UNPROCESSABLE, message, path, type);
    }

    private static String article(String type) {
        return switch (type) {
            case "string" -> "a string";
            case "number" -> "a decimal";
            case "boolean" -> "a boolean";
            case "null" -> "null";
            default -> "an " + type;
        };
    }
}
