package org.gatehouse.gateway.canonical;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Takes the code fence off an answer that must be JSON: models that were only asked for JSON, not made to give it, like to
 * write {@code ```json} around it, and a client that parses the answer fails. What stands before or behind a fence stays,
 * fence and all. One for each stream; for one thread.
 */
public final class FencedJson {
    private static final String FENCE = "```";
    /** {@code ```}, a language and the end of the line; nobody writes a longer one. */
    private static final int LONGEST_OPENING = 64;

    private final Map<Integer, Choice> choices = new HashMap<>();

    /** The same answer without fences. */
    public static ChatReply without(ChatReply reply) {
        List<ChatReply.Choice> choices = new ArrayList<>(reply.choices().size());
        for (ChatReply.Choice choice : reply.choices()) {
            choices.add(new ChatReply.Choice(choice.blocks().stream().map(FencedJson::without).toList(),
                    choice.stop()));
        }
        return new ChatReply(reply.id(), reply.model(), choices, reply.usage());
    }

    private static Block without(Block block) {
        if (!(block instanceof Block.Text text)) {
            return block;
        }
        StringBuilder kept = new StringBuilder();
        Choice all = new Choice();
        all.take(text.text(), kept);
        if (!all.ends(kept)) {
            return block;
        }
        return kept.isEmpty() ? block : new Block.Text(kept.toString());
    }

    /** Gives on what the client is to have of a step, now or with a later one. */
    public void pass(ChatEvent event, Consumer<ChatEvent> out) {
        switch (event) {
            case ChatEvent.Text text -> {
                StringBuilder kept = new StringBuilder();
                choices.computeIfAbsent(text.choice(), _ -> new Choice()).take(text.text(), kept);
                give(text.choice(), kept, out);
            }
            case ChatEvent.Stopped stop -> {
                end(stop.choice(), out);
                out.accept(event);
            }
            case ChatEvent.ToolCallBegun call -> {
                end(call.choice(), out);
                out.accept(event);
            }
            case ChatEvent.Ended _,ChatEvent.Failed _ -> {
                List.copyOf(choices.keySet()).forEach(choice -> end(choice, out));
                out.accept(event);
            }
            case ChatEvent.Begun _,ChatEvent.Thought _,ChatEvent.ThoughtSignature _,ChatEvent.RedactedThought _,ChatEvent.Declined _,ChatEvent.ToolArguments _,ChatEvent.Used _,ChatEvent.Ping _,ChatEvent.Foreign _ ->
                out.accept(event);
        }
    }

    private void end(int choice, Consumer<ChatEvent> out) {
        Choice known = choices.remove(choice);
        if (known != null) {
            StringBuilder kept = new StringBuilder();
            known.ends(kept);
            give(choice, kept, out);
        }
    }

    private static void give(int choice, StringBuilder kept, Consumer<ChatEvent> out) {
        if (!kept.isEmpty()) {
            out.accept(new ChatEvent.Text(choice, kept.toString()));
        }
    }

    /** The text of one choice, as it comes. */
    private static final class Choice {
        /** Held back until it is known to be a fence or none. */
        private final StringBuilder held = new StringBuilder();
        private boolean begun;
        private boolean fenced;

        void take(String text, StringBuilder out) {
            if (begun && !fenced) {
                out.append(text);
                return;
            }
            held.append(text);
            if (!begun && !begins(out)) {
                return;
            }
            if (fenced) {
                int tail = tail();
                out.append(held, 0, tail);
                held.delete(0, tail);
            }
        }

        /** Whether it is decided how the text begins. */
        private boolean begins(StringBuilder out) {
            int start = 0;
            while (start < held.length() && Character.isWhitespace(held.charAt(start))) {
                start++;
            }
            String rest = held.substring(start);
            int line = rest.indexOf('\n');
            if (rest.length() < FENCE.length()
                    ? FENCE.startsWith(rest)
                    : rest.startsWith(FENCE) && line < 0
                            && isLanguage(rest)) {
                return false;
            }
            begun = true;
            fenced = rest.startsWith(FENCE) && line >= 0 && isLanguage(rest.substring(0, line));
            if (fenced) {
                held.delete(0, start + line + 1);
            } else {
                out.append(held);
                held.setLength(0);
            }
            return true;
        }

        private static boolean isLanguage(String line) {
            return line.length() <= LONGEST_OPENING
                    && line.substring(FENCE.length()).strip().chars().allMatch(Character::isLetterOrDigit);
        }

        /** Where what may be the end of the fence begins: white space, up to three ticks, white space. */
        private int tail() {
            int at = backOverSpace(held.length());
            int ticks = 0;
            while (ticks < FENCE.length() && at > 0 && held.charAt(at - 1) == '`') {
                at--;
                ticks++;
            }
            return backOverSpace(at);
        }

        private int backOverSpace(int from) {
            int at = from;
            while (at > 0 && Character.isWhitespace(held.charAt(at - 1))) {
                at--;
            }
            return at;
        }

        /** Gives what is still held; whether the text stood in a whole fence. */
        boolean ends(StringBuilder out) {
            boolean closed = fenced && held.toString().strip().equals(FENCE);
            if (!closed) {
                out.append(held);
            }
            held.setLength(0);
            return closed;
        }
    }
}
