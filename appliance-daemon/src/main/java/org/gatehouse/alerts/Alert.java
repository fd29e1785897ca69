package org.gatehouse.alerts;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.AlertRule;
import org.gatehouse.governance.AlertSeverity;

/**
 * Something that is or was wrong, once told however often it is seen. Immutable.
 *
 * @param node the box that sees it
 * @param ruleId the rule that took it for wrong, the strictest one of several
 * @param rule that rule's name then
 * @param subject what it is about, as machines know it
 * @param about the same as people know it
 * @param since when it was first seen
 * @param seenAt when it was last seen
 * @param times how often it came back while the alert lasted, the first time included
 * @param acknowledgedBy who looks after it; {@code null} for nobody yet
 * @param note what they said
 * @param resolvedAt when it had been well for long enough; {@code null} while it is not
 */
public record Alert(UUID id, UUID node, UUID ruleId, String rule, AlertKind kind, AlertSeverity severity,
        String subject, String about, String message, State state, Instant since, Instant seenAt, int times,
        @Nullable String acknowledgedBy, @Nullable Instant acknowledgedAt, @Nullable String note,
        @Nullable Instant resolvedAt) {

    /** How an alert stands. */
    public enum State {
        /** Nobody has said that they look after it. */
        OPEN,
        /** Somebody looks after it. */
        ACKNOWLEDGED,
        /** It is over. */
        RESOLVED;

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Alert open(UUID id, UUID node, AlertRule rule, Finding finding, Instant since, Instant now) {
        return new Alert(id, node, rule.id(), rule.name(), rule.kind(), rule.severity(), finding.subject(),
                finding.about(), finding.message(), State.OPEN, since, now, 1, null, null, null, null);
    }

    /** Seen again, by the same rule or another one. */
    Alert seen(AlertRule by, Finding finding, Instant now, boolean again) {
        return new Alert(id, node, by.id(), by.name(), kind, by.severity(), subject, finding.about(),
                finding.message(), state, since, now, again ? times + 1 : times, acknowledgedBy, acknowledgedAt, note,
                resolvedAt);
    }

    /** As if nobody had looked after it: it got worse, or came back. */
    Alert reopened() {
        return new Alert(id, node, ruleId, rule, kind, severity, subject, about, message, State.OPEN, since, seenAt,
                times, null, null, null, null);
    }

    Alert acknowledged(String who, Instant now, @Nullable String said) {
        return new Alert(id, node, ruleId, rule, kind, severity, subject, about, message, State.ACKNOWLEDGED, since,
                seenAt, times, who, now, said, null);
    }

    Alert resolved(Instant now) {
        return new Alert(id, node, ruleId, rule, kind, severity, subject, about, message, State.RESOLVED, since,
                seenAt, times, acknowledgedBy, acknowledgedAt, note, now);
    }

    /** The same without when it was last seen, which changes all the time. */
    public Alert unseen() {
        return new Alert(id, node, ruleId, rule, kind, severity, subject, about, message, state, since, since, times,
                acknowledgedBy, acknowledgedAt, note, resolvedAt);
    }

    /** For the trail and for messages. */
    ObjectNode tree() {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("id", id.toString()).put("rule", rule)
                .put("kind", kind.id()).put("severity", severity.id()).put("subject", subject).put("about", about)
                .put("message", message).put("state", state.id()).put("since", since.toString()).put("times", times);
        if (acknowledgedBy != null) {
            tree.put("acknowledgedBy", acknowledgedBy);
        }
        if (note != null) {
            tree.put("note", note);
        }
        if (resolvedAt != null) {
            tree.put("resolvedAt", resolvedAt.toString());
        }
        return tree;
    }
}
