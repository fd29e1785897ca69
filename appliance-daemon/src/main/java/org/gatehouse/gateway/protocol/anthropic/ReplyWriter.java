package org.gatehouse.gateway.protocol.anthropic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Choice;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.Presentation;
import org.gatehouse.gateway.protocol.ToolIds;

/** Writes a whole answer. Its clients can ask for one choice only, so the first is all there is. */
final class ReplyWriter {

    private ReplyWriter() {}

    static byte[] write(ChatReply reply, Presentation presentation) {
        Choice choice = reply.choices().getFirst();
        ObjectNode out = Trees.object();
        out.put("id", id(reply.id(), presentation)).put("type", "message").put("role", "assistant").put("model",
                presentation.model());
        ArrayNode content = out.putArray("content");
        boolean called = false;
        for (Block block : choice.blocks()) {
            ObjectNode written = block(block);
            if (written != null) {
                content.add(written);
                called |= block instanceof Block.ToolCall;
            }
        }
        String reason = StopReasons.write(choice.stop(), called);
        out.put("stop_reason", reason);
        out.put("stop_sequence", reason.equals("stop_sequence") ? choice.stop().sequence() : null);
        Usage.write(reply.usage() == null ? guess(presentation) : reply.usage(), out.putObject("usage"));
        return Trees.bytes(out);
    }

    /** The provider's, or the call's own with Anthropic's prefix. */
    static String id(String provided, Presentation presentation) {
        return provided.isEmpty() ? "msg_" + presentation.id() : provided;
    }

    /** A client must be told something; what is billed is counted elsewhere. */
    static TokenCount guess(Presentation presentation) {
        return new TokenCount(presentation.promptTokens(), 0, 0, 0, 0, 0);
    }

    private static @Nullable ObjectNode block(Block block) {
        return switch (block) {
            case Block.Text text -> text(text.text());
            case Block.Declined declined -> text(declined.text());
            case Block.Thinking thinking -> Trees.object().put("type", "thinking").put("thinking", thinking.text())
                    .put("signature", thinking.signature() == null ? "" : thinking.signature());
            case Block.RedactedThinking redacted ->
                Trees.object().put("type", "redacted_thinking").put("data", redacted.data());
            case Block.ToolCall call -> {
                ObjectNode input = Trees.objectIn(call.arguments());
                ObjectNode written = Trees.object().put("type", "tool_use").put("id", ToolIds.write(call.id()))
                        .put("name", call.name());
                written.set("input", input == null ? Trees.object() : input);
                yield written;
            }
            // Answers have no such blocks in this protocol.
            case Block.Image _,Block.Document _,Block.Audio _,Block.ToolResult _,Block.Foreign _ -> null;
        };
    }

    private static @Nullable ObjectNode text(String text) {
        return text.isEmpty() ? null : Trees.object().put("type", "text").put("text", text);
    }
}
