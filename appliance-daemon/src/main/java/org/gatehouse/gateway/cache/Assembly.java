package org.gatehouse.gateway.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.StopReason;

/** Puts the steps of a stream together to the whole answer that they are. Made for one stream, confined to one thread. */
final class Assembly {
    private final Map<Integer, Choice> choices = new TreeMap<>();
    private String id = "";
    private String model = "";
    private boolean ended;
    private boolean lossy;

    private static final class Choice {
        private final List<Piece> pieces = new ArrayList<>(2);
        private ChatReply.@Nullable Stop stop;
    }

    private enum Kind {
        TEXT, THOUGHT, DECLINED, CALL, HIDDEN
    }

    private static final class Piece {
        private final Kind kind;
        private final int call;
        private final String callId;
        private final String name;
        private final StringBuilder text = new StringBuilder();
        private @Nullable String signature;

        private Piece(Kind kind, int call, String callId, String name) {
            this.kind = kind;
            this.call = call;
            this.callId = callId;
            this.name = name;
        }
    }

    void take(ChatEvent event) {
        switch (event) {
            case ChatEvent.Begun begun -> {
                id = begun.id();
                model = begun.model();
            }
            case ChatEvent.Text text -> words(text.choice(), Kind.TEXT).text.append(text.text());
            case ChatEvent.Thought thought -> words(thought.choice(), Kind.THOUGHT).text.append(thought.text());
            case ChatEvent.Declined declined -> words(declined.choice(), Kind.DECLINED).text.append(declined.text());
            case ChatEvent.ThoughtSignature seal -> words(seal.choice(), Kind.THOUGHT).signature = seal.signature();
            case ChatEvent.RedactedThought hidden ->
                add(hidden.choice(), new Piece(Kind.HIDDEN, -1, "", "")).text.append(hidden.data());
            case ChatEvent.ToolCallBegun begun -> add(begun.choice(),
                    new Piece(Kind.CALL, begun.call(), begun.id(), begun.name())).signature = begun.signature();
            case ChatEvent.ToolArguments arguments -> arguments(arguments);
            case ChatEvent.Stopped stopped -> choice(stopped.choice()).stop = stopped.stop();
            case ChatEvent.Ended _ -> ended = true;
            case ChatEvent.Failed _,ChatEvent.Foreign _ -> lossy = true;
            case ChatEvent.Used _,ChatEvent.Ping _ -> {
                // The meter knows better.
            }
        }
    }

    boolean ended() {
        return ended;
    }

    /** The whole answer; {@code null} when it is none, or holds what cannot be said again. */
    @Nullable
    ChatReply whole() {
        if (!ended || lossy || choices.isEmpty()) {
            return null;
        }
        List<ChatReply.Choice> all = new ArrayList<>(choices.size());
        for (Choice choice : choices.values()) {
            ChatReply.Stop stop = choice.stop;
            if (stop == null) {
                return null;
            }
            all.add(new ChatReply.Choice(choice.pieces.stream().map(Assembly::block).toList(), stop));
        }
        return new ChatReply(id, model, all, null);
    }

    private static Block block(Piece piece) {
        String text = piece.text.toString();
        return switch (piece.kind) {
            case TEXT -> new Block.Text(text);
            case THOUGHT -> new Block.Thinking(text, piece.signature);
            case DECLINED -> new Block.Declined(text);
            case HIDDEN -> new Block.RedactedThinking(text);
            case CALL -> new Block.ToolCall(piece.callId, piece.name, text.isEmpty() ? "{}" : text, piece.signature,
                    null);
        };
    }

    private Choice choice(int index) {
        return choices.computeIfAbsent(index, _ -> new Choice());
    }

    private Piece add(int index, Piece piece) {
        choice(index).pieces.add(piece);
        return piece;
    }

    /** The piece that such words go on with: behind a seal new thoughts begin. */
    private Piece words(int index, Kind kind) {
        List<Piece> pieces = choice(index).pieces;
        if (!pieces.isEmpty() && pieces.getLast().kind == kind && pieces.getLast().signature == null) {
            return pieces.getLast();
        }
        return add(index, new Piece(kind, -1, "", ""));
    }

    private void arguments(ChatEvent.ToolArguments arguments) {
        for (Piece piece : choice(arguments.choice()).pieces) {
            if (piece.kind == Kind.CALL && piece.call == arguments.call()) {
                piece.text.append(arguments.json());
                return;
            }
        }
        lossy = true;
    }

    /** Whether an answer that ended so is one that is given again. */
    static boolean isWhole(StopReason reason, boolean capped) {
        return switch (reason) {
            case END, STOP_SEQUENCE, TOOL_CALLS -> true;
            // The client's own cap is part of the question; any other is not.
            case LENGTH -> capped;
            case CONTEXT_FULL, CONTENT_FILTER, PAUSE, MALFORMED_TOOL_CALL, OTHER -> false;
        };
    }
}
