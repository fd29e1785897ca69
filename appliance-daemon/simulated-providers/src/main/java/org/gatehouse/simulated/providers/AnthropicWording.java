package org.gatehouse.simulated.providers;

/** How Anthropic words its refusals: the path in dots, then what is wrong. */
final class AnthropicWording implements Wording {

    @Override
    public String member(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    @Override
    public String element(String path, int index) {
        return path + "." + index;
    }

    @Override
    public Problem unknown(String path, String name) {
        return Problem.invalid(member(path, name) + ": Extra inputs are not permitted");
    }

    @Override
    public Problem missing(String path, String name) {
        return Problem.invalid(member(path, name) + ": Field required");
    }

    @Override
    public Problem wrongType(String path, String expected, String found) {
        return Problem.invalid(path + ": Input should be a valid " + switch (expected) {
            case "array" -> "list";
            case "object" -> "dictionary";
            default -> expected;
        });
    }

    @Override
    public Problem refused(String path, String reason) {
        return Problem.invalid((path.isEmpty() ? "" : path + ": ") + reason);
    }

    @Override
    public Problem notJson() {
        return Problem.invalid("The request body is not valid JSON");
    }
}
