package org.gatehouse.gateway.admission;

import java.time.Instant;
import java.util.List;
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
import org.gatehouse.governance.snapshot.SigningKeys;

/**
 * Turns the presented key into a caller, or refuses; also what can be said from the head alone: may this key be used
 * from here, on this surface. Reads the snapshot only; never blocks.
 */
public final class Authentication implements Stage {
    private static final String ASK = "Ask the box's administrators for a valid key.";

    private final KeyVerifier verifier;
    private final MachineTokens tokens;

    /** Takes what knows how keys are hashed. */
    public Authentication(KeyVerifier verifier) {
        this(verifier, new MachineTokens(SigningKeys.none()));
    }

    /** Takes what knows how keys are hashed, and what knows the tokens of programs. */
    public Authentication(KeyVerifier verifier, MachineTokens tokens) {
        this.verifier = verifier;
        this.tokens = tokens;
    }

    /** Whose key was shown, in whatever way. */
    private sealed interface Shown {

        /**
         * Somebody's.
         *
         * @param validUntil from when what was shown is refused; {@code null} when a token or a certificate says that
         */
        record Of(KeyRecord key, @Nullable Instant validUntil) implements Shown {}

        /** Nobody's. */
        record Unknown(String message) implements Shown {}
    }

    @Override
    public Verdict pass(Exchange exchange) {
        Arrival arrival = exchange.arrival();
        Shown shown = switch (arrival.claim()) {
            case Claim.Presented(String text) -> presented(arrival, text);
            case Claim.OnBehalf(UUID key) -> of(arrival.snapshot().newestOf(key),
                    "The API key that ordered this is gone. " + ASK);
            case Claim.Certified(List<String> names) -> certified(arrival, names);
        };
        return switch (shown) {
            case Shown.Unknown(String message) -> Refusal.of(Reason.INVALID_API_KEY, message);
            case Shown.Of of -> judged(exchange, of);
        };
    }

    private static Verdict judged(Exchange exchange, Shown.Of shown) {
        Arrival arrival = exchange.arrival();
        KeyRecord key = shown.key();
        // Noted before it is judged: the record of a refusal says whose key it was.
        exchange.identifiedAs(key);
        String unusable = unusable(key, shown.validUntil(), arrival.at());
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

    private Shown presented(Arrival arrival, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            return new Shown.Unknown("No API key was sent. Send it as 'Authorization: Bearer ghk_…'. " + ASK);
        }
        if (!MachineTokens.isToken(text)) {
            return of(verifier.find(arrival.snapshot(), text), "The API key is not known to this box. " + ASK);
        }
        return switch (tokens.look(arrival.snapshot(), text, arrival.at())) {
            case MachineTokens.Look.Good(KeyRecord key) -> new Shown.Of(key, null);
            case MachineTokens.Look.Bad(MachineTokens.Reason reason) -> new Shown.Unknown("The access token "
                    + reason.words() + ". Get a new one from its issuer, or have the box's machine clients changed.");
        };
    }

    private static Shown of(Optional<Credential> found, String otherwise) {
        return found.<Shown>map(credential -> new Shown.Of(credential.key(), credential.validUntil()))
                .orElseGet(() -> new Shown.Unknown(otherwise));
    }

    private static Shown certified(Arrival arrival, List<String> names) {
        return arrival.snapshot().machines().holder(names).<Shown>map(client -> new Shown.Of(client.key(), null))
                .orElseGet(() -> new Shown.Unknown("The client certificate of this connection is bound to no machine"
                        + " client, and no API key was sent. Send a key, or have the certificate bound."));
    }

    private static @Nullable String unusable(KeyRecord key, @Nullable Instant validUntil, Instant now) {
        return switch (key.state()) {
            case DISABLED -> "The API key '" + key.name() + "' is disabled. Have it enabled, or use another key.";
            case REVOKED -> "The API key '" + key.name() + "' was revoked. " + ASK;
            case ACTIVE -> {
                Instant expiresAt = key.expiresAt();
                if (expiresAt != null && !now.isBefore(expiresAt)) {
                    yield "The API key '" + key.name() + "' expired at " + expiresAt + ". " + ASK;
                }
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
