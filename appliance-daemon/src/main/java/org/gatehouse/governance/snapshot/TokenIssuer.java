package org.gatehouse.governance.snapshot;

import org.jspecify.annotations.Nullable;

/**
 * Who signs the access tokens of programs, and how its keys are reached. Immutable.
 *
 * @param issuer exactly as its tokens say
 * @param keysUrl where its keys are; {@code null} for where its discovery document says
 * @param privateAddressesAllowed whether it may live on a private address, and be reached without TLS
 * @param trustedCertificates PEM certificates to trust for it besides the usual ones; {@code null} for none
 */
public record TokenIssuer(String issuer, @Nullable String keysUrl, boolean privateAddressesAllowed,
        @Nullable String trustedCertificates) {}
