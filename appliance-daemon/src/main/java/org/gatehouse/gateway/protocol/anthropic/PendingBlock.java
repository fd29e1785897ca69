package org.gatehouse.gateway.protocol.anthropic;

import org.jspecify.annotations.Nullable;

/**
 * A content block of a stream that is being written, from its first delta to its stop. Blocks of a message never overlap,
 * while the deltas of several tool calls may alternate: what comes for a block that may not start yet is kept here.
 * Confined to one thread.
 */
final class PendingBlock {
    private final Kind kind;
    private final int call;
    private final String id;
    private final String name;
    private final StringBuilder kept = new StringBuilder(0);
    private @Nullable String signature;

    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean whole;
    private boolean filled;

    enum Kind {
        TEXT, THINKING, REDACTED, CALL
    }

    private PendingBlock(Kind kind, int call, String id, String name) {
        this.kind = kind;
        this.call = call;
        this.id = id;
        this.name = name;
    }

    static PendingBlock text() {
        return new PendingBlock(Kind.TEXT, -1, "", "");
    }

    static PendingBlock thinking() {
        return new PendingBlock(Kind.THINKING, -1, "", "");
    }

    static PendingBlock redacted(String data) {
        return new PendingBlock(Kind.REDACTED, -1, data, "");
    }

    static PendingBlock call(int call, String id, String name) {
        return new PendingBlock(Kind.CALL, call, id, name);
    }

    Kind kind() {
        return kind;
    }

    /** The number of the call; -1 when it is none. */
    int call() {
        return call;
    }

    /** The id of the call, or the data of redacted thoughts. */
    String id() {
        return id;
    }

    /** The name of the tool. */
    String name() {
        return name;
    }

    /** Keeps a piece until the block may start. */
    void keep(String piece) {
        kept.append(piece);
    }

    /** What was kept; it is not kept any more. */
    String takeKept() {
        String pieces = kept.toString();
        kept.setLength(0);
        return pieces;
    }

    /** Seals thoughts. */
    void seal(String with) {
        signature = with;
    }

    @Nullable
    String signature() {
        return signature;
    }

    /** Whether any arguments came. */
    boolean filled() {
        return filled;
    }

    /** Whether nothing more can come for it once something else comes: the arguments of a call are one whole object. */
    boolean complete() {
        return kind != Kind.CALL || whole;
    }

    /** Follows the arguments of a call. */
    void follow(String json) {
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            filled |= c > ' ';
            if (inString) {
                if (escaped) {
                    escaped = false;
                } else if (c == '\\') {
                    escaped = true;
                } else if (c == '"') {
                    inString = false;
                }
            } else if (c == '"') {
                inString = true;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
                whole |= depth == 0;
            }
        }
    }
}
