package org.gatehouse.gateway.protocol.gemini;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/**
 * Writes a conversation for Google: roles alternate, the user begins, and the calls of a turn are answered in the next one,
 * all of them and in their order, for without ids that is how they are told apart. Ids are not sent: not every model there
 * knows them, and an unknown field is refused. Made for one conversation.
 */
final class ContentsWriter {
    /** Said of marks for a prompt cache. */
    static final String CACHE_MARKS = "cache_control dropped: this provider caches prompts by itself";

    /** What Google documents for calls that another model made: ai.google.dev/gemini-api/docs/thought-signatures. */
    private static final String NO_SIGNATURE = "skip_thought_signature_validator";
    /** Parts that only Google knows. */
    static final Set<String> OWN_PARTS = Set.of("executableCode", "codeExecutionResult", "video",
            "inlineData");

    private final Terms terms;
    private final Losses losses;
    private final ArrayNode contents = JsonNodeFactory.instance.arrayNode();
    private final Map<String, String> names = new HashMap<>();
    /** The calls of the last turn of the model with their results, in the calls' order; absent ones are null. */
    private final Map<String, Block.@Nullable ToolResult> answers = new LinkedHashMap<>();

    ContentsWriter(Terms terms, Losses losses) {
        this.terms = terms;
        this.losses = losses;
    }

    ArrayNode write(List<Turn> turns) throws UntranslatableException {
        for (List<Turn> side : sides(turns)) {
            List<Block> blocks = new ArrayList<>();
            side.forEach(turn -> blocks.addAll(turn.blocks()));
            ArrayNode parts = contents.arrayNode();
            if (side.getFirst().role() == Role.ASSISTANT) {
                model(blocks, parts);
            } else {
                user(blocks, parts);
            }
            if (!parts.isEmpty()) {
                content(side.getFirst().role() == Role.ASSISTANT ? "model" : "user", parts);
            }
        }
        if (contents.isEmpty() || contents.get(0).path("role").asText().equals("model")) {
            losses.say("a blank user turn put first: this provider wants the user to begin");
            contents.insertObject(0).put("role", "user").putArray("parts").addObject().put("text", " ");
        }
        return contents;
    }

    /** Turns of one side in a row, those without anything to say left out. */
    private List<List<Turn>> sides(List<Turn> turns) {
        List<List<Turn>> sides = new ArrayList<>();
        for (Turn turn : turns) {
            if (turn.blocks().isEmpty()) {
                continue;
            }
            if (turn.role() == Role.SYSTEM) {
                losses.say("a system message inside the conversation sent as the user's");
            }
            boolean model = turn.role() == Role.ASSISTANT;
            if (sides.isEmpty() || model != (sides.getLast().getLast().role() == Role.ASSISTANT)) {
                sides.add(new ArrayList<>());
            }
            sides.getLast().add(turn);
        }
        return sides;
    }

    private void content(String role, ArrayNode parts) {
        // A turn that had nothing to say may have stood between two of the same side.
        if (!contents.isEmpty() && contents.get(contents.size() - 1) instanceof ObjectNode last
                && last.path("role").asText().equals(role) && last.get("parts") instanceof ArrayNode before) {
            before.addAll(parts);
            return;
        }
        contents.addObject().put("role", role).set("parts", parts);
    }

    private void model(List<Block> blocks, ArrayNode parts) throws UntranslatableException {
        answers.clear();
        boolean calls = blocks.stream().anyMatch(Block.ToolCall.class::isInstance);
        boolean signed = blocks.stream().anyMatch(b -> b instanceof Block.ToolCall call && call.signature() != null);
        boolean dummy = calls && !signed;
        for (Block block : blocks) {
            switch (block) {
                case Block.ToolCall call -> {
                    String signature = dummy ? NO_SIGNATURE : call.signature();
                    dummy = false;
                    call(call, signature == null ? "" : signature, parts);
                }
                // Thoughts beside calls that Google did not seal are another model's; their seal is wrong there.
                case Block.Thinking thinking -> thinking(thinking, calls && !signed, parts);
                case Block.RedactedThinking _ -> losses.say("hidden reasoning of another provider dropped");
                case Block.ToolResult _ -> throw new UntranslatableException(null,
                        "A tool result stands in the assistant's turn. Send it as the user's or the tool's.");
                case Block.Text _,Block.Image _,Block.Document _,Block.Audio _,Block.Declined _,Block.Foreign _ ->
                    said(block, parts);
            }
        }
    }

    private void call(Block.ToolCall call, String signature, ArrayNode parts) {
        names.put(call.id(), call.name());
        answers.put(call.id(), null);
        ObjectNode part = parts.addObject();
        ObjectNode arguments = JsonTrees.readObject(call.arguments());
        if (arguments == null) {
            losses.say("broken arguments of a tool call replaced by none");
            arguments = JsonTrees.object();
        }
        part.putObject("functionCall").put("name", call.name()).set("args", arguments);
        if (!signature.isEmpty()) {
            part.put("thoughtSignature", signature);
        }
        marks(call);
    }

