package org.gatehouse.listen;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.LongFunction;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;

/**
 * Reads a request body whole, into an array of just its size. A body that is announced as too large is not read at all. Memory grows with what has
 * arrived, never with what was announced.
 *
 * <p>On every outcome but {@link BodyResult.Body} answer with the status that the outcome names. An HTTP/1.1 connection then ends by itself (the
 * answer says so), in a way that lets the client read the answer although it is still sending. Do not set {@code connection: close} for that:
 * HTTP/2 forbids the header.
 */
public final class BodyReader {
    /** Up to here the array is made at once for an announced length. */
    private static final int TRUSTED_BYTES = 1 << 20;
    private static final int FIRST_CHUNKED_BYTES = 8 << 10;
    private static final int POURED_BYTES = 64 << 10;

    private BodyReader() {}

    /**
     * Reads the body of a request; blocks until it is complete, too large, too slow or the client is gone. To be called once, on the request's
     * thread, before anything else has touched the body.
     *
     * @param request  of one of this room's listeners
     * @param maxBytes the largest body that this path takes; what the listener takes ({@link ListenerSettings.Limits}) is a limit in any case
     */
    public static BodyResult read(ServerRequest request, int maxBytes) {
        BodyResult result = readAll(request, maxBytes, announced -> new Filling(announced, maxBytes));
        if (!(result instanceof BodyResult.Body) && request.listenerContext() instanceof HelidonView view) {
            view.connection().bodyFailed();
        }
        return result;
    }

    /** Takes a body piece by piece, on the request's thread. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Takes the first bytes of a buffer that is used again afterwards.
         *
         * @return whether more is wanted
         */
        boolean take(byte[] buffer, int length);
    }

    /**
     * Reads the body of a request piece by piece, for one that is too large to be held; otherwise like {@link #read}.
     *
     * @return {@link BodyResult.Body}, empty, when the sink has all of it; {@link BodyResult.TooLarge} also when the sink wanted no more
     */
    public static BodyResult pour(ServerRequest request, long maxBytes, Sink sink) {
        Runnable poured = request.listenerContext() instanceof HelidonView view
                ? view.connection()::bodyPoured
                : () -> {};
        BodyResult result = readAll(request, maxBytes, announced -> new Pouring(announced, maxBytes, sink, poured));
        if (!(result instanceof BodyResult.Body) && request.listenerContext() instanceof HelidonView view) {
            view.connection().bodyFailed();
        }
        return result;
    }

    private static BodyResult readAll(ServerRequest request, long maxBytes, LongFunction<Intake> intake) {
        boolean chunked = request.headers().contains(HeaderNames.TRANSFER_ENCODING);
        long announced = chunked ? -1 : request.headers().contentLength().orElse(-1);
        if (announced > maxBytes) {
            return new BodyResult.TooLarge(maxBytes);
        }
        if (!request.content().hasEntity()) {
            return new BodyResult.Body(new byte[0]);
        }
        Intake body = intake.apply(announced);
        try {
            // Not closed: closing it early blocks in Helidon 4.5.0 until the next byte arrives.
            InputStream in = request.content().inputStream();
            return body.fill(in);
        } catch (RequestException e) {
            return ended(request, body, maxBytes, e.status().code());
        } catch (HttpException e) {
            return ended(request, body, maxBytes, e.status().code());
        } catch (IllegalArgumentException | DataReader.IncorrectNewLineException e) {
            // Helidon 4.5.0 lets the exceptions of its number parser through.
            return ended(request, body, maxBytes, 400);
        } catch (IOException | UncheckedIOException | DataReader.InsufficientDataAvailableException
                | CloseConnectionException e) {
            return ended(request, body, maxBytes, 0);
        }
    }

    private static BodyResult ended(ServerRequest request, Intake body, long maxBytes, int status) {
        Connection.BodyEnd end = request.listenerContext() instanceof HelidonView view
                ? view.connection().bodyEnd(request.id())
                : Connection.BodyEnd.CLIENT_LEFT;
        if (status == 413 || end == Connection.BodyEnd.TOO_LARGE) {
            return new BodyResult.TooLarge(maxBytes);
        }
        if (end == Connection.BodyEnd.TOO_SLOW) {
            return new BodyResult.TooSlow(body.size());
        }
        if (status == 400 && !ClientConnection.of(request).gone()) {
            return new BodyResult.Malformed(
                    "The chunked coding of the request body is broken: check how the client frames it.");
        }
        return new BodyResult.Truncated(body.size());
    }

    /** Where a body goes. */
    private interface Intake {
        BodyResult fill(InputStream in) throws IOException;

        /** How many bytes came. */
        long size();
    }

    /** To a sink. */
    private static final class Pouring implements Intake {
        private final long announced;
        private final long maxBytes;
        private final Sink sink;
        private final Runnable poured;
        private long size;

        Pouring(long announced, long maxBytes, Sink sink, Runnable poured) {
            this.announced = announced;
            this.maxBytes = maxBytes;
            this.sink = sink;
            this.poured = poured;
        }

        @Override
        public BodyResult fill(InputStream in) throws IOException {
            byte[] buffer = new byte[POURED_BYTES];
            while (true) {
                int received = in.read(buffer, 0, buffer.length);
                if (received < 0) {
                    return announced >= 0 && size < announced
                            ? new BodyResult.Truncated(size)
                            : new BodyResult.Body(new byte[0]);
                }
                size += received;
                if (size > maxBytes || !sink.take(buffer, received)) {
                    return new BodyResult.TooLarge(maxBytes);
                }
                poured.run();
            }
        }

        @Override
        public long size() {
            return size;
        }
    }

    /** The array while it fills. */
    private static final class Filling implements Intake {
        private final long announced;
        private final int maxBytes;
        private byte[] bytes;
        private int size;

        Filling(long announced, int maxBytes) {
            this.announced = announced;
            this.maxBytes = maxBytes;
            this.bytes = new byte[announced < 0
                    ? Math.min(FIRST_CHUNKED_BYTES, maxBytes)
                    : (int) Math.min(announced, TRUSTED_BYTES)];
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public BodyResult fill(InputStream in) throws IOException {
            while (true) {
                if (size == bytes.length) {
                    if (announced >= 0 && size == announced || size == maxBytes) {
                        // Nothing may follow; Helidon counts the body as read only after it has said so.
                        return in.read() < 0 ? complete() : new BodyResult.TooLarge(maxBytes);
                    }
                    grow();
                }
                int received = in.read(bytes, size, bytes.length - size);
                if (received < 0) {
                    return announced >= 0 && size < announced ? new BodyResult.Truncated(size) : complete();
                }
                size += received;
            }
        }

        private void grow() {
            long most = announced >= 0 ? announced : maxBytes;
            bytes = Arrays.copyOf(bytes, (int) Math.min(most, Math.max(bytes.length * 2L, FIRST_CHUNKED_BYTES)));
        }

        private BodyResult complete() {
            return new BodyResult.Body(size == bytes.length ? bytes : Arrays.copyOf(bytes, size));
        }
    }
}
