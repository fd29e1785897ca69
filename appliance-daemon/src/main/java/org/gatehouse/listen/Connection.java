package org.gatehouse.listen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutorService;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.context.Context;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.NioSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.socket.SocketWriter;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.spi.ServerConnection;
import org.jspecify.annotations.Nullable;

/**
 * One client connection from accept to close; runs on its own virtual thread. To Helidon it is the connection's context and the listener's context
 * at once: the latter is what a request gives back, and so how {@link ClientConnection#of} finds the connection without a look-up.
 */
final class Connection implements ConnectionContext, ListenerContext, Runnable {
    private static final System.Logger LOGGER = System.getLogger(Connection.class.getName());

    private final Wiring wiring;
    private final SocketChannel channel;
    private final String id;
    private final HelidonSocket socket;
    private final DataReader reader;
    private final SocketWriter writer;
    private final ClientSignal client = new ClientSignal();
    private volatile @Nullable ServerConnection engine;
    private volatile int callsInFlight;

    Connection(Wiring wiring, SocketChannel channel, long number) {
        this.wiring = wiring;
        this.channel = channel;
        this.id = Long.toHexString(number);
        this.socket = NioSocket.server(channel, id, wiring.name());
        this.reader = DataReader.create(this::read);
        this.writer = SocketWriter.create(socket);
    }

    @Override
    public void run() {
        long watched = wiring.clientWatch().watch(channel, client::fire);
        try {
            ServerConnection started = wiring.http1().connection(this);
            engine = started;
            started.handle(wiring.unlimited());
        } catch (CloseConnectionException | UncheckedIOException e) {
            LOGGER.log(System.Logger.Level.TRACE, "Connection ends", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.WARNING, "A connection ended by an unexpected failure; others go on", e);
        } finally {
            wiring.clientWatch().forget(watched);
            close();
        }
    }

    /** Ends the connection after the call that runs, or at once if none does. */
    void finish() {
        ServerConnection current = engine;
        if (current == null) {
            close();
        } else {
            current.close(false);
        }
    }

    /** Closes the socket now, whatever runs. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.TRACE, "Closing a client's socket failed", e);
        }
    }

    /** How many calls wait for their answers on this connection. */
    int callsInFlight() {
        return callsInFlight;
    }

    ClientSignal clientOf(int requestId) {
        return client;
    }

    void callBegins() {
        callsInFlight = 1;
    }

    void callEnds() {
        callsInFlight = 0;
        client.forgetCalls();
    }

    private byte @Nullable [] read() {
        try {
            return socket.get();
        } catch (UncheckedIOException e) {
            throw new ServerConnectionException("Failed to get data from socket", e);
        }
    }

    @Override
    public ListenerContext listenerContext() {
        return this;
    }

    @Override
    public ExecutorService executor() {
        return wiring.executor();
    }

    @Override
    public DataWriter dataWriter() {
        return writer;
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public Router router() {
        return wiring.router();
    }

    @Override
    public HelidonSocket serverSocket() {
        return socket;
    }

    @Override
    public PeerInfo remotePeer() {
        return socket.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return socket.localPeer();
    }

    @Override
    public boolean isSecure() {
        return socket.isSecure();
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
        return wiring.handlers();
    }

    @Override
    public ListenerConfig config() {
        return wiring.config();
    }
}
