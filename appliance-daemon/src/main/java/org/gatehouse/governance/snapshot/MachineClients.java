package org.gatehouse.governance.snapshot;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Every machine client that is switched on, found by what it shows. Immutable. */
public final class MachineClients {
    private final Map<String, Map<String, Map<String, List<MachineClient>>>> byIssuerClaimAndValue = new HashMap<>();
    private final Map<String, Set<TokenIssuer>> issuers = new HashMap<>();
    private final Map<String, MachineClient> byCertificate = new HashMap<>();

    /** Those clients. */
    public MachineClients(List<MachineClient> all) {
        for (MachineClient client : all) {
            switch (client.proof()) {
                case MachineClient.Token token -> {
                    byIssuerClaimAndValue.computeIfAbsent(token.issuer().issuer(), _ -> new HashMap<>())
                            .computeIfAbsent(token.claim(), _ -> new HashMap<>())
                            .computeIfAbsent(token.value(), _ -> new ArrayList<>()).add(client);
                    issuers.computeIfAbsent(token.issuer().issuer(), _ -> new HashSet<>()).add(token.issuer());
                }
                case MachineClient.Certificate certificate -> byCertificate.put(certificate.name(), client);
            }
        }
    }

    /** Every issuer whose tokens somebody may bring. */
    public Set<TokenIssuer> issuers() {
        Set<TokenIssuer> all = new HashSet<>();
        issuers.values().forEach(all::addAll);
        return all;
    }

    /** The ways in which an issuer of that name is reached; empty when nobody may bring its tokens. */
    public Set<TokenIssuer> issuersNamed(String name) {
        return issuers.getOrDefault(name, Set.of());
    }

    /**
     * Who a token names.
     *
     * @param issuer who signed it, and whose keys it was held against
     * @param claims its text claims by name
     */
    public Optional<MachineClient> bearer(TokenIssuer issuer, List<String> audience, Map<String, String> claims) {
        for (Map.Entry<String, Map<String, List<MachineClient>>> claim : byIssuerClaimAndValue
                .getOrDefault(issuer.issuer(), Map.of()).entrySet()) {
            String value = claims.get(claim.getKey());
            if (value == null) {
                continue;
            }
            for (MachineClient client : claim.getValue().getOrDefault(value, List.of())) {
                if (client.proof() instanceof MachineClient.Token token && token.issuer().equals(issuer)
                        && audience.contains(token.audience())) {
                    return Optional.of(client);
                }
            }
        }
        return Optional.empty();
    }

    /** Whether some client of that issuer takes tokens for one of these. */
    public boolean isForSomebody(TokenIssuer issuer, List<String> audience) {
        return byIssuerClaimAndValue.getOrDefault(issuer.issuer(), Map.of()).values().stream()
                .flatMap(values -> values.values().stream()).flatMap(List::stream)
                .anyMatch(client -> client.proof() instanceof MachineClient.Token token
                        && audience.contains(token.audience()));
    }

    /** Whom a certificate with these names is bound to; the first name that somebody is bound to counts. */
    public Optional<MachineClient> holder(List<String> names) {
        for (String name : names) {
            MachineClient client = byCertificate.get(name);
            if (client != null) {
                return Optional.of(client);
            }
        }
        return Optional.empty();
    }
}
