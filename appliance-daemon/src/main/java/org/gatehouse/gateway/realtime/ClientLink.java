package org.gatehouse.gateway.realtime;

import org.gatehouse.gateway.websocket.ByteSink;
import org.gatehouse.gateway.websocket.ByteSource;

/** The client's connection once it has been told that it may speak WebSocket. Both directions may be used at the same time. */
public interface ClientLink extends ByteSource, ByteSink {

    /** Ends the connection at once, whoever reads or writes. From any thread. */
    void close();
}
