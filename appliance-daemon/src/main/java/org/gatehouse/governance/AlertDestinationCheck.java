package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

/** Whether an alert destination may be as it is drafted. Stateless. */
final class AlertDestinationCheck {
    private static final int SHORTEST_SECRET = 16;

    private AlertDestinationCheck() {}

    /**
     * Refuses a draft that is wrong.
     *
     * @param stored what it is to replace; {@code null} for nothing
     */
    static void hold(AlertDestinationDraft draft, @Nullable AlertDestination stored) {
        Checks checks = new Checks();
        switch (draft.kind()) {
            case WEBHOOK -> webhook(checks, draft);
            case MAIL -> mail(checks, draft, stored);
        }
        checks.require(stored == null || !stored.secretSet() || !draft.keepsSecret() || stored.kind() == draft.kind(),
                "secret", "must be given again, or removed with null, where the kind changes");
        checks.refuse();
    }

    private static void webhook(Checks checks, AlertDestinationDraft draft) {
        String url = draft.url();
        String problem = url != null && url.startsWith("http")
                // A query is where most receivers have their key.
                ? BaseUrl.problem(url.replaceFirst("\\?[^#]*$", ""), false, draft.privateAddressesAllowed())
                : "must be https://host/path";
        String secret = draft.secret();
        checks.require(problem == null, "url", String.valueOf(problem));
        checks.require(draft.mail() == null, "mail", "must be null for a webhook");
        checks.require(secret == null || draft.keepsSecret() || secret.length() >= SHORTEST_SECRET, "secret",
                "must have 16 characters at least");
    }

    private static void mail(Checks checks, AlertDestinationDraft draft, @Nullable AlertDestination stored) {
        checks.require(draft.url() == null, "url", "must be null for mail");
        MailServer server = draft.mail();
        if (server == null) {
            checks.wrong("mail", "is missing");
            return;
        }
        boolean plain = server.security() == MailServer.Security.NONE;
        checks.require(draft.privateAddressesAllowed() || !BaseUrl.isPrivate(server.host()), "mail.host",
                "is a private address; set privateAddressesAllowed if it is meant");
        checks.require(draft.privateAddressesAllowed() || !plain, "mail.security",
                "must be starttls or tls unless privateAddressesAllowed is set");
        checks.require(!plain || server.user() == null || BaseUrl.isLoopback(server.host()), "mail.user",
                "must be null without TLS: its password would cross the network for all to read. Choose starttls or tls");
        checks.require(server.user() == null || draft.secret() != null, "secret",
                "is missing: the password of mail.user");
        checks.require(server.user() != null || draft.secret() == null || draft.keepsSecret(), "mail.user",
                "is missing: whose password the secret is");
        MailServer before = stored == null ? null : stored.mail();
        // Else whoever may change a destination, and does not know the password, could have it sent to a server of theirs.
        checks.require(before == null || !draft.keepsSecret() || !server.leadsElsewhereThan(before), "secret",
                "must be given again where host, port or security change");
        checks.require(before == null || !draft.keepsSecret() || certificatesStay(draft, stored), "secret",
                "must be given again where trustedCertificates change");
    }

    private static boolean certificatesStay(AlertDestinationDraft draft, @Nullable AlertDestination stored) {
        return stored != null && java.util.Objects.equals(draft.trustedCertificates(), stored.trustedCertificates());
    }
}
