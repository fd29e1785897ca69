package org.gatehouse.simulated.providers;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads the messages of a chat completion: roles, parts, calls of tools and their results. Belongs to one thread. */
final class ChatTurns {
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool", "function");

    private final Simulation simulation;
    private final ChatFlavor flavor;
    private final Prompt prompt;
    private Set<String> open = new LinkedHashSet<>();
    private String said = "";
    private boolean mentionsJson;
    private String previous = "";

    ChatTurns(Simulation simulation, ChatFlavor flavor, Prompt prompt) {
        this.simulation = simulation;
        this.flavor = flavor;
        this.prompt = prompt;
    }

    String said() {
        return said;
    }

    boolean mentionsJson() {
        return mentionsJson;
    }

    void read(Fields request) {
        request.need("messages");
        List<Fields> messages = request.objects("messages");
        if (messages.isEmpty()) {
            throw new Refused(OpenAiWording.invalid("Invalid 'messages': empty array. Expected an array with minimum"
                    + " length 1, but got an empty array instead.", "messages", "empty_array"));
        }
        for (int i = 0; i < messages.size(); i++) {
            turn(messages.get(i), i == messages.size() - 1);
        }
        if (!open.isEmpty()) {
            throw unanswered();
        }
        if (flavor == ChatFlavor.MISTRAL && previous.equals("assistant")
                && !messages.getLast().flag("prefix", false)) {
            throw new Refused(Problem.invalid("Expected last role User or Tool (or Assistant with prefix True) for"
                    + " serving but got assistant"));
        }
    }

    private void turn(Fields message, boolean last) {
        String role = message.text("role");
        if (!ROLES.contains(role) || (role.equals("developer") && flavor != ChatFlavor.OPENAI
                && flavor != ChatFlavor.AZURE)) {
            throw message.refused("role", flavor == ChatFlavor.DEEPSEEK
                    ? "unknown variant `" + role
                            + "`, expected one of `system`, `user`, `assistant`, `tool`"
                    : "'" + role + "'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and"
                            + " 'developer'");
        }
        known(message, role);
        if (!role.equals("tool") && !open.isEmpty()) {
            throw unanswered();
        }
        if (flavor == ChatFlavor.MISTRAL && simulation.options().alternation() && previous.equals("tool")
                && role.equals("user")) {
            throw new Refused(Problem.invalid("Unexpected role 'user' after role 'tool'"));
        }
        prompt.message(role);
        String text = content(message, role);
        mentionsJson |= text.toLowerCase(Locale.ROOT).contains("json");
        if (role.equals("assistant")) {
            calls(message);
            if (!message.has("content") && !message.has("tool_calls") && !message.has("refusal")
                    && !message.has("function_call") && !message.has("audio")) {
                throw message.refused("content", "expected a string or 'tool_calls', got null");
            }
        }
        if (role.equals("tool")) {
            String id = message.text("tool_call_id");
            if (!open.remove(id)) {
                throw new Refused(OpenAiWording.invalid(flavor == ChatFlavor.MISTRAL
                        ? "Unexpected tool call id " + id
                                + " in tool results"
                        : "Invalid parameter: messages with role 'tool' must be a response to a"
                                + " preceeding message with 'tool_calls'.",
                        message.path() + ".role", "invalid_value"));
            }
        }
        said = last && role.equals("user") ? text : "";
        previous = role;
    }

    private void known(Fields message, String role) {
        switch (role) {
            case "assistant" -> message.only("role", "content", "name", "tool_calls", "refusal", "audio",
                    "function_call", flavor == ChatFlavor.MISTRAL ? "prefix" : "annotations");
            case "tool" -> message.only("role", "content", "tool_call_id",
                    flavor == ChatFlavor.MISTRAL ? "name" : "refusal");
            default -> message.only("role", "content", "name");
        }
    }

