package org.gatehouse.simulated.providers;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** Reads Gemini's contents: roles, parts, calls and as many responses, thoughts' signatures. Belongs to one thread. */
final class GeminiTurns {
    private static final Set<String> PART = Set.of("text", "inlineData", "fileData", "functionCall",
            "functionResponse", "executableCode", "codeExecutionResult", "thought", "thoughtSignature",
            "videoMetadata", "mediaResolution", "partMetadata");
    private static final List<String> DATA = List.of("text", "inlineData", "fileData", "functionCall",
            "functionResponse", "executableCode", "codeExecutionResult");
    /** What Google documents for histories that another model began. */
    private static final Set<String> DUMMIES = Set.of("skip_thought_signature_validator",
            "context_engineering_is_the_way_to_go");

    private final Simulation simulation;
    private final Prompt prompt;
    private final boolean signaturesNeeded;
    private String said = "";
    private String previous = "";
    private List<String> openCalls = new ArrayList<>();

    GeminiTurns(Simulation simulation, Prompt prompt, String model) {
        this.simulation = simulation;
        this.prompt = prompt;
        // Gemini 3 demands them, earlier ones only check those that come.
        signaturesNeeded = model.startsWith("gemini-3");
    }

    String said() {
        return said;
    }

    void system(Fields content) {
        for (Fields part : content.only("parts", "role").objects("parts")) {
            if (!part.only(PART).has("text")) {
                throw Refused.invalid("system_instruction: only text parts are supported");
            }
            prompt.text(part.text("text"));
        }
    }

    void read(Fields request) {
        List<Fields> contents = request.objects("contents");
        if (contents.isEmpty()) {
            throw Refused.invalid("* GenerateContentRequest.contents: contents is not specified");
        }
        int current = startOfCurrentTurn(contents);
        for (int i = 0; i < contents.size(); i++) {
            turn(contents.get(i).only("role", "parts"), i, signaturesNeeded && i > current);
        }
        if (!openCalls.isEmpty()) {
            throw unequal();
        }
        if (previous.equals("model") && simulation.options().alternation()) {
            throw Refused.invalid("Please ensure that single turn requests end with a user role or the role field is"
                    + " empty.");
        }
    }

    /** The last thing that the user said in words: signatures count from there on. */
    private static int startOfCurrentTurn(List<Fields> contents) {
        for (int i = contents.size() - 1; i >= 0; i--) {
            if (contents.get(i).text("role", "user").equals("user")
                    && contents.get(i).objects("parts").stream().anyMatch(part -> part.has("text"))) {
                return i;
            }
        }
        return -1;
    }

    private void turn(Fields content, int index, boolean signed) {
        String role = content.text("role", "user");
        if (!role.equals("user") && !role.equals("model") && !role.equals("function")) {
            throw Refused.invalid("Please use a valid role: user, model.");
        }
        if (index == 0 && role.equals("model")) {
            throw Refused.invalid("Please ensure that multiturn requests begin with a user turn.");
        }
        if (role.equals(previous) && simulation.options().alternation()) {
            throw Refused.invalid("Please ensure that multiturn requests alternate between user and model.");
        }
        prompt.message(role);
        List<Fields> parts = content.objects("parts");
        if (parts.isEmpty()) {
            throw Refused.invalid("* GenerateContentRequest.contents[" + index + "].parts: contents.parts must not be"
                    + " empty.");
        }
        List<String> wanted = openCalls;
        openCalls = new ArrayList<>();
        StringBuilder heard = new StringBuilder();
        List<String> responses = new ArrayList<>();
        int calls = 0;
        for (Fields part : parts) {
            if (part.only(PART).has("functionCall")) {
                call(part, index, role, signed && calls == 0);
                calls++;
            } else if (part.has("functionResponse")) {
                responses.add(response(part));
            } else {
                other(part, heard);
            }
        }
        if (!responses.isEmpty() && wanted.isEmpty()) {
            throw Refused.invalid("Please ensure that function response turn comes immediately after a function call"
                    + " turn.");
        }
        if (responses.size() != wanted.size()) {
            throw unequal();
        }
        for (int i = 0; i < responses.size(); i++) {
            if (!wanted.contains(responses.get(i))) {
                throw Refused.invalid("The name of function response " + i + " (" + responses.get(i)
                        + ") does not match any function call of the turn before.");
            }
            wanted.remove(responses.get(i));
        }
        said = role.equals("user") ? heard.toString() : "";
        previous = role;
    }

