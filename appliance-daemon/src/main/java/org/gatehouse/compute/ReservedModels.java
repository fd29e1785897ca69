package org.gatehouse.compute;

import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.gatehouse.governance.snapshot.Credential;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;

/**
 * For which department alone a local upstream works: the one that all usable keys belong to which may call a model that is routed there. An
 * answer costs a look at every key. Thread-safe.
 *
 * @param snapshot what is permitted now
 * @param clock by which keys expire
 */
public record ReservedModels(Supplier<PolicySnapshot> snapshot,
        InstantSource clock) implements Function<String, Optional<String>> {

    /** The department's name; empty when keys of several may call, or none. */
    @Override
    public Optional<String> apply(String upstream) {
        PolicySnapshot now = snapshot.get();
        Set<String> models = now.models().values().stream()
                .filter(model -> model.targets().stream().anyMatch(target -> target.upstream().name().equals(upstream)))
                .map(ModelRoute::name).collect(Collectors.toSet());
        if (models.isEmpty()) {
            return Optional.empty();
        }
        Set<String> departments = now.credentials().values().stream().map(Credential::key).filter(this::isUsable)
                .filter(key -> models.stream().anyMatch(key.models()::includes)).map(KeyRecord::departmentName)
                .collect(Collectors.toSet());
        return departments.size() == 1 ? departments.stream().findFirst() : Optional.empty();
    }

    private boolean isUsable(KeyRecord key) {
        return key.state() == KeyRecord.State.ACTIVE
                && (key.expiresAt() == null || clock.instant().isBefore(key.expiresAt()));
    }
}
