package org.gatehouse.listen;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLException;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.SocketWriter;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.spi.ServerConnection;
import org.jspecify.annotations.Nullable;

/**
 * One client connection from accept to close. Runs on its own virtual thread, which for HTTP/1.1 is also the thread of its calls; HTTP/2 streams
 * have theirs. The {@link Reaper} and the {@link ClientWatch} look in from outside.
 */
final class Connection implements Runnable {
    private static final System.Logger LOGGER = System.getLogger(Connection.class.getName());
    /** For a refused client to finish sending and to read why it was refused. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** Chunk headers and trailers come on top of the body; a client that frames single bytes does not get its full share. */
    private static final long FRAMING_BYTES = 1 << 20;
    private static final int SINK_BYTES = 8 << 10;

    private final Wiring wiring;
    private final ClientSocket socket;
    private final Pace pace;
    private final BodyPace bodyPace;
    private final DataReader reader;
    private final HelidonView view;
    private final ClientSignal client = new ClientSignal();
    private final Streams streams;
    private final long maxRawBodyBytes;
    private @Nullable Http2FrameTap frames;
    private volatile @Nullable ServerConnection engine;
    private volatile @Nullable Thread thread;
    private volatile boolean http2;
    private volatile boolean finishing;
    private volatile boolean bodyTooLarge;
    /** How much of a body that is not held was handed on, framing included. The reading thread's. */
    private long pouredRawBytes;
    private volatile boolean takenOver;

    /**
     * Takes over an accepted connection; nothing happens before {@link #run()}.
     *
     * @param tls how TLS connections speak it, null for plain ones
     */
    Connection(Wiring wiring, SocketChannel channel, @Nullable ServerTls tls, long number) {
        this.wiring = wiring;
        String id = Long.toHexString(number);
        this.pace = new Pace(wiring.timeouts(), wiring.clock());
        this.bodyPace = new BodyPace(wiring.timeouts(), wiring.clock());
        this.streams = new Streams(wiring.timeouts(), wiring.clock());
        this.socket = new ClientSocket(channel, tls, id, wiring.name(), pace);
        this.reader = DataReader.create(this::read);
        this.view = new HelidonView(this, wiring, socket, id, reader, SocketWriter.create(socket.helidon()));
        this.maxRawBodyBytes = wiring.usualBodyBytes() / 4 * 5 + FRAMING_BYTES;
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        long watched = wiring.clientWatch().watch(socket.channel(), this::clientLeft);
        try {
            serve();
        } catch (CloseConnectionException | DataReader.InsufficientDataAvailableException e) {
            LOGGER.log(System.Logger.Level.TRACE, "Connection ends", e);
        } catch (UncheckedIOException e) {
            LOGGER.log(System.Logger.Level.TRACE, "Connection broke", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            wiring.failures().warn("A connection ended by an unexpected failure; others go on", e);
        } finally {
            streams.allLeft();
            linger();
            wiring.clientWatch().forget(watched);
            socket.close();
        }
    }

    private void serve() throws InterruptedException {
        if (socket.isTls()) {
            // The handshake happens inside the first read; only after it is the protocol known.
            try {
                reader.ensureAvailable();
            } catch (ServerConnectionException e) {
                if (e.getCause() instanceof UncheckedIOException broken && broken.getCause() instanceof SSLException) {
                    wiring.tally().tlsFailures.increment();
                }
                throw e;
            }
            http2 = socket.isHttp2();
        }
        ServerConnection started = (http2 ? wiring.http2() : wiring.http1()).connection(view);
        engine = started;
        started.handle(wiring.unlimited());
    }

    /** Where Helidon's engines get their bytes; null at the end of the stream. */
    private byte @Nullable [] read() {
        byte[] bytes;
        if (http2 || takenOver) {
            bytes = readSocket();
        } else if (pace.callsInFlight() == 0) {
            bytes = readSocket();
            pace.bytesArrived();
        } else {
            bytes = readBody();
        }
        if (bytes != null && socket.isHttp2()) {
            if (frames == null) {
                frames = new Http2FrameTap(streams::reset);
            }
            frames.accept(bytes);
        }
        return bytes;
    }

    private byte @Nullable [] readBody() {
        if (bodyPace.bytes() - pouredRawBytes > maxRawBodyBytes) {
            // Helidon 4.5.0 looks for the end of a chunk's first line without a limit and keeps all it saw.
            bodyTooLarge = true;
            return null;
        }
        bodyPace.waitBegins();
        byte[] bytes = null;
        try {
            bytes = readSocket();
        } finally {
            bodyPace.waitEnds(bytes == null ? 0 : bytes.length);
        }
        return bytes;
    }

    private byte @Nullable [] readSocket() {
        try {
            return socket.helidon().get();
        } catch (UncheckedIOException e) {
            throw new ServerConnectionException("Reading from the client failed", e);
        }
    }

    /** All of a body that has come so far was handed on. On the thread that reads it. */
    void bodyPoured() {
        pouredRawBytes = bodyPace.bytes();
    }

    /** The kernel says that the peer closed or reset the connection. Runs on the watch's thread. */
    private void clientLeft() {
        // Ending our own reading looks like the peer's FIN to the kernel.
        if (!client.gone() && !bodyPace.givenUp()) {
            if (pace.callsInFlight() > 0) {
                wiring.tally().clientsLeft.increment();
            }
            client.fire();
            streams.allLeft();
        }
    }

    /** From here on a handler moves the bytes, which are no HTTP any more: what holds for the body of a call holds for none of them. */
    void takenOver() {
        takenOver = true;
    }

    /** Writes for a handler that has taken the connection over. */
    void write(BufferData bytes) {
        socket.helidon().write(bytes);
    }

    /** Lets the client read the last answer: our side is closed first, what it still sends is dropped, for a bounded time. */
    private void linger() {
        if (client.gone() || !socket.channel().isOpen()) {
            return;
        }
        try {
            pace.goodbye(LINGER_NANOS);
            socket.sayGoodbye();
            socket.drain();
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.TRACE, "The client did not wait for our goodbye", e);
        }
    }

