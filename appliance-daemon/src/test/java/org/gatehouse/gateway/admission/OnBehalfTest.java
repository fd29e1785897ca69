package org.gatehouse.gateway.admission;

import java.net.InetAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.TestBox;
import org.gatehouse.gateway.dialect.openai.OpenAiDialect;
import org.gatehouse.gateway.exchange.ACall;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Claim;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.TraceContext;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.governance.snapshot.Credential;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.KeyVerifier;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.PriceBook;
import org.gatehouse.governance.snapshot.Surface;

import static org.assertj.core.api.Assertions.assertThat;

/** What the box does on behalf of a key that shows no secret any more. */
class OnBehalfTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private final KeyRecord key = ACall.key(List.of(), List.of());

    private Verdict verdict(UUID onBehalfOf, Credential... credentials) {
        Map<String, Credential> known = new LinkedHashMap<>();
        for (Credential credential : credentials) {
            known.put(credential.publicId(), credential);
        }
        Arrival arrival = new Arrival(UUID.randomUUID(), NOW, 0, new OpenAiDialect(), Surface.CHAT_COMPLETIONS,
                InetAddress.getLoopbackAddress(), "request", TraceContext.of(null, new Random(1)), null,
                null, null, Arrival.Hints.NONE,
                new PolicySnapshot(1, known, Map.of(), new PriceBook(List.of())),
                new Claim.OnBehalf(onBehalfOf));
        return new Authentication(new KeyVerifier(new byte[32])).pass(ACall.arrived(arrival));
    }

    private Credential secret(String publicId, @Nullable Instant validUntil, KeyRecord whose) {
        return new Credential(publicId, new byte[32], validUntil, whose);
    }

    private KeyRecord in(KeyRecord.State state, @Nullable Instant expiresAt) {
        return new KeyRecord(key.id(), key.name(), key.organisationId(), key.departmentId(), key.departmentName(),
                key.projectId(), key.projectName(), null, null, state, expiresAt, key.models(), key.surfaces(),
                key.addresses(), key.limits(), key.budgets(), key.recording());
    }

    @Test
    void keyThatWasRotatedSinceIsStillTheKey() {
        assertThat(verdict(key.id(), secret("aaaaaaaa", NOW.minusSeconds(60), key), secret("bbbbbbbb", null, key)))
                .isSameAs(Verdict.GO_ON);
    }

    @Test
    void keyThatIsGoneRevokedDisabledOrExpiredIsNone() {
        for (Verdict verdict : List.of(verdict(UUID.randomUUID(), secret("aaaaaaaa", null, key)),
                verdict(key.id(), secret("aaaaaaaa", null, in(KeyRecord.State.REVOKED, null))),
                verdict(key.id(), secret("aaaaaaaa", null, in(KeyRecord.State.DISABLED, null))),
                verdict(key.id(), secret("aaaaaaaa", null, in(KeyRecord.State.ACTIVE, NOW))))) {
            assertThat(verdict).isInstanceOfSatisfying(Refusal.class,
                    refusal -> assertThat(refusal.reason()).isEqualTo(Reason.INVALID_API_KEY));
        }
    }

    @Test
    void whatAClientSendsIsNeverTakenForAnId() {
        try (TestBox box = new TestBox()) {
            box.key("nightly");
            String id = box.snapshot().credentials().values().iterator().next().key().id().toString();

            assertThat(box.post(id, "/v1/chat/completions", "{}").statusCode()).isEqualTo(401);
            assertThat(box.post("OnBehalf[key=" + id + "]", "/v1/chat/completions", "{}").statusCode())
                    .isEqualTo(401);
        }
    }
}
