package org.gatehouse.simulated.providers;

/** How Bedrock words its validation errors. */
final class BedrockWording implements Wording {

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
        return Problem.invalid("The model returned the following errors: " + member(path, name)
                + ": Extra inputs are not permitted");
    }

    @Override
    public Problem missing(String path, String name) {
        return Problem.invalid("1 validation error detected: Value at '" + member(path, name)
                + "' failed to satisfy constraint: Member must not be null");
    }

    @Override
    public Problem wrongType(String path, String expected, String found) {
        return new Problem(Problem.Kind.INVALID, "Expected " + expected + " at '" + path + "', found " + found, path,
                "SerializationException");
    }

    @Override
    public Problem refused(String path, String reason) {
        return Problem.invalid("1 validation error detected: Value at '" + path + "' failed to satisfy constraint: "
                + reason);
    }

    @Override
    public Problem notJson() {
        return new Problem(Problem.Kind.INVALID, "Unable to parse the request body as JSON", null,
                "SerializationException");
    }
}