    private String content(Fields message, String role) {
        JsonNode content = message.find("content");
        if (content == null) {
            if (!role.equals("assistant")) {
                throw new Refused(OpenAiWording.invalid("Invalid value for 'content': expected a string, got null.",
                        message.path() + ".content", "invalid_type"));
            }
            return "";
        }
        if (content.isTextual()) {
            prompt.text(content.textValue());
            return content.textValue();
        }
        StringBuilder text = new StringBuilder();
        for (Fields part : message.objects("content")) {
            String type = part.text("type");
            if (!type.equals("text") && !type.equals("refusal") && !role.equals("user")) {
                throw part.refused("type", "'" + type + "'. Supported values are: 'text'");
            }
            switch (type) {
                case "text" -> {
                    part.only("type", "text", "cache_control");
                    prompt.text(part.text("text"));
                    text.append(text.isEmpty() ? "" : "\n").append(part.text("text"));
                }
                case "image_url" -> picture(part.only("type", "image_url"));
                case "input_audio", "video_url", "video" -> prompt.document(Json.text(part.json()));
                case "file" -> prompt.document(Json.text(part.only("type", "file").json()));
                case "refusal" -> prompt.text(part.text("refusal"));
                default -> throw part.refused("type", "'" + type + "'. Supported values are: 'text', 'image_url',"
                        + " 'input_audio', 'refusal', 'audio', and 'file'");
            }
        }
        return text.toString();
    }

    private void picture(Fields part) {
        if (flavor == ChatFlavor.DEEPSEEK) {
            throw new Refused(Problem.invalid("Failed to deserialize the JSON body into the target type: "
                    + part.path() + ": unknown variant `image_url`, expected `text`"));
        }
        boolean bare = flavor == ChatFlavor.MISTRAL && part.need("image_url").isTextual();
        String address = bare
                ? part.text("image_url")
                : part.needObject("image_url").only("url", "detail").text("url");
        if (!address.startsWith("http://") && !address.startsWith("https://")
                && !address.matches("(?s)data:image/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\\s]+")) {
            throw new Refused(OpenAiWording.invalid("Invalid base64 image_url or unsupported image. Make sure that your"
                    + " image is valid and one of: ['png', 'jpeg', 'gif', 'webp'].", part.path(),
                    "invalid_image_url"));
        }
        prompt.image(address);
    }

    private void calls(Fields message) {
        if (message.has("tool_calls") && message.objects("tool_calls").isEmpty() && flavor == ChatFlavor.OPENAI) {
            throw new Refused(OpenAiWording.invalid("Invalid '" + message.path() + ".tool_calls': empty array. Expected"
                    + " an array with minimum length 1, but got an empty array instead.",
                    message.path() + ".tool_calls", "empty_array"));
        }
        for (Fields call : message.objects("tool_calls")) {
            call.only("id", "type", "function", flavor == ChatFlavor.MISTRAL ? "index" : "custom");
            String id = call.text("id");
            if (flavor == ChatFlavor.MISTRAL && !id.matches("[a-zA-Z0-9]{9}")) {
                throw new Refused(Problem.invalid("Tool call id was " + id + " but must be a-z, A-Z, 0-9, with a length"
                        + " of 9."));
            }
            if (id.length() > 64) {
                throw call.refused("id", "string too long. Expected a string with maximum length 64");
            }
            if (flavor == ChatFlavor.OPENAI || flavor == ChatFlavor.AZURE) {
                call.text("type");
            }
            Fields function = call.needObject("function").only("name", "arguments");
            prompt.text(function.text("name"));
            prompt.text(function.text("arguments"));
            open.add(id);
        }
    }

    private Refused unanswered() {
        Set<String> missing = open;
        open = new LinkedHashSet<>();
        return new Refused(OpenAiWording.invalid(flavor == ChatFlavor.MISTRAL
                ? "Not the same number of function calls and responses"
                : "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
                        + " 'tool_call_id'. The following tool_call_ids did not have response messages: "
                        + String.join(", ", missing),
                "messages", "invalid_value"));
    }
}
