package org.gatehouse.setup;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AlertDestination;
import org.gatehouse.governance.AlertDestinationDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Reading;

/**
 * Whom the box warns, as far as set-up asks: one alert destination, governed like all others from then on. Thread-safe.
 *
 * @param tester sends a test
 */
public record AlertTargets(Governance governance, Tester tester) {
    private static final String NAME = "set-up";

    /** Sends a test to a destination that need not be stored; takes seconds. */
    @FunctionalInterface
    public interface Tester {
        /** Whether it took the message, and what it said. */
        Check test(AlertDestination destination);
    }

    /** Who is warned. A company's own hooks live on private addresses: these are allowed to whoever sets the box up. */
    public record Targets(
            @About(value = "Gets each alert as JSON by POST; null for none.", min = 1, max = 1000, pattern = "https?://[^\\s]+") @Nullable String webhookUrl) {}

    /** Nothing is stored for it. */
    Check test(String webhook) {
        return tester.test(new AlertDestination(UUID.nameUUIDFromBytes(NAME.getBytes(StandardCharsets.UTF_8)), NAME,
                true, draft(webhook).leastSeverity(), webhook, true, null, false, Instant.EPOCH, Instant.EPOCH, 0));
    }

    /** Whom to warn from now on; {@code null} for nobody. Says whether that is different from before. */
    boolean use(Actor actor, @Nullable Targets targets) {
        AlertDestination before = governance.alertDestinations().all().stream()
                .filter(each -> each.name().equals(NAME)).findFirst().orElse(null);
        String webhook = targets == null ? null : targets.webhookUrl();
        if (before == null ? webhook == null : before.url().equals(webhook)) {
            return false;
        }
        if (before == null && webhook != null) {
            governance.alertDestinations().create(actor, draft(webhook)).made();
        } else if (before != null && webhook != null) {
            governance.alertDestinations().update(actor, before.id(), null,
                    _ -> new Reading.Whole<>(draft(webhook))).made();
        } else if (before != null) {
            governance.alertDestinations().delete(actor, before.id(), null, false).made();
        }
        return true;
    }

    private static AlertDestinationDraft draft(String webhook) {
        return AlertDestinationDraft.webhook(NAME, webhook, null).inside();
    }
}
