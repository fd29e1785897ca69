package org.gatehouse.gateway.protocol;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Every protocol that the box can translate. Immutable. */
public final class Protocols {
    private final Map<Protocol, ChatProtocol> byName = new EnumMap<>(Protocol.class);

    /** Takes one of each. */
    public Protocols(List<ChatProtocol> all) {
        all.forEach(one -> byName.put(one.protocol(), one));
    }

    /** The one of that name. */
    public ChatProtocol of(Protocol protocol) {
        ChatProtocol known = byName.get(protocol);
        if (known == null) {
            throw new IllegalStateException("the box cannot translate " + protocol);
        }
        return known;
    }
}
