package org.gatehouse.simulated.providers;

/** How Google's JSON reader words what it does not like. */
final class GoogleWording implements Wording {

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
        return Problem.invalid("Invalid JSON payload received. Unknown name \"" + name + "\""
                + (path.isEmpty() ? "" : " at '" + path + "'") + ": Cannot find field.");
    }

    @Override
    public Problem missing(String path, String name) {
        return Problem.invalid("* " + member(path, name) + ": required field is not set");
    }

    @Override
    public Problem wrongType(String path, String expected, String found) {
        return Problem.invalid("Invalid value at '" + path + "' (TYPE_" + (switch (expected) {
            case "integer" -> "INT32";
            case "number" -> "FLOAT";
            case "boolean" -> "BOOL";
            case "string" -> "STRING";
            default -> "MESSAGE";
        }) + "), found " + found);
    }

    @Override
    public Problem refused(String path, String reason) {
        return Problem.invalid("* GenerateContentRequest." + path + ": " + reason);
    }

    @Override
    public Problem notJson() {
        return Problem.invalid("Invalid JSON payload received. Unexpected end of string.");
    }

    @Override
    public boolean takesSnakeCase() {
        return true;
    }
}
