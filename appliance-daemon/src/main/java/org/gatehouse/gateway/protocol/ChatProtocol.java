package org.gatehouse.gateway.protocol;

/** A wire protocol in which a chat can be held on both sides of the box. Stateless, thread-safe. */
public interface ChatProtocol extends ClientProtocol, ProviderProtocol {

    /** Which one. */
    @Override
    Protocol protocol();
}
