package org.gatehouse.governance.snapshot;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Everything the data plane needs to decide about a call, as it was at one moment. A call takes it once and keeps it,
 * so no call sees half of a change. Immutable, hence thread-safe.
 *
 * @param revision grows with each change
 * @param credentials every secret of every key by its public id, unusable ones included, so that the refusal can say why
 * @param models every public model by its name, in the order of the list that clients see
 * @param prices the price book
 * @param machines programs that show a key without its secret
 */
public record PolicySnapshot(long revision, Map<String, Credential> credentials, Map<String, ModelRoute> models,
        PriceBook prices, MachineClients machines) {

    /** One without machine clients. */
    public PolicySnapshot(long revision, Map<String, Credential> credentials, Map<String, ModelRoute> models,
            PriceBook prices) {
        this(revision, credentials, models, prices, new MachineClients(java.util.List.of()));
    }

    /** Takes the maps as they are: the builder hands over unmodifiable ones that nobody else holds. */
    public PolicySnapshot {
        Objects.requireNonNull(credentials, "credentials");
        Objects.requireNonNull(models, "models");
        Objects.requireNonNull(prices, "prices");
        Objects.requireNonNull(machines, "machines");
    }

    /** A box on which nothing is set up. */
    public static PolicySnapshot empty() {
        return new PolicySnapshot(0, Map.of(), Map.of(), new PriceBook(java.util.List.of()));
    }

    /** The secret with those 8 public characters. */
    public Optional<Credential> credential(String publicId) {
        return Optional.ofNullable(credentials.get(publicId));
    }

    /**
     * The key of that id, with its newest secret. Goes through all of them: calls show a secret, and find their key by that.
     */
    public Optional<Credential> newestOf(UUID key) {
        for (Credential credential : credentials.values()) {
            if (credential.key().id().equals(key) && credential.validUntil() == null) {
                return Optional.of(credential);
            }
        }
        return Optional.empty();
    }

    /** The public model of that name. */
    public Optional<ModelRoute> model(String name) {
        return Optional.ofNullable(models.get(name));
    }
}
