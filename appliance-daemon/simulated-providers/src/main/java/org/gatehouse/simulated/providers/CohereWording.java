package org.gatehouse.simulated.providers;

/** How Cohere words its refusals. */
final class CohereWording implements Wording {

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
        return Problem.of(Problem.Kind.UNPROCESSABLE, "unknown field: parameter '" + member(path, name)
                + "' is not a valid field");
    }

    @Override
    public Problem missing(String path, String name) {
        return Problem.invalid("invalid request: " + member(path, name) + " is required");
    }

    @Override
    public Problem wrongType(String path, String expected, String found) {
        return Problem.invalid("invalid type: parameter " + path + " is of type " + found + " but should be of type "
                + expected + ".");
    }

    @Override
    public Problem refused(String path, String reason) {
        return Problem.invalid("invalid request: " + path + " " + reason);
    }

    @Override
    public Problem notJson() {
        return Problem.invalid("invalid json syntax");
    }
}
