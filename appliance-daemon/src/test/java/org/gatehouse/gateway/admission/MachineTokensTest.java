package org.gatehouse.gateway.admission;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.gatehouse.gateway.admission.MachineTokens.Look;
import org.gatehouse.gateway.admission.MachineTokens.Reason;
import org.gatehouse.gateway.exchange.ACall;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.MachineClient;
import org.gatehouse.governance.snapshot.MachineClients;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.PriceBook;
import org.gatehouse.governance.snapshot.SigningKeys;
import org.gatehouse.governance.snapshot.TokenIssuer;
import org.gatehouse.identity.ScriptedProvider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** The access tokens of programs: good ones, and each kind that is not. */
class MachineTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final TokenIssuer ISSUER = new TokenIssuer("https://id.example.com", null, false, null);
    private static final RSAKey KEY = ScriptedProvider.newKey();
    private final KeyRecord robot = ACall.key(List.of(), List.of());
    private final Known known = new Known();
    private final MachineTokens tokens = new MachineTokens(known);

    /** What is known of the issuer. */
    private static final class Known implements SigningKeys {
        private Optional<JWKSet> keys = Optional.of(new JWKSet(KEY.toPublicJWK()));
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger missed = new AtomicInteger();

        @Override
        public Optional<JWKSet> of(TokenIssuer issuer) {
            asked.incrementAndGet();
            return keys;
        }

        @Override
        public void missing(TokenIssuer issuer) {
            missed.incrementAndGet();
        }
    }

    private PolicySnapshot snapshot(MachineClient... clients) {
        return new PolicySnapshot(1, Map.of(), Map.of(), new PriceBook(List.of()),
                new MachineClients(List.of(clients)));
    }

    private MachineClient client() {
        return new MachineClient("robot", new MachineClient.Token(ISSUER, "gatehouse", "azp", "robot"), robot);
    }

    private static JWTClaimsSet.Builder usual() {
        return new JWTClaimsSet.Builder().issuer(ISSUER.issuer()).audience(List.of("account", "gatehouse"))
                .subject("4711").claim("azp", "robot").claim("typ", "Bearer").issueTime(Date.from(NOW))
                .expirationTime(Date.from(NOW.plusSeconds(300)));
    }

    private static String signed(JWTClaimsSet claims, RSAKey key) {
        return signed(claims, key, JOSEObjectType.JWT);
    }

    private static String signed(JWTClaimsSet claims, RSAKey key, JOSEObjectType type) {
        try {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).type(type).build(), claims);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String good(UnaryOperator<JWTClaimsSet.Builder> changed) {
        return signed(changed.apply(usual()).build(), KEY);
    }

    private Look look(String text, Instant now) {
        return tokens.look(snapshot(client()), text, now);
    }

    @Test
    void goodTokenShowsTheKeyThatItsClientIsBoundTo() {
        assertThat(look(good(claims -> claims), NOW)).isEqualTo(new Look.Good(robot));
        assertThat(look(signed(usual().build(), KEY, new JOSEObjectType("at+jwt")), NOW))
                .isEqualTo(new Look.Good(robot));
    }

    @Test
    void keyOfAnEllipticCurveIsGoodToo() throws JOSEException {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        known.keys = Optional.of(new JWKSet(key.toPublicJWK()));
        SignedJWT token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("ec").build(),
                usual().build());
        token.sign(new ECDSASigner(key));
        assertThat(look(token.serialize(), NOW)).isEqualTo(new Look.Good(robot));
    }

    static Stream<Arguments> wrongs() throws JOSEException {
        RSAKey other = ScriptedProvider.newKey();
        RSAKey posing = new RSAKey.Builder(other).keyID(KEY.getKeyID()).build();
        SignedJWT mac = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(KEY.getKeyID()).build(),
                usual().build());
        mac.sign(new MACSigner(KEY.toRSAPublicKey().getEncoded()));
        String good = good(claims -> claims);
        int dot = good.indexOf('.');
        return Stream.of(arguments(Reason.ALGORITHM, new PlainJWT(usual().build()).serialize()),
                arguments(Reason.ALGORITHM, mac.serialize()),
                arguments(Reason.UNKNOWN_KEY, signed(usual().build(), other)),
                arguments(Reason.SIGNATURE, signed(usual().build(), posing)),
                arguments(Reason.SIGNATURE, good.substring(0, dot + 4) + (good.charAt(dot + 4) == 'A' ? 'B' : 'A')
                        + good.substring(dot + 5)),
                arguments(Reason.ISSUER, good(claims -> claims.issuer("https://evil.example.com"))),
                arguments(Reason.ISSUER, good(claims -> claims.issuer(null))),
                arguments(Reason.AUDIENCE, good(claims -> claims.audience("other"))),
                arguments(Reason.AUDIENCE, good(claims -> claims.audience((String) null))),
                arguments(Reason.EXPIRED, good(claims -> claims.expirationTime(Date.from(NOW.minusSeconds(61))))),
                arguments(Reason.EXPIRED, good(claims -> claims.expirationTime(null))),
                arguments(Reason.NOT_YET, good(claims -> claims.notBeforeTime(Date.from(NOW.plusSeconds(62))))),
                arguments(Reason.KIND, good(claims -> claims.claim("typ", "ID"))),
                arguments(Reason.KIND, good(claims -> claims.claim("nonce", "n"))),
                arguments(Reason.KIND, good(claims -> claims.claim("at_hash", "h"))),
                arguments(Reason.KIND, signed(usual().build(), KEY, new JOSEObjectType("logout+jwt"))),
                arguments(Reason.NOBODY, good(claims -> claims.claim("azp", "another"))),
                arguments(Reason.NOBODY, good(claims -> claims.claim("azp", null))),
                arguments(Reason.MALFORMED, "eyJ.eyJ.AAAA"), arguments(Reason.MALFORMED, good + ".more"),
                arguments(Reason.MALFORMED, "eyJ." + "A".repeat(20_000)));
    }

    @ParameterizedTest(name = "{0}, {index}")
    @MethodSource("wrongs")
    void tokenThatIsWrongInOneWayIsRefusedAndCountedForThat(Reason reason, String text) {
        // Either of claims and payload may be what is broken by a changed letter.
        Look look = look(text, NOW);
        assertThat(look).isIn(new Look.Bad(reason),
                reason == Reason.SIGNATURE ? new Look.Bad(Reason.MALFORMED) : new Look.Bad(reason));
        Reason counted = look instanceof Look.Bad(Reason said) ? said : reason;
        assertThat(tokens.refused(counted)).isEqualTo(1);
        assertThat(tokens.size()).as("nothing bad is remembered").isZero();
    }

    @Test
    void keyThatIsNotKnownYetIsAskedForInTheBackground() {
        look(signed(usual().build(), ScriptedProvider.newKey()), NOW);
        assertThat(known.missed).hasValue(1);
        known.keys = Optional.empty();
        assertThat(look(good(claims -> claims), NOW)).isEqualTo(new Look.Bad(Reason.NO_KEYS));
    }

    @Test
    void rememberedTokenIsHeldAgainstTheClockTheClientsAndTheKeysEachTime() {
        String text = good(claims -> claims);
        assertThat(look(text, NOW)).isEqualTo(new Look.Good(robot));
        assertThat(tokens.size()).isEqualTo(1);
        assertThat(look(text, NOW.plus(Duration.ofMinutes(5)))).isEqualTo(new Look.Good(robot));
        assertThat(look(text, NOW.plus(Duration.ofMinutes(7)))).isEqualTo(new Look.Bad(Reason.EXPIRED));
        assertThat(tokens.look(snapshot(), text, NOW)).isEqualTo(new Look.Bad(Reason.ISSUER));
        known.keys = Optional.of(new JWKSet(ScriptedProvider.newKey().toPublicJWK()));
        assertThat(look(text, NOW)).as("its issuer took the key back").isEqualTo(new Look.Bad(Reason.UNKNOWN_KEY));
    }

    @Test
    void clientsOfOneIssuerAreToldApart() {
        KeyRecord second = ACall.key(List.of(), List.of());
        PolicySnapshot both = snapshot(client(),
                new MachineClient("2", new MachineClient.Token(ISSUER, "gatehouse", "sub", "4712"), second),
                new MachineClient("3", new MachineClient.Token(ISSUER, "elsewhere", "azp", "robot"), second));
        assertThat(tokens.look(both, good(claims -> claims), NOW)).isEqualTo(new Look.Good(robot));
        Look other = tokens.look(both, good(claims -> claims.subject("4712").claim("azp", "x")), NOW);
        assertThat(other).isInstanceOfSatisfying(Look.Good.class, good -> assertThat(good.key()).isSameAs(second));
    }
}
