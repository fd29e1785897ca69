package org.gatehouse.listen;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.context.Context;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.http.DirectHandlers;

/**
 * A connection as Helidon sees it: the connection's context and the listener's context at once. The latter is what a request gives back, and so
 * how {@link ClientConnection#of} finds the connection of a request without a look-up.
 */
record HelidonView(Connection connection, Wiring wiring, ClientSocket socket, String id, DataReader dataReader,
        DataWriter dataWriter) implements ConnectionContext, ListenerContext {

    @Override
    public ListenerContext listenerContext() {
        return this;
    }

    @Override
    public ExecutorService executor() {
        return wiring.executor();
    }

    @Override
    public Router router() {
        return wiring.router();
    }

    @Override
    public HelidonSocket serverSocket() {
        return socket.helidon();
    }

    @Override
    public PeerInfo remotePeer() {
        return socket.helidon().remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return socket.helidon().localPeer();
    }

    @Override
    public boolean isSecure() {
        return socket.isTls();
    }

    @Override
    public String socketId() {
        return wiring.name();
    }

    @Override
    public String childSocketId() {
        return id;
    }

    @Override
    public Context context() {
        return wiring.context();
    }

    @Override
    public MediaContext mediaContext() {
        return wiring.media();
    }

    @Override
    public ContentEncodingContext contentEncodingContext() {
        return wiring.encodings();
    }

    @Override
    public DirectHandlers directHandlers() {
        // Asked for when something went wrong, never on the way of a call that goes well.
        return wiring.errors().asHandlers(client(remotePeer()));
    }

    @Override
    public ListenerConfig config() {
        return wiring.config();
    }

    /** The peer's IP address. */
    static InetAddress client(PeerInfo peer) {
        return peer.address() instanceof InetSocketAddress inet && !inet.isUnresolved()
                ? inet.getAddress()
                : InetAddress.getLoopbackAddress();
    }
}
