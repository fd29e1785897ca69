package org.gatehouse.governance;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** How a program is to show a key without its secret: by an access token, or by a client certificate. */
public record MachineClientDraft(
        @About(value = "Unique among machine clients.", min = 1, max = 100) String name,
        @About("The key that its calls are counted, limited and recorded under; best one of its own, named like it.") UUID keyId,
        @About(value = "Whether it may call.", fallback = "true") boolean enabled,
        @About(value = "Whether the key's own secrets are refused, so that this is the only way to use it.", fallback = "false") boolean secretRefused,
        @About("An access token that it brings; this or a certificate.") @Nullable TokenTerms token,
        @About("A client certificate that it brings; this or a token.") @Nullable CertificateTerms certificate) {

    /** What a token must be like. */
    public record TokenTerms(
            @About(value = "Who signs it, exactly as the token says.", min = 1, max = 500) String issuer,
            @About(value = "Where the issuer's keys are; where its discovery document says when left out.", max = 500) @Nullable String keysUrl,
            @About(value = "Whom it must be meant for.", min = 1, max = 255) String audience,
            @About(value = "Which claim names the program.", fallback = "\"sub\"", min = 1, max = 100) String claim,
            @About(value = "What that claim must say.", min = 1, max = 255) String value,
            @About(value = "Whether the issuer may live on a private address, and be reached without TLS.", fallback = "false") boolean privateAddressesAllowed,
            @About(value = "PEM certificates to trust for the issuer besides the usual ones.", max = 100_000, multiline = true) @Nullable String trustedCertificates) {}

    /** What a certificate must be like: issued by the listener's client authority, and called so. */
    public record CertificateTerms(
            @About(value = "sha256: and its fingerprint; or a name in it: dns:, uri:, email: or subject: (as RFC 2253 writes it).", min = 5, max = 500) String name) {}
}
