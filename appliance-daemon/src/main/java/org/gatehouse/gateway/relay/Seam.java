package org.gatehouse.gateway.relay;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.FencedJson;
import org.gatehouse.gateway.protocol.EventWriter;

/**
 * Where an answer broke off that another target may go on with: what the client has of it, and who writes to it. Only text
 * can be gone on with. For one stream's thread.
 */
final class Seam {
    /** A longer answer is not sent along again. */
    private static final int MOST_CHARS = 256 << 10;

    private final EventWriter writer;
    private final boolean mayGoOn;
    private final @Nullable FencedJson fences;
    private final StringBuilder text = new StringBuilder();
    private boolean onlyText = true;

    /**
     * Starts an answer.
     *
     * @param mayGoOn whether the route lets another target go on with it
     * @param json whether the answer must be JSON
     */
    Seam(EventWriter writer, boolean mayGoOn, boolean json) {
        this.fences = json ? new FencedJson() : null;
        this.writer = writer;
        this.mayGoOn = mayGoOn;
    }

    /** Whether a failure is not the end for sure: then the writer must not be told, it would write nothing behind it. */
    boolean mayGoOn() {
        return mayGoOn;
    }

    /** What the client is to have of a step. */
    void pass(ChatEvent event, Consumer<ChatEvent> out) {
        if (fences == null) {
            out.accept(event);
        } else {
            fences.pass(event, out);
        }
    }

    EventWriter writer() {
        return writer;
    }

    /** Takes in what the client is told. */
    void told(ChatEvent event) {
        switch (event) {
            case ChatEvent.Text words -> text.append(words.text());
            case ChatEvent.Begun _,ChatEvent.Used _,ChatEvent.Ping _,ChatEvent.Foreign _,ChatEvent.Thought _,ChatEvent.ThoughtSignature _,ChatEvent.RedactedThought _,ChatEvent.Failed _ -> {
                // Thoughts are over when words come; before, there is nothing to go on with.
            }
            case ChatEvent.ToolCallBegun _,ChatEvent.ToolArguments _,ChatEvent.Declined _,ChatEvent.Stopped _,ChatEvent.Ended _ ->
                onlyText = false;
        }
    }

    /** What another target would go on behind; empty when it cannot. */
    String text() {
        return onlyText && text.length() <= MOST_CHARS ? text.toString() : "";
    }
}
