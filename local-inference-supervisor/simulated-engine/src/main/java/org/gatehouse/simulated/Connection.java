package org.gatehouse.simulated;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/** One connection's life on its own virtual thread: a request, its reply, the next request. */
final class Connection implements Runnable {
    private static final long SLOWEST_REQUEST_NANOS = 60_000_000_000L;

    private final Engine engine;
    private final Router router;
    private final SocketChannel channel;
    private final RequestReader reader;
    private final Caller caller;
    private volatile boolean serving;
    private volatile long quietSinceNanos;

    Connection(Engine engine, Router router, SocketChannel channel) {
        this.engine = engine;
        this.router = router;
        this.channel = channel;
        reader = new RequestReader(channel);
        caller = new Caller(channel, reader, engine::nanos);
        quietSinceNanos = engine.nanos();
    }

    @Override
    public void run() {
        try (channel) {
            if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            serveAll();
        } catch (IOException e) {
            // The other end is gone, or the server closed this one; the ledger has the call's end already.
        }
    }

    private void serveAll() throws IOException {
        Reply reply = new Reply(channel, caller);
        Exchange exchange = new Exchange(engine, reply, caller);
        boolean goesOn = true;
        while (goesOn) {
            Request request;
            try {
                request = reader.next();
            } catch (MalformedRequest malformed) {
                refuse(exchange, malformed);
                return;
            }
            if (request == null) {
                return;
            }
            serving = true;
            exchange.start(request);
            router.serve(exchange);
            goesOn = reply.keepAlive();
            quietSinceNanos = engine.nanos();
            serving = false;
        }
    }

    private static void refuse(Exchange exchange, MalformedRequest malformed) throws IOException {
        exchange.start(new Request());
        exchange.reply().closeAfter();
        exchange.reply().whole(malformed.status(), "text/plain; charset=utf-8",
                exchange.scratch().ascii(malformed.words()));
    }

    /** Closes the connection if nothing has been asked on it since so many nanoseconds, or if a request never ends. */
    void closeIfQuietFor(long nanos) {
        long limit = reader.midway() ? Math.max(nanos, SLOWEST_REQUEST_NANOS) : nanos;
        if (!serving && engine.nanos() - quietSinceNanos > limit) {
            close();
        }
    }

    boolean serving() {
        return serving;
    }

    /** Ends what is being generated on this connection. */
    void abort() {
        caller.abort();
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // It is as closed as it will be.
        }
    }
}
