package org.gatehouse.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import org.jspecify.annotations.Nullable;

/**
 * Whether a token is what it says (OpenID Connect Core 3.1.3.7, Back-Channel Logout 2.6), with a reason for each way in
 * which it is not. Only signatures by keys that the provider publishes count: no secret that both sides know, and never
 * none. Stateless.
 */
final class OidcTokens {
    /** How far two clocks may be apart. */
    static final Duration SKEW = Duration.ofMinutes(2);
    /** Tokens are looked at within seconds after they were made; an old one was kept by somebody. */
    private static final Duration OLDEST = Duration.ofMinutes(10);
    private static final Set<JWSAlgorithm> ACCEPTED = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.RS384,
            JWSAlgorithm.RS512, JWSAlgorithm.PS256, JWSAlgorithm.PS384, JWSAlgorithm.PS512, JWSAlgorithm.ES256,
            JWSAlgorithm.ES384, JWSAlgorithm.ES512);
    private static final String LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

    private OidcTokens() {}

    /** Where a provider's keys come from. */
    interface Keys {

        /**
         * Its keys as they are known.
         *
         * @param anew whether to ask for them again, because none of those was right
         */
        JWKSet keys(boolean anew) throws SignOnProblem.Stopped;
    }

    /** The claims of an ID token that is right in every way. */
    static JWTClaimsSet identity(String token, String issuer, String clientId, String nonce, Keys keys, Clock clock)
            throws SignOnProblem.Stopped {
        JWTClaimsSet claims = signed(token, keys);
        common(claims, issuer, clientId, clock);
        if (claims.getExpirationTime() == null) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER);
        }
        require(same(nonce, text(claims, "nonce")), SignOnProblem.NONCE);
        return claims;
    }

    /** The claims of a logout token that is right in every way. */
    static JWTClaimsSet logout(String token, String issuer, String clientId, Keys keys, Clock clock)
            throws SignOnProblem.Stopped {
        JWTClaimsSet claims = signed(token, keys);
        common(claims, issuer, clientId, clock);
        boolean event = claims.getClaim("events") instanceof java.util.Map<?, ?> events
                && events.containsKey(LOGOUT_EVENT);
        // A nonce would make it an ID token: Back-Channel Logout 2.4.
        require(event && text(claims, "nonce") == null && text(claims, "jti") != null
                && (claims.getSubject() != null || text(claims, "sid") != null), SignOnProblem.BAD_ANSWER);
        return claims;
    }

    private static void common(JWTClaimsSet claims, String issuer, String clientId, Clock clock)
            throws SignOnProblem.Stopped {
        Instant now = clock.instant();
        require(issuer.equals(claims.getIssuer()), SignOnProblem.ISSUER);
        List<String> audience = claims.getAudience();
        require(audience.contains(clientId), SignOnProblem.AUDIENCE);
        String party = text(claims, "azp");
        require(party == null ? audience.size() == 1 : party.equals(clientId), SignOnProblem.AUDIENCE);
        Date expires = claims.getExpirationTime();
        require(expires == null || now.isBefore(expires.toInstant().plus(SKEW)), SignOnProblem.EXPIRED);
        Date issued = claims.getIssueTime();
        require(issued != null, SignOnProblem.BAD_ANSWER);
        Instant made = issued == null ? now : issued.toInstant();
        require(!made.isAfter(now.plus(SKEW)), SignOnProblem.FROM_THE_FUTURE);
        require(!made.isBefore(now.minus(OLDEST)), SignOnProblem.EXPIRED);
        Date begins = claims.getNotBeforeTime();
        require(begins == null || !begins.toInstant().isAfter(now.plus(SKEW)), SignOnProblem.FROM_THE_FUTURE);
    }

    private static JWTClaimsSet signed(String token, Keys keys) throws SignOnProblem.Stopped {
        try {
            JWT parsed = JWTParser.parse(token);
            if (parsed instanceof PlainJWT) {
                throw new SignOnProblem.Stopped(SignOnProblem.UNSIGNED);
            }
            if (!(parsed instanceof SignedJWT signed)) {
                throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER);
            }
            // Before any key is looked at: a public key must never serve as the secret of an HMAC (RFC 8725 2.1).
            require(ACCEPTED.contains(signed.getHeader().getAlgorithm()), SignOnProblem.ALGORITHM);
            require(verified(signed, keys.keys(false)) || verified(signed, keys.keys(true)), SignOnProblem.SIGNATURE);
            JWTClaimsSet claims = signed.getJWTClaimsSet();
            if (claims == null) {
                throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER);
            }
            return claims;
        } catch (ParseException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER, e);
        }
    }

    private static boolean verified(SignedJWT token, JWKSet keys) {
        for (JWK key : new JWKSelector(JWKMatcher.forJWSHeader(token.getHeader())).select(keys)) {
            try {
                JWSVerifier verifier = switch (key) {
                    case RSAKey rsa -> new RSASSAVerifier(rsa.toRSAPublicKey());
                    case ECKey ec -> new ECDSAVerifier(ec.toECPublicKey());
                    default -> null;
                };
                if (verifier != null && token.verify(verifier)) {
                    return true;
                }
            } catch (JOSEException _) {
                // A key of that kind can't have made this signature.
            }
        }
        return false;
    }

    static @Nullable String text(JWTClaimsSet claims, String name) {
        return claims.getClaim(name) instanceof String text ? text : null;
    }

    static boolean same(String wanted, @Nullable String given) {
        return given != null && MessageDigest.isEqual(wanted.getBytes(StandardCharsets.UTF_8),
                given.getBytes(StandardCharsets.UTF_8));
    }

    static void require(boolean right, SignOnProblem problem) throws SignOnProblem.Stopped {
        if (!right) {
            throw new SignOnProblem.Stopped(problem);
        }
    }
}