    /** Ends what is overdue; called by the reaper's thread, does not block. */
    void judge(long now) {
        switch (pace.verdict(now)) {
            case FINE -> judgeBodies(now);
            case HEADERS_LATE -> {
                wiring.tally().lateHeaders.increment();
                close();
            }
            case IDLE -> {
                wiring.tally().idle.increment();
                close();
            }
            case WRITE_STALLED -> {
                wiring.tally().stalledWrites.increment();
                client.fire();
                streams.allLeft();
                close();
            }
            case LINGERED -> close();
        }
    }

    private void judgeBodies(long now) {
        if (!bodyPace.givenUp() && bodyPace.tooSlow(now)) {
            wiring.tally().slowBodies.increment();
            bodyPace.giveUp();
            socket.stopReading();
        }
        wiring.tally().slowBodies.add(streams.giveUpSlowBodies(now));
    }

    /** Ends the connection after the calls that run, or at once if none does. */
    void finish() {
        finishing = true;
        if (pace.callsInFlight() == 0) {
            leave();
        }
    }

    /** Closes the socket now, whatever runs. Does not block. */
    void close() {
        socket.close();
        Thread running = thread;
        if (http2 && running != null) {
            // Helidon's HTTP/2 engine may wait for room in a stream's queue, which closing the socket does not end. No handler runs on this thread.
            running.interrupt();
        }
    }

    int callsInFlight() {
        return pace.callsInFlight();
    }

    boolean isHttp2() {
        return http2;
    }

    /** The client of a call in flight. */
    ClientSignal clientOf(int requestId) {
        ClientSignal stream = http2 ? streams.clientOf(requestId) : null;
        return stream == null ? client : stream;
    }

    /** Why a body ended before its time. */
    BodyEnd bodyEnd(int requestId) {
        if (bodyTooLarge) {
            return BodyEnd.TOO_LARGE;
        }
        boolean givenUp = http2 ? streams.bodyGivenUp(requestId) && !clientOf(requestId).gone() : bodyPace.givenUp();
        return givenUp ? BodyEnd.TOO_SLOW : BodyEnd.CLIENT_LEFT;
    }

    /** Whether an HTTP/2 request's body was given up for slowness while its client is still there. */
    boolean bodyStalled(int requestId) {
        return bodyEnd(requestId) == BodyEnd.TOO_SLOW;
    }

    /** The call in flight could not be read to its end: it is the last one of an HTTP/1.1 connection. HTTP/2 goes on with other streams. */
    void bodyFailed() {
        if (!http2) {
            finishing = true;
        }
    }

    /** Whether the answer that is being written is the last one. */
    boolean isFinishing() {
        return finishing;
    }

    /** The frame around a call begins: on the call's own thread. */
    void callBegins(RoutingRequest request) {
        pace.callBegins();
        if (http2) {
            streams.begins(request);
        } else {
            bodyPace.reset();
            pouredRawBytes = 0;
        }
    }

    /**
     * The frame around a call ends: on the call's own thread, after the answer was written.
     *
     * @param last true if the connection must not take another call
     */
    void callEnds(RoutingRequest request, boolean last) {
        if (last) {
            finishing = true;
        }
        if (http2) {
            streams.ends(request.id());
        } else {
            client.forgetCalls();
        }
        boolean idle = pace.callEnds();
        if (finishing && idle) {
            ServerConnection running = engine;
            if (http2) {
                leave();
            } else if (running != null) {
                // Called from inside a call, this only makes the engine return instead of reading the next request.
                running.close(false);
            }
        }
    }

    /** Reads the rest of an HTTP/2 request's body and drops it, under the pace of a body. */
    void dropBody(RoutingRequest request) throws IOException {
        InputStream begun = streams.bodyOf(request.id());
        InputStream body = begun == null ? request.content().inputStream() : begun;
        byte[] sink = new byte[SINK_BYTES];
        while (body.read(sink) >= 0) {
            // Dropped.
        }
    }

    private void leave() {
        try {
            pace.goodbye(LINGER_NANOS);
            socket.sayGoodbye();
        } catch (IOException e) {
            close();
        }
    }

    /** Why a request body ended before its time. */
    enum BodyEnd {
        CLIENT_LEFT, TOO_SLOW, TOO_LARGE
    }
}
