package org.gatehouse.listen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.SocketWriterException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;

/**
 * A connection that a handler has taken over from HTTP/1.1, for whatever both sides have agreed on instead: bytes both ways.
 * The call stays in flight for as long as the handler runs: a drain waits for it, and of the listener's time limits only that
 * for a client that takes nothing holds. The handler writes the {@code 101} itself, and ends with a
 * {@link io.helidon.webserver.CloseConnectionException}, for no HTTP can follow.
 *
 * <p>One thread reads and one writes at a time; {@link #close} may come from anywhere.
 */
public final class ClientStream {
    private final Connection connection;
    private final DataReader reader;

    private ClientStream(Connection connection, DataReader reader) {
        this.connection = connection;
        this.reader = reader;
    }

    /**
     * Takes the connection of a request over; from here on no reply can be sent through the web server.
     *
     * @param request one without a body that a handler of this room's listeners was called with
     * @return empty when the request came over HTTP/2, or not through these listeners; nothing has happened then
     */
    public static Optional<ClientStream> takeOver(ServerRequest request) {
        if (!(request.listenerContext() instanceof HelidonView view) || view.connection().isHttp2()) {
            return Optional.empty();
        }
        view.connection().takenOver();
        return Optional.of(new ClientStream(view.connection(), view.dataReader()));
    }

    /**
     * Waits for at least one byte, without a limit, and takes what is there.
     *
     * @return how many bytes; -1 when the client has ended
     * @throws IOException when the connection broke or was closed
     */
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            reader.ensureAvailable();
            int count = Math.min(reader.available(), length);
            System.arraycopy(reader.readBytes(count), 0, target, offset, count);
            return count;
        } catch (DataReader.InsufficientDataAvailableException _) {
            return -1;
        } catch (ServerConnectionException | UncheckedIOException e) {
            throw new IOException("reading from the client failed", e);
        }
    }

    /**
     * Writes; waits as long as the client takes nothing, up to the listener's limit for that, which ends the connection.
     *
     * @throws IOException when the connection broke or was closed
     */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            connection.write(BufferData.create(bytes, offset, length));
        } catch (SocketWriterException | ServerConnectionException | UncheckedIOException e) {
            throw new IOException("writing to the client failed", e);
        }
    }

    /** Closes the connection at once, whoever reads or writes. */
    public void close() {
        connection.close();
    }
}
