package org.gatehouse.gateway.upstream.http;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Turns a host name into addresses; {@link InetAddress#getAllByName} outside tests. May block; is never called on a virtual thread. */
@FunctionalInterface
public interface NameLookup {

    /** All addresses of the name, in the order in which to try them; at least one. */
    InetAddress[] lookUp(String host) throws UnknownHostException;
}
