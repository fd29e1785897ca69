package org.gatehouse.gateway.protocol;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Every protocol that the box can translate. Immutable. */
public final class Protocols {
    private final Map<Protocol, ClientProtocol> clients = new EnumMap<>(Protocol.class);
    private final Map<Protocol, ProviderProtocol> providers = new EnumMap<>(Protocol.class);

    /** Takes those of each side; one may stand on both. */
    public Protocols(List<? extends ClientProtocol> clients, List<? extends ProviderProtocol> providers) {
        clients.forEach(one -> this.clients.put(one.protocol(), one));
        providers.forEach(one -> this.providers.put(one.protocol(), one));
    }

    /** In which clients speak. */
    public ClientProtocol client(Protocol protocol) {
        ClientProtocol known = clients.get(protocol);
        if (known == null) {
            throw new IllegalStateException("no client speaks " + protocol);
        }
        return known;
    }

    /** In which providers are spoken to. */
    public ProviderProtocol provider(Protocol protocol) {
        ProviderProtocol known = providers.get(protocol);
        if (known == null) {
            throw new IllegalStateException("no provider is spoken to in " + protocol);
        }
        return known;
    }
}
