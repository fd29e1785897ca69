package org.gatehouse.gateway.admission;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
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
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;

import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.MachineClient;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.SigningKeys;
import org.gatehouse.governance.snapshot.TokenIssuer;

/**
 * Whether an access token that a program brings in the place of a key is good, and whose it is (RFC 9068, RFC 8725). Reads
 * memory only: keys come from the background, and a token whose signature was right is remembered by its hash until it
 * ends or its issuer's keys are others. What is wrong is counted by its reason. Thread-safe.
 */
public final class MachineTokens {
    /** How far two clocks may be apart. */
    private static final Duration SKEW = Duration.ofSeconds(60);
    /** Some 10 MB. Only good tokens get here, so strangers can't fill it. */
    private static final int MOST_REMEMBERED = 10_000;
    private static final int LONGEST_TOKEN = 16_384;
    private static final int LONGEST_CLAIM = 255;
    private static final Set<JWSAlgorithm> ACCEPTED = Set.of(JWSAlgorithm.RS256, JWSAlgorithm.RS384,
            JWSAlgorithm.RS512, JWSAlgorithm.PS256, JWSAlgorithm.PS384, JWSAlgorithm.PS512, JWSAlgorithm.ES256,
            JWSAlgorithm.ES384, JWSAlgorithm.ES512);
    private static final Set<JOSEObjectType> TYPES = Set.of(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"),
            new JOSEObjectType("application/at+jwt"));

    /** Why a token was refused; what is counted. */
    public enum Reason {
        /** It can't be read. */
        MALFORMED("can't be read"),
        /** It is signed in a way that proves nothing: not at all, or with a secret that both sides know. */
        ALGORITHM("is signed with an algorithm that is not accepted"),
        /** No machine client takes tokens of its issuer. */
        ISSUER("is by an issuer that nobody here takes tokens of"),
        /** The issuer's keys are not known yet, or not any more. */
        NO_KEYS("can't be checked now, because its issuer's keys are not known"),
        /** It names a key that its issuer does not publish. */
        UNKNOWN_KEY("is signed with a key that its issuer does not publish"),
        /** The signature is wrong. */
        SIGNATURE("is not signed by its issuer, or was changed"),
        /** It is no access token: it was made to tell an application who signed in. */
        KIND("is no access token"),
        /** It is for somebody else. */
        AUDIENCE("is meant for somebody else"),
        /** It has ended, or never ends. */
        EXPIRED("has expired, or has no end"),
        /** It begins later. */
        NOT_YET("is not valid yet"),
        /** It is good, and no machine client is it. */
        NOBODY("is good, and names no machine client of this box");

        private final String words;

        Reason(String words) {
            this.words = words;
        }

        /** What is wrong with it, behind "The access token". */
        String words() {
            return words;
        }

        /** The name in metrics. */
        public String id() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** What came of looking at a token. */
    sealed interface Look {

        /** It is good. */
        record Good(KeyRecord key) implements Look {}

        /** It is not. */
        record Bad(Reason reason) implements Look {}
    }

    /** A token whose signature was right. */
    private record Remembered(TokenIssuer issuer, JWKSet keys, List<String> audience, Map<String, String> claims,
            Instant begins, Instant ends) {}

    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final Reason reason;

        Refused(Reason reason) {
            super(reason.words(), null, false, false);
            this.reason = reason;
        }
    }

    private final SigningKeys keys;
    private final Map<String, Remembered> remembered = new ConcurrentHashMap<>();
    private final Map<Reason, LongAdder> refusals = new EnumMap<>(Reason.class);

    /** Takes what knows the keys of issuers. */
    public MachineTokens(SigningKeys keys) {
        this.keys = keys;
        for (Reason reason : Reason.values()) {
            refusals.put(reason, new LongAdder());
        }
    }

    /** How many tokens were refused for that. */
    public long refused(Reason reason) {
        return Objects.requireNonNull(refusals.get(reason)).sum();
    }

    /** How many tokens are remembered. */
    public int size() {
        return remembered.size();
    }

    /** Whether a text is meant as a token and not as a key: three parts, of which the first is a JSON object. */
    static boolean isToken(String text) {
        return text.startsWith("eyJ") && text.indexOf('.') > 0;
    }

    /** Looks at a token. */
    Look look(PolicySnapshot snapshot, String text, Instant now) {
        try {
            String hash = hash(text);
            Remembered known = remembered.get(hash);
            if (known != null && stillHolds(snapshot, known)) {
                return new Look.Good(holder(snapshot, known, now));
            }
            Remembered fresh = verified(snapshot, text);
            KeyRecord key = holder(snapshot, fresh, now);
            remember(hash, fresh, now);
            return new Look.Good(key);
        } catch (Refused e) {
            Objects.requireNonNull(refusals.get(e.reason)).increment();
            return new Look.Bad(e.reason);
        }
    }

    /** The very same keys are still published, and the issuer is still one that somebody may bring tokens of. */
    private boolean stillHolds(PolicySnapshot snapshot, Remembered known) {
        return keys.of(known.issuer()).filter(published -> isSame(published, known.keys())).isPresent()
                && snapshot.machines().issuersNamed(known.issuer().issuer()).contains(known.issuer());
    }

