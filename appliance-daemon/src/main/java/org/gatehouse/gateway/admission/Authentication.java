package org.gatehouse.gateway.admission;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Claim;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Stage;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.governance.snapshot.AddressRange;
import org.gatehouse.governance.snapshot.Credential;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.KeyVerifier;

/**
 * Turns the presented key into a caller, or refuses; also what can be said from the head alone: may this key be used
 * from here, on this surface. Reads the snapshot only; never blocks.
 */
public final class Authentication implements Stage {
    private static final String ASK = "Ask the box's administrators for a valid key.";

    private final KeyVerifier verifier;

    /** Takes what knows how keys are hashed. */
    public Authentication(KeyVerifier verifier) {
        this.verifier = verifier;
    }

    @Override
    public Verdict pass(Exchange exchange) {
        Arrival arrival = exchange.arrival();
        Optional<Credential> found = switch (arrival.claim()) {
            case Claim.Presented(String text) ->
                text == null ? Optional.empty() : verifier.find(arrival.snapshot(), text);
            case Claim.OnBehalf(UUID key) -> arrival.snapshot().newestOf(key);
        };
        if (found.isEmpty()) {
            return Refusal.of(Reason.INVALID_API_KEY, unknown(arrival.claim()));
        }
        Credential credential = found.get();
        KeyRecord key = credential.key();
        // Noted before it is judged: the record of a refusal says whose key it was.
        exchange.identifiedAs(key);
        String unusable = unusable(credential, arrival.at());
        if (unusable != null) {
            return Refusal.of(Reason.INVALID_API_KEY, unusable);
        }
        if (!mayComeFrom(key, arrival)) {
            return Refusal.of(Reason.ADDRESS_NOT_ALLOWED, "The key '" + key.name() + "' may not be used from "
                    + arrival.clientAddress().getHostAddress()
                    + ". Use an allowed network, or have the key's addresses changed.");
        }
        if (!key.surfaces().includes(arrival.surface())) {
            return Refusal.of(Reason.ENDPOINT_NOT_ALLOWED, "The key '" + key.name() + "' may not call "
                    + arrival.surface().id() + ". Have the key's endpoints changed.");
        }
        return Verdict.GO_ON;
    }

    private static String unknown(Claim claim) {
        return switch (claim) {
            case Claim.Presented(String text) when text == null || text.isEmpty() ->
                "No API key was sent. Send it as 'Authorization: Bearer ghk_…'. " + ASK;
            case Claim.Presented _ -> "The API key is not known to this box. " + ASK;
            case Claim.OnBehalf _ -> "The API key that ordered this is gone. " + ASK;
        };
    }

    private static @Nullable String unusable(Credential credential, Instant now) {
        KeyRecord key = credential.key();
        return switch (key.state()) {
            case DISABLED -> "The API key '" + key.name() + "' is disabled. Have it enabled, or use another key.";
            case REVOKED -> "The API key '" + key.name() + "' was revoked. " + ASK;
            case ACTIVE -> {
                Instant expiresAt = key.expiresAt();
                if (expiresAt != null && !now.isBefore(expiresAt)) {
                    yield "The API key '" + key.name() + "' expired at " + expiresAt + ". " + ASK;
                }
                Instant validUntil = credential.validUntil();
                if (validUntil != null && !now.isBefore(validUntil)) {
                    yield "The API key '" + key.name() + "' was rotated and its old secret ended at " + validUntil
                            + ". Use the new secret.";
                }
                yield null;
            }
        };
    }

    private static boolean mayComeFrom(KeyRecord key, Arrival arrival) {
        if (key.addresses().isEmpty()) {
            return true;
        }
        for (AddressRange range : key.addresses()) {
            if (range.contains(arrival.clientAddress())) {
                return true;
            }
        }
        return false;
    }
}
