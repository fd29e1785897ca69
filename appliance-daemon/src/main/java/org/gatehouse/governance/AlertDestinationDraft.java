package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** Where alerts are to go. */
public record AlertDestinationDraft(
        @About(value = "Unique; letters, digits, dot, dash and underscore.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") String name,
        @About(value = "Whether alerts go there.", fallback = "true") boolean enabled,
        @About(value = "What matters less does not go there.", fallback = "\"info\"") AlertSeverity leastSeverity,
        @About(value = "Where each alert is posted to as JSON.", min = 1, max = 2000) String url,
        @About(value = "Whether it may live on a private address, and be reached without TLS.", fallback = "false") boolean privateAddressesAllowed,
        @About(value = "PEM certificates to trust for it besides the usual ones.", max = 100_000, multiline = true) @Nullable String trustedCertificates,
        @About(value = "What the receiver checks signatures with, 16 characters at least. Absent in a change means unchanged, null removes it. Never shown.", min = 1, max = 1000, secret = true) @Nullable String secret) {

    /** In {@link #secret}: the stored one stays. */
    static final String UNCHANGED = "(unchanged)";

    /** A webhook on the public internet that hears everything. */
    public static AlertDestinationDraft webhook(String name, String url, @Nullable String secret) {
        return new AlertDestinationDraft(name, true, AlertSeverity.INFO, url, false, null, secret);
    }

    /** The same where private addresses are allowed. */
    public AlertDestinationDraft inside() {
        return new AlertDestinationDraft(name, enabled, leastSeverity, url, true, trustedCertificates, secret);
    }

    /** The same with another secret. */
    public AlertDestinationDraft withSecret(@Nullable String other) {
        return new AlertDestinationDraft(name, enabled, leastSeverity, url, privateAddressesAllowed,
                trustedCertificates, other);
    }

    /** Leaves out the secret, and the URL, which often is one. */
    @Override
    public String toString() {
        return "AlertDestinationDraft[" + name + "]";
    }
}
