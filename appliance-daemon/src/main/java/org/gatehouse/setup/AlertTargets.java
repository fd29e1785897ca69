package org.gatehouse.setup;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AlertDestination;
import org.gatehouse.governance.AlertDestinationDraft;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.MailServer;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Reading;

/**
 * Whom the box warns, as far as set-up asks: one alert destination, governed like all others from then on. Thread-safe.
 *
 * @param tester sends a test
 */
public record AlertTargets(Governance governance, Tester tester) {
    private static final String NAME = "set-up";

    /** Sends a test to a destination that need not be stored; takes a minute at most. */
    @FunctionalInterface
    public interface Tester {
        /**
         * Whether it took the message, and what it said.
         *
         * @param secret its own; {@code null} for none
         */
        Check test(AlertDestination destination, @Nullable String secret);
    }

    /**
     * Who is warned: a webhook or mail. A company's own hooks and mail servers live on private addresses: these are allowed to
     * whoever sets the box up.
     */
    public record Targets(
            @About(value = "How alerts get there.", fallback = "\"webhook\"") AlertDestination.Kind kind,
            @About(value = "Gets each alert as JSON by POST; null for none.", min = 1, max = 1000, pattern = "https?://[^\\s]+") @Nullable String webhookUrl,
            @About("The mail server that takes each alert; null for none.") @Nullable MailServer mail,
            @About(value = "The password of mail.user. Absent: the one that is stored stays.", min = 1, max = 1000, secret = true) @Nullable String mailPassword,
            @About(value = "PEM certificates to trust for the mail server besides the usual ones.", max = 100_000, multiline = true) @Nullable String mailTrustedCertificates) {

        /** One way is enough here; more are made where alerts are governed. */
        public Targets {
            if (kind == AlertDestination.Kind.WEBHOOK && mail != null) {
                throw new IllegalArgumentException("mail must be null where kind is webhook");
            }
            if (kind == AlertDestination.Kind.MAIL && webhookUrl != null) {
                throw new IllegalArgumentException("webhookUrl must be null where kind is mail");
            }
        }

        private Optional<AlertDestinationDraft> draft() {
            if (webhookUrl != null) {
                return Optional.of(AlertDestinationDraft.webhook(NAME, webhookUrl, null).inside());
            }
            return mail == null
                    ? Optional.empty()
                    : Optional.of(AlertDestinationDraft.mail(NAME, mail, mailPassword).inside()
                            .trusting(mailTrustedCertificates));
        }

        /** Leaves out the password, and the URL, which often is one. */
        @Override
        public String toString() {
            return "Targets[" + (mail == null ? "webhook" : mail.host()) + "]";
        }
    }

    /** Tries them; nothing is stored for it. Empty where there is nobody to warn. */
    Optional<Check> test(Targets targets) {
        return targets.draft().map(draft -> {
            String secret = draft.secret() == null && draft.mail() != null ? kept(draft) : draft.secret();
            return tester.test(new AlertDestination(UUID.nameUUIDFromBytes(NAME.getBytes(StandardCharsets.UTF_8)), NAME,
                    draft.kind(), true, draft.leastSeverity(), draft.url(), draft.mail(), true,
                    draft.trustedCertificates(), secret != null, Instant.EPOCH, Instant.EPOCH, 0), secret);
        });
    }

    /** The stored password, for the very server that it was given for. */
    private @Nullable String kept(AlertDestinationDraft draft) {
        return stored().filter(before -> draft.mail() != null && draft.mail().equals(before.mail()))
                .flatMap(before -> governance.alertSecret(before.id())).orElse(null);
    }

    private Optional<AlertDestination> stored() {
        return governance.alertDestinations().all().stream().filter(each -> each.name().equals(NAME)).findFirst();
    }

    /** Whom to warn from now on; {@code null} for nobody. Says whether that is different from before. */
    Use use(Actor actor, @Nullable Targets targets) {
        Optional<AlertDestination> before = stored();
        Optional<AlertDestinationDraft> wanted = Optional.ofNullable(targets).flatMap(Targets::draft);
        if (wanted.isEmpty()) {
            return before.map(gone -> used(governance.alertDestinations().delete(actor, gone.id(), null, false)))
                    .orElse(new Use.Done(false));
        }
        AlertDestinationDraft draft = wanted.get();
        if (before.isEmpty()) {
            return used(governance.alertDestinations().create(actor, draft));
        }
        if (same(before.get(), draft)) {
            return new Use.Done(false);
        }
        String secret = draft.secret() == null && draft.mail() != null ? kept(draft) : draft.secret();
        return used(governance.alertDestinations().update(actor, before.get().id(), null,
                _ -> new Reading.Whole<>(draft.withSecret(secret))));
    }

    /** What came of it. */
    sealed interface Use {
        /** It is so now. */
        record Done(boolean changed) implements Use {}

        /** It is as it was. */
        record Refused(Refusal refusal) implements Use {}
    }

    private static Use used(Change<AlertDestination> change) {
        return switch (change) {
            case Change.Made<AlertDestination> _ -> new Use.Done(true);
            case Change.Refused<AlertDestination>(Refusal refusal) -> new Use.Refused(refusal);
        };
    }

    private boolean same(AlertDestination before, AlertDestinationDraft draft) {
        return before.kind() == draft.kind() && Objects.equals(before.url(), draft.url())
                && Objects.equals(before.mail(), draft.mail())
                && Objects.equals(before.trustedCertificates(), draft.trustedCertificates())
                && (draft.secret() == null || governance.alertSecret(before.id()).filter(draft.secret()::equals)
                        .isPresent());
    }
}
