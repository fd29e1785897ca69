package org.gatehouse.gateway.routing.sticky;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;

/**
 * Names a conversation by how its prompt begins: its instructions and its first user turn, which every later turn repeats.
 * Pure.
 */
public final class PromptPrefix {
    /** Of each part; engines remember prompts in blocks, and a longer look tells apart what shares most of them. */
    private static final int MOST_CHARS = 2048;

    private PromptPrefix() {}

    /**
     * The name for a beginning.
     *
     * @param tenant with whom what engines remember is shared: prompts of others never meet
     */
    public static String of(String tenant, CharSequence instructions, CharSequence firstTurn) {
        long high = Rendezvous.hash(tenant) * 31 + Rendezvous.hash(cut(instructions));
        return Long.toHexString(high) + Long.toHexString(Rendezvous.hash(cut(firstTurn)));
    }

    /** The name for a request in the common shape; {@code null} when it has no text to go by. */
    public static @Nullable String of(String tenant, ChatRequest request) {
        StringBuilder instructions = new StringBuilder();
        for (Block.Text block : request.system()) {
            append(instructions, block.text());
        }
        StringBuilder first = new StringBuilder();
        for (ChatRequest.Turn turn : request.turns()) {
            if (turn.role() == ChatRequest.Role.USER) {
                for (Block block : turn.blocks()) {
                    if (block instanceof Block.Text text) {
                        append(first, text.text());
                    }
                }
                break;
            }
        }
        return instructions.isEmpty() && first.isEmpty() ? null : of(tenant, instructions, first);
    }

    private static void append(StringBuilder text, String more) {
        int room = MOST_CHARS - text.length();
        if (room > 0) {
            text.append(more, 0, Math.min(room, more.length()));
        }
    }

    private static CharSequence cut(CharSequence text) {
        return text.length() <= MOST_CHARS ? text : text.subSequence(0, MOST_CHARS);
    }
}