    private void call(Fields part, int index, String role, boolean signed) {
        if (!role.equals("model")) {
            throw Refused.invalid("Function calls may only stand in a turn of the model.");
        }
        if (index == 0) {
            throw Refused.invalid("Please ensure that function call turn comes immediately after a user turn or after"
                    + " a function response turn.");
        }
        one(part);
        Fields call = part.needObject("functionCall").only("id", "name", "args", "partialArgs", "willContinue");
        String name = call.text("name");
        openCalls.add(name);
        prompt.text(name);
        Fields arguments = call.object("args");
        if (arguments != null) {
            prompt.json(arguments.json());
        }
        String signature = part.textOrNull("thoughtSignature");
        if (signature == null) {
            if (signed) {
                throw Refused.invalid("Function call is missing a thought_signature in functionCall parts. This is"
                        + " required for tools to work correctly, and missing thought_signature may lead to degraded"
                        + " model performance. Additional data, function call `default_api:" + name + "`, position "
                        + (index + 1) + ".");
            }
        } else if (!isDummy(signature) && !simulation.seals().fits(standard(signature), name)) {
            throw Refused.invalid("Thought signature is not valid.");
        }
    }

    /** Google's readers take both alphabets of Base64. */
    private static String standard(String base64) {
        return base64.replace('-', '+').replace('_', '/');
    }

    private static boolean isDummy(String signature) {
        if (DUMMIES.contains(signature)) {
            return true;
        }
        try {
            return DUMMIES.contains(new String(Base64.getDecoder().decode(standard(signature)),
                    StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw Refused.invalid("Invalid value at 'contents.parts.thought_signature' (TYPE_BYTES), Base64 decoding"
                    + " failed for \"" + signature + "\"");
        }
    }

    private String response(Fields part) {
        one(part);
        Fields response = part.needObject("functionResponse").only("id", "name", "response", "willContinue",
                "scheduling", "parts");
        prompt.json(response.needObject("response").json());
        return response.text("name");
    }

    private void other(Fields part, StringBuilder heard) {
        one(part);
        if (part.has("text")) {
            prompt.text(part.text("text"));
            if (!part.flag("thought", false)) {
                heard.append(heard.isEmpty() ? "" : "\n").append(part.text("text"));
            }
        } else if (part.has("inlineData")) {
            Fields data = part.needObject("inlineData").only("mimeType", "data", "displayName");
            data.text("mimeType");
            try {
                Base64.getDecoder().decode(standard(data.text("data")));
            } catch (IllegalArgumentException e) {
                throw new Refused(Problem.invalid("Invalid value at '" + data.path()
                        + ".data' (TYPE_BYTES), Base64 decoding failed"));
            }
            prompt.image(data.text("data"));
        } else if (part.has("fileData")) {
            prompt.image(part.needObject("fileData").only("mimeType", "fileUri", "displayName").text("fileUri"));
        } else {
            prompt.json(part.json());
        }
    }

    private static void one(Fields part) {
        long kinds = DATA.stream().filter(part::has).count();
        if (kinds == 0 && !part.has("thoughtSignature")) {
            throw Refused.invalid("* GenerateContentRequest." + part.path() + ".data: required oneof field 'data' must"
                    + " have one initialized field");
        }
        if (kinds > 1) {
            throw Refused.invalid("Invalid value at '" + part.path() + "' (oneof), oneof field 'data' is already set.");
        }
    }

    private static Refused unequal() {
        return Refused.invalid("Please ensure that the number of function response parts is equal to the number of"
                + " function call parts of the function call turn.");
    }
}
