package org.gatehouse.gateway.upstream.http;

import java.net.InetAddress;

/** Which network addresses an endpoint's name may lead to. */
public enum AddressPolicy {
    /**
     * Addresses of the public internet only: the guard against server-side request forgery. A name that resolves to anything else
     * (loopback, private, link-local, cloud metadata, carrier NAT, …) is refused, and so is a unix socket.
     */
    PUBLIC_ONLY,
    /** Any address, for engines on the box and in the company's own network. */
    ANY;

    /** Whether an endpoint under this policy may be at that address. */
    public boolean allows(InetAddress address) {
        return this == ANY || AddressGuard.isPublic(address);
    }
}
