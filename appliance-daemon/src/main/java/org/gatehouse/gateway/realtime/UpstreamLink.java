package org.gatehouse.gateway.realtime;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.AbortCause;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.websocket.FrameReader;
import org.gatehouse.gateway.websocket.FrameWriter;
import org.gatehouse.gateway.websocket.Message;
import org.gatehouse.gateway.websocket.ProtocolViolation;
import org.gatehouse.gateway.websocket.Room;

/**
 * The upstream's WebSocket, open. Its first message is waited for apart, because it tells whether the upstream takes the
 * session: some refuse only after the handshake. One thread reads; anybody writes.
 */
final class UpstreamLink {
    private final UpstreamCall call;
    private final FrameReader frames;
    private final FrameWriter out;
    private final CompletableFuture<Message> first = new CompletableFuture<>();
    private boolean firstTaken;

    UpstreamLink(UpstreamCall call, UpstreamReply reply, int mostMessageBytes, Room room, RandomGenerator masks,
            LongSupplier nanoTime) {
        this.call = call;
        this.frames = new FrameReader((target, offset, length) -> read(reply, target, offset, length), false,
                mostMessageBytes, room);
        this.out = FrameWriter.ofClient(reply::write, masks, nanoTime);
        Thread.ofVirtual().name("realtime-hello").start(this::readFirst);
    }

    /** The connection did not give more. */
    static final class LinkFailure extends IOException {
        private static final long serialVersionUID = 1;

        LinkFailure(Throwable cause) {
            super(String.valueOf(cause.getMessage()), cause);
        }
    }

    private static int read(UpstreamReply reply, byte[] target, int offset, int length) throws IOException {
        try {
            return reply.read(target, offset, length);
        } catch (UpstreamFailureException e) {
            throw new LinkFailure(e);
        }
    }

    private void readFirst() {
        try {
            Message message = frames.next();
            while (message instanceof Message.Ping ping) {
                out.pong(ping);
                message = frames.next();
            }
            first.complete(message);
        } catch (IOException | ProtocolViolation | RuntimeException e) {
            first.completeExceptionally(e);
        }
    }

    /** What the upstream says first; {@code null} when it says nothing in that time. */
    @Nullable
    Message hello(long nanos) throws IOException, ProtocolViolation {
        try {
            return first.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return null;
        } catch (ExecutionException e) {
            throw rethrown(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LinkFailure(e);
        }
    }

    /** The next message, the first one included. */
    Message next() throws IOException, ProtocolViolation {
        if (firstTaken) {
            return frames.next();
        }
        firstTaken = true;
        try {
            return first.get();
        } catch (ExecutionException e) {
            throw rethrown(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LinkFailure(e);
        }
    }

    private static IOException rethrown(ExecutionException failed) throws ProtocolViolation {
        return switch (failed.getCause()) {
            case ProtocolViolation violation -> throw violation;
            case IOException broken -> broken;
            case RuntimeException bug -> throw bug;
            case null, default -> new LinkFailure(failed);
        };
    }

    FrameWriter out() {
        return out;
    }

    /** Ends the connection, whoever reads or writes. */
    void abort(AbortCause cause) {
        call.abort(cause);
    }

    /** Ends the connection and gives back what it holds; when nobody reads any more but, perhaps, who waits for the first message. */
    void close() {
        call.abort(AbortCause.CLOSED);
        first.handle((_, _) -> first).join();
        frames.close();
        call.close();
    }
}
