package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** Where alerts are to go. */
public record AlertDestinationDraft(
        @About(value = "Unique; letters, digits, dot, dash and underscore.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") String name,
        @About(value = "How alerts get there: a webhook needs url, mail needs mail.", fallback = "\"webhook\"") AlertDestination.Kind kind,
        @About(value = "Whether alerts go there.", fallback = "true") boolean enabled,
        @About(value = "What matters less does not go there.", fallback = "\"info\"") AlertSeverity leastSeverity,
        @About(value = "Where each alert is posted to as JSON; null for mail.", min = 1, max = 2000) @Nullable String url,
        @About("The mail server; null for a webhook.") @Nullable MailServer mail,
        @About(value = "Whether it may live on a private address, and be reached without TLS.", fallback = "false") boolean privateAddressesAllowed,
        @About(value = "PEM certificates to trust for it besides the usual ones.", max = 100_000, multiline = true) @Nullable String trustedCertificates,
        @About(value = "Of a webhook what the receiver checks signatures with, 16 characters at least; of mail the user's password. Absent in a change means unchanged, null removes it. Never shown.", min = 1, max = 1000, secret = true) @Nullable String secret) {

    /** In {@link #secret}: the stored one stays. */
    static final String UNCHANGED = "(unchanged)";

    /** A webhook on the public internet that hears everything. */
    public static AlertDestinationDraft webhook(String name, String url, @Nullable String secret) {
        return new AlertDestinationDraft(name, AlertDestination.Kind.WEBHOOK, true, AlertSeverity.INFO, url, null,
                false,
                null, secret);
    }

    /** Mail over a server on the public internet that hears everything. */
    public static AlertDestinationDraft mail(String name, MailServer server, @Nullable String password) {
        return new AlertDestinationDraft(name, AlertDestination.Kind.MAIL, true, AlertSeverity.INFO, null, server,
                false,
                null, password);
    }

    /** The same where private addresses are allowed. */
    public AlertDestinationDraft inside() {
        return new AlertDestinationDraft(name, kind, enabled, leastSeverity, url, mail, true, trustedCertificates,
                secret);
    }

    /** The same with other certificates trusted besides the usual ones. */
    public AlertDestinationDraft trusting(@Nullable String certificates) {
        return new AlertDestinationDraft(name, kind, enabled, leastSeverity, url, mail, privateAddressesAllowed,
                certificates, secret);
    }

    /** The same with another secret; {@code null} for none. */
    public AlertDestinationDraft withSecret(@Nullable String other) {
        return new AlertDestinationDraft(name, kind, enabled, leastSeverity, url, mail, privateAddressesAllowed,
                trustedCertificates, other);
    }

    /** The same with its webhook's URL as those see it who may not change it. */
    public AlertDestinationDraft masked() {
        return new AlertDestinationDraft(name, kind, enabled, leastSeverity, AlertDestination.masked(url), mail,
                privateAddressesAllowed, trustedCertificates, secret);
    }

    boolean keepsSecret() {
        return UNCHANGED.equals(secret);
    }

    /** Leaves out the secret, and the URL, which often is one. */
    @Override
    public String toString() {
        return "AlertDestinationDraft[" + name + "]";
    }
}
