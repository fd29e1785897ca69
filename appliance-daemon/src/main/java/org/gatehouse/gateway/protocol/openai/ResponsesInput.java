package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * Writes the items of {@code input}. Of earlier thoughts only those go back that OpenAI itself sealed; it refuses others.
 * Confined to one thread.
 */
final class ResponsesInput {
    /** OpenAI's sealed thoughts are Fernet tokens: version 0x80 and a time stamp in base64. */
    private static final String SEALED_BY_OPENAI = "gAAAA";

    private final Terms terms;
    private final Losses losses;
    private final ArrayNode items = JsonText.NODES.arrayNode();

    private ResponsesInput(Terms terms, Losses losses) {
        this.terms = terms;
        this.losses = losses;
    }

    static ArrayNode write(List<Turn> turns, Terms terms, Losses losses) throws UntranslatableException {
        ResponsesInput input = new ResponsesInput(terms, losses);
        for (Turn turn : turns) {
            switch (turn.role()) {
                case SYSTEM -> input.message("system", turn.blocks());
                case USER -> input.user(turn.blocks());
                case ASSISTANT -> input.assistant(turn.blocks());
            }
        }
        if (!turns.isEmpty() && turns.getLast().role() == Role.ASSISTANT
                && turns.getLast().blocks().stream().noneMatch(Block.ToolCall.class::isInstance)) {
            losses.say(ChatMessageWriter.ANSWERED);
        }
        return input.items;
    }

    private void user(List<Block> blocks) throws UntranslatableException {
        List<Block> others = new ArrayList<>();
        for (Block block : blocks) {
            if (block instanceof Block.ToolResult result) {
                ObjectNode item = items.addObject().put("type", "function_call_output").put("call_id",
                        CallIdForm.ofResponses(result.callId()));
                item.set("output", output(result));
            } else {
                others.add(block);
            }
        }
        if (!others.isEmpty() || blocks.isEmpty()) {
            message("user", others);
        }
    }

    private JsonNode output(Block.ToolResult result) throws UntranslatableException {
        ToolOutput output = ToolOutput.of(result, losses);
        if (output.media().isEmpty()) {
            return JsonText.NODES.textNode(output.text());
        }
        ArrayNode parts = JsonText.NODES.arrayNode();
        parts.addObject().put("type", "input_text").put("text", output.text());
        for (Block block : output.media()) {
            part(block, parts);
        }
        return parts;
    }

    private void message(String role, List<Block> blocks) throws UntranslatableException {
        ObjectNode message = items.addObject().put("type", "message").put("role", role);
        if (blocks.size() == 1 && blocks.getFirst() instanceof Block.Text text) {
            message.put("content", text.text());
            return;
        }
        ArrayNode parts = message.putArray("content");
        for (Block block : blocks) {
            part(block, parts);
        }
    }

    private void part(Block block, ArrayNode parts) throws UntranslatableException {
        switch (block) {
            case Block.Text text -> parts.addObject().put("type", "input_text").put("text", text.text());
            case Block.Declined words -> parts.addObject().put("type", "input_text").put("text", words.text());
            case Block.Image image -> image(image, parts.addObject().put("type", "input_image"));
            case Block.Document document -> document(document, parts);
            case Block.Audio _ -> throw new UntranslatableException("messages", "The conversation holds a recording,"
                    + " which this model's provider does not take on this surface; leave it out.");
            case Block.Foreign foreign -> losses.dropped(List.of(foreign.type()));
            case Block.ToolCall _,Block.ToolResult _,Block.Thinking _,Block.RedactedThinking _ ->
                losses.say("a block that is not the user's dropped");
        }
    }

    private void image(Block.Image image, ObjectNode part) throws UntranslatableException {
        if (!terms.images()) {
            throw new UntranslatableException("messages", "The conversation holds a picture, which this model does not"
                    + " see; leave it out or ask a model that sees pictures.");
        }
        switch (image.media()) {
            case Media.Inline inline -> part.put("image_url", DataUri.write(inline));
            case Media.Remote remote -> part.put("image_url", remote.url());
            case Media.Uploaded uploaded -> part.put("file_id", uploaded.fileId());
            case Media.Plain plain -> part.put("type", "input_text").put("text", plain.text());
        }
        if (image.detail() != null) {
            part.put("detail", image.detail());
        }
    }

    private static void document(Block.Document document, ArrayNode parts) {
        String text = ChatPartWriter.plainText(document.media());
        String name = document.name();
        if (text != null) {
            parts.addObject().put("type", "input_text").put("text", name == null ? text : name + ":\n" + text);
            return;
        }
        ObjectNode part = parts.addObject().put("type", "input_file");
        switch (document.media()) {
            case Media.Inline inline -> part.put("filename", name == null ? "document" : name).put("file_data",
                    DataUri.write(inline));
            case Media.Remote remote -> part.put("file_url", remote.url());
            case Media.Uploaded uploaded -> part.put("file_id", uploaded.fileId());
            case Media.Plain plain -> part.put("type", "input_text").put("text", plain.text());
        }
    }

    private void assistant(List<Block> blocks) {
        for (Block block : blocks) {
            switch (block) {
                case Block.Text text -> items.addObject().put("type", "message").put("role", "assistant").put("content",
                        text.text());
                case Block.Declined words -> items.addObject().put("type", "message").put("role", "assistant")
                        .putArray("content").addObject().put("type", "refusal").put("refusal", words.text());
                case Block.Thinking thinking -> sealed(thinking.text(), thinking.signature() == null
                        ? ""
                        : thinking.signature());
                case Block.RedactedThinking redacted -> sealed("", redacted.data());
                case Block.ToolCall call -> call(call);
                case Block.Foreign foreign -> losses.dropped(List.of(foreign.type()));
                case Block.Image _,Block.Document _,Block.Audio _,Block.ToolResult _ ->
                    losses.say("media of the assistant's earlier turns dropped");
            }
        }
    }

    private void call(Block.ToolCall call) {
        String arguments = call.arguments();
        if (!Arguments.isObject(arguments)) {
            losses.say("broken arguments of an earlier tool call left out");
            arguments = Arguments.NONE;
        }
        items.addObject().put("type", "function_call").put("call_id", CallIdForm.ofResponses(call.id()))
                .put("name", call.name()).put("arguments", arguments);
    }

    private void sealed(String summary, String seal) {
        if (!seal.startsWith(SEALED_BY_OPENAI)) {
            losses.say("thoughts of earlier turns dropped");
            return;
        }
        ObjectNode item = items.addObject().put("type", "reasoning");
        ArrayNode parts = item.putArray("summary");
        if (!summary.isEmpty()) {
            parts.addObject().put("type", "summary_text").put("text", summary);
        }
        item.put("encrypted_content", seal);
    }
}
