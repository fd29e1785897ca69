package org.gatehouse.alerts;

import java.time.Instant;
import java.util.UUID;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;

/**
 * What a destination is told. Immutable.
 *
 * @param event {@code open}, {@code resolved} or {@code test}
 * @param at when it happened
 * @param box which box says so
 * @param text one line, as chat systems and a mail's subject show it
 * @param alert {@code null} for a test
 */
record Notice(String event, Instant at, UUID box, String text, @Nullable Alert alert) {

    static Notice of(String event, Instant at, UUID box, Alert alert) {
        return new Notice(event, at, box, "[" + (event.equals("open") ? alert.severity().id() : event) + "] "
                + alert.about() + ": " + alert.message(), alert);
    }

    static Notice test(Instant at, UUID box, String destination) {
        return new Notice("test", at, box, "A test of the alert destination " + destination + ": nothing is wrong.",
                null);
    }

    /** As webhooks get it. */
    byte[] json() {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("event", event).put("at", at.toString())
                .put("box", box.toString()).put("text", text);
        if (alert != null) {
            tree.set("alert", alert.tree());
        }
        return Json.bytes(tree);
    }
}
