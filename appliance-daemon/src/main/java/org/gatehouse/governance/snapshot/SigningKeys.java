package org.gatehouse.governance.snapshot;

import java.util.Optional;

import com.nimbusds.jose.jwk.JWKSet;

/** The public keys of issuers, as they are known. Thread-safe; never blocks. */
public interface SigningKeys {

    /** The keys of an issuer: the same object until they are asked for again; empty when none are known. */
    Optional<JWKSet> of(TokenIssuer issuer);

    /** Has the keys asked for again soon, because a token names one that is not among them. Bounded in how often. */
    void missing(TokenIssuer issuer);

    /** Knows no keys. */
    static SigningKeys none() {
        return new SigningKeys() {
            @Override
            public Optional<JWKSet> of(TokenIssuer issuer) {
                return Optional.empty();
            }

            @Override
            public void missing(TokenIssuer issuer) {
                // There is nobody to ask.
            }
        };
    }
}
