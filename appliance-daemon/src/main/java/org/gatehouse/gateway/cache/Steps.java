package org.gatehouse.gateway.cache;

import java.util.function.Consumer;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.TokenCount;

/** A whole answer as the steps of a stream. Stateless. */
final class Steps {
    private Steps() {}

    static void of(ChatReply reply, TokenCount usage, Consumer<ChatEvent> out) {
        out.accept(new ChatEvent.Begun(reply.id(), reply.model()));
        for (int index = 0; index < reply.choices().size(); index++) {
            ChatReply.Choice choice = reply.choices().get(index);
            int calls = 0;
            for (Block block : choice.blocks()) {
                if (block instanceof Block.ToolCall call) {
                    out.accept(new ChatEvent.ToolCallBegun(index, calls, call.id(), call.name(), call.signature()));
                    out.accept(new ChatEvent.ToolArguments(index, calls, call.arguments()));
                    calls++;
                } else {
                    words(index, block, out);
                }
            }
            out.accept(new ChatEvent.Stopped(index, choice.stop()));
        }
        out.accept(new ChatEvent.Used(usage, true));
        out.accept(new ChatEvent.Ended());
    }

    private static void words(int index, Block block, Consumer<ChatEvent> out) {
        switch (block) {
            case Block.Text text when !text.text().isEmpty() -> out.accept(new ChatEvent.Text(index, text.text()));
            case Block.Declined declined when !declined.text().isEmpty() ->
                out.accept(new ChatEvent.Declined(index, declined.text()));
            case Block.Thinking thinking -> {
                if (!thinking.text().isEmpty()) {
                    out.accept(new ChatEvent.Thought(index, thinking.text()));
                }
                String signature = thinking.signature();
                if (signature != null) {
                    out.accept(new ChatEvent.ThoughtSignature(index, signature));
                }
            }
            case Block.RedactedThinking hidden -> out.accept(new ChatEvent.RedactedThought(index, hidden.data()));
            case Block.Text _,Block.Declined _,Block.ToolCall _,Block.Image _,Block.Document _,Block.Audio _,Block.ToolResult _,Block.Foreign _ -> {
                // Empty words; the others are in no answer that is kept.
            }
        }
    }
}