    /** A look at each key would cost more than the signature. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(JWKSet one, JWKSet other) {
        return one == other;
    }

    private static KeyRecord holder(PolicySnapshot snapshot, Remembered token, Instant now) throws Refused {
        require(now.isBefore(token.ends().plus(SKEW)), Reason.EXPIRED);
        require(!token.begins().isAfter(now.plus(SKEW)), Reason.NOT_YET);
        Optional<MachineClient> client = snapshot.machines().bearer(token.issuer(), token.audience(), token.claims());
        if (client.isEmpty()) {
            throw new Refused(snapshot.machines().isForSomebody(token.issuer(), token.audience())
                    ? Reason.NOBODY
                    : Reason.AUDIENCE);
        }
        return client.get().key();
    }

    private void remember(String hash, Remembered token, Instant now) {
        if (remembered.size() >= MOST_REMEMBERED) {
            remembered.values().removeIf(old -> !now.isBefore(old.ends()));
        }
        if (remembered.size() >= MOST_REMEMBERED) {
            // Programs that fetch a token for each call: what is forgotten is checked again, for 50 microseconds each.
            remembered.clear();
        }
        remembered.put(hash, token);
    }

    private Remembered verified(PolicySnapshot snapshot, String text) throws Refused {
        require(text.length() <= LONGEST_TOKEN, Reason.MALFORMED);
        SignedJWT token = parsed(text);
        // Before any key is looked at: a public key must never serve as the secret of an HMAC (RFC 8725 2.1).
        require(ACCEPTED.contains(token.getHeader().getAlgorithm()), Reason.ALGORITHM);
        JOSEObjectType type = token.getHeader().getType();
        require(type == null || TYPES.contains(type), Reason.KIND);
        JWTClaimsSet claims = claims(token);
        String issuer = claims.getIssuer();
        Set<TokenIssuer> known = issuer == null ? Set.of() : snapshot.machines().issuersNamed(issuer);
        require(!known.isEmpty(), Reason.ISSUER);
        Refused wrong = new Refused(Reason.NO_KEYS);
        for (TokenIssuer one : known) {
            try {
                JWKSet published = keys.of(one).orElseThrow(() -> new Refused(Reason.NO_KEYS));
                requireSigned(token, published, one);
                return remembered(claims, one, published);
            } catch (Refused e) {
                wrong = e;
            }
        }
        throw wrong;
    }

    private static Remembered remembered(JWTClaimsSet claims, TokenIssuer issuer, JWKSet published) throws Refused {
        // An ID token says who signed in at some application; it must not open a door (RFC 9068 5). Keycloak names its kinds.
        Object kind = claims.getClaim("typ");
        require((kind == null || "Bearer".equals(kind)) && claims.getClaim("nonce") == null
                && claims.getClaim("at_hash") == null, Reason.KIND);
        Date ends = claims.getExpirationTime();
        require(ends != null, Reason.EXPIRED);
        Date begins = claims.getNotBeforeTime();
        Map<String, String> texts = new HashMap<>();
        claims.getClaims().forEach((name, value) -> {
            if (value instanceof String claim && claim.length() <= LONGEST_CLAIM) {
                texts.put(name, claim);
            }
        });
        return new Remembered(issuer, published, List.copyOf(claims.getAudience()), Map.copyOf(texts),
                begins == null ? Instant.MIN : begins.toInstant(),
                Objects.requireNonNull(ends).toInstant());
    }

    private static SignedJWT parsed(String text) throws Refused {
        try {
            return SignedJWT.parse(text);
        } catch (ParseException e) {
            // What says of itself that it is not signed is no signed token to the library.
            String head = text.substring(0, text.indexOf('.'));
            throw new Refused(isUnsigned(head) ? Reason.ALGORITHM : Reason.MALFORMED);
        }
    }

    private static boolean isUnsigned(String head) {
        try {
            return new String(Base64.getUrlDecoder().decode(head), StandardCharsets.UTF_8).replaceAll("\\s", "")
                    .contains("\"alg\":\"none\"");
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static JWTClaimsSet claims(SignedJWT token) throws Refused {
        try {
            JWTClaimsSet claims = token.getJWTClaimsSet();
            if (claims != null) {
                return claims;
            }
        } catch (ParseException _) {
            // falls through to the same answer
        }
        throw new Refused(Reason.MALFORMED);
    }

    private void requireSigned(SignedJWT token, JWKSet published, TokenIssuer issuer) throws Refused {
        List<JWK> candidates = new JWKSelector(JWKMatcher.forJWSHeader(token.getHeader())).select(published);
        if (candidates.isEmpty()) {
            keys.missing(issuer);
            throw new Refused(Reason.UNKNOWN_KEY);
        }
        for (JWK key : candidates) {
            try {
                JWSVerifier verifier = switch (key) {
                    case RSAKey rsa -> new RSASSAVerifier(rsa.toRSAPublicKey());
                    case ECKey ec -> new ECDSAVerifier(ec.toECPublicKey());
                    default -> null;
                };
                if (verifier != null && token.verify(verifier)) {
                    return;
                }
            } catch (JOSEException _) {
                // A key of that kind can't have made this signature.
            }
        }
        throw new Refused(Reason.SIGNATURE);
    }

    private static void require(boolean right, Reason reason) throws Refused {
        if (!right) {
            throw new Refused(reason);
        }
    }

    private static String hash(String text) {
        try {
            return Base64.getEncoder().encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