    private void thinking(Block.Thinking thinking, boolean anothers, ArrayNode parts) {
        if (thinking.signature() == null || anothers) {
            losses.say("reasoning of earlier turns dropped: not sealed by this provider");
            return;
        }
        if (!thinking.text().isEmpty()) {
            parts.addObject().put("text", thinking.text()).put("thought", true).put("thoughtSignature",
                    thinking.signature());
            return;
        }
        ObjectNode last = parts.isEmpty() ? null : (ObjectNode) parts.get(parts.size() - 1);
        ObjectNode sealed = last != null && last.size() == 1 && last.has("text")
                ? last
                : parts.addObject().put("text", "");
        sealed.put("thoughtSignature", thinking.signature());
    }

    /** The results first, all that the turn before waits for; then everything else in its order. */
    private void user(List<Block> blocks, ArrayNode parts) throws UntranslatableException {
        List<Block> rest = new ArrayList<>();
        for (Block block : blocks) {
            if (!(block instanceof Block.ToolResult result)) {
                rest.add(block);
            } else if (!answers.containsKey(result.callId())) {
                throw new UntranslatableException(null, "The tool result for '" + shown(result.callId())
                        + "' answers no call of the turn before it. Send each result right behind its call.");
            } else if (answers.put(result.callId(), result) != null) {
                throw new UntranslatableException(null, "The call '" + shown(result.callId())
                        + "' has two results. Send one.");
            }
        }
        List<Block> pictures = new ArrayList<>();
        for (Map.Entry<String, Block.@Nullable ToolResult> answer : answers.entrySet()) {
            if (answer.getValue() == null) {
                throw new UntranslatableException(null, "The call '" + shown(answer.getKey()) + "' of the tool '"
                        + names.get(answer.getKey()) + "' has no result. Send one for each call.");
            }
            response(answer.getValue(), parts, pictures);
        }
        answers.clear();
        for (Block picture : pictures) {
            said(picture, parts);
        }
        for (Block block : rest) {
            said(block, parts);
        }
    }

    private void response(Block.ToolResult result, ArrayNode parts, List<Block> pictures) {
        StringBuilder text = new StringBuilder();
        for (Block block : result.content()) {
            if (block instanceof Block.Text words) {
                text.append(text.isEmpty() ? "" : "\n").append(words.text());
            } else {
                pictures.add(block);
            }
        }
        ObjectNode function = parts.addObject().putObject("functionResponse").put("name",
                names.getOrDefault(result.callId(), ""));
        ObjectNode object = JsonTrees.readObject(text.toString());
        if (result.failed()) {
            ObjectNode response = function.putObject("response");
            if (object == null) {
                response.put("error", text.toString());
            } else {
                response.set("error", object.has("error") && object.size() == 1 ? object.get("error") : object);
            }
        } else if (object != null) {
            function.set("response", object);
        } else {
            function.putObject("response").put("output", text.toString());
        }
        marks(result);
    }

    private void said(Block block, ArrayNode parts) throws UntranslatableException {
        marks(block);
        switch (block) {
            case Block.Text text -> text(text.text(), parts);
            case Block.Declined declined -> text(declined.text(), parts);
            case Block.Image image -> {
                if (!terms.images()) {
                    throw new UntranslatableException(null, "The model '" + terms.model()
                            + "' does not see pictures. Leave them out or name another model.");
                }
                media(image.media(), "image/jpeg", parts);
            }
            case Block.Document document -> {
                if (document.name() != null) {
                    losses.say("names of documents dropped");
                }
                media(document.media(), "application/pdf", parts);
            }
            case Block.Audio audio -> media(audio.media(), "audio/wav", parts);
            case Block.Foreign foreign -> {
                if (OWN_PARTS.contains(foreign.type())) {
                    parts.add(foreign.json());
                } else {
                    losses.dropped(List.of(foreign.type()));
                }
            }
            case Block.Thinking _,Block.RedactedThinking _ -> losses.say("reasoning in a user turn dropped");
            case Block.ToolCall _,Block.ToolResult _ -> throw new UntranslatableException(null,
                    "A tool call stands where the user speaks. Send it as the assistant's.");
        }
    }

    /** An empty text is refused there. */
    private static void text(String text, ArrayNode parts) {
        if (!text.isEmpty()) {
            parts.addObject().put("text", text);
        }
    }

    private static void media(Media media, String otherwise, ArrayNode parts) throws UntranslatableException {
        ObjectNode part = parts.addObject();
        switch (media) {
            case Media.Inline inline -> part.putObject("inlineData").put("mimeType", inline.type()).put("data",
                    inline.base64());
            case Media.Remote remote -> part.putObject("fileData")
                    .put("mimeType", MediaTypes.ofAddress(remote.url(), otherwise)).put("fileUri", remote.url());
            case Media.Uploaded file -> {
                if (!MediaTypes.isGoogles(file.fileId())) {
                    throw new UntranslatableException(null, "The file '" + shown(file.fileId())
                            + "' is not known to Gemini. Send its content.");
                }
                part.putObject("fileData").put("mimeType", MediaTypes.ofAddress(file.fileId(), otherwise))
                        .put("fileUri", file.fileId());
            }
            case Media.Plain plain -> part.putObject("inlineData").put("mimeType", "text/plain").put("data",
                    Base64.getEncoder().encodeToString(plain.text().getBytes(StandardCharsets.UTF_8)));
        }
    }

    private void marks(Block block) {
        if (block.cache() != null) {
            losses.say(CACHE_MARKS);
        }
    }

    private static String shown(String id) {
        return id.length() <= 60 ? id : id.substring(0, 60) + "…";
    }
}
