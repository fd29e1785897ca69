package org.gatehouse.gateway.http;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.ConcurrentHashMap;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.ClientGoneException;
import org.gatehouse.gateway.exchange.ClientReply;

/** The way back over Helidon's server. Confined to the call's thread. */
final class HelidonReply implements ClientReply {
    /** The gateway's own header names, a few dozen: making one costs more than looking it up. */
    private static final ConcurrentHashMap<String, HeaderName> NAMES = new ConcurrentHashMap<>();
    private static final HeaderName CACHE_CONTROL = HeaderNames.create("cache-control");

    private final ServerResponse response;
    private @Nullable StreamBody body;
    private boolean started;
    private boolean brokenOff;

    HelidonReply(ServerResponse response) {
        this.response = response;
    }

    @Override
    public void header(String name, String value) {
        response.header(NAMES.computeIfAbsent(name, HeaderNames::create), value);
    }

    @Override
    public void send(int status, String contentType, byte[] bytes) {
        started = true;
        response.status(Status.create(status));
        response.header(HeaderNames.CONTENT_TYPE, contentType);
        onWire(() -> response.send(bytes));
    }

    @Override
    public Body open(int status, String contentType) {
        started = true;
        response.status(Status.create(status));
        response.header(HeaderNames.CONTENT_TYPE, contentType);
        response.header(CACHE_CONTROL, "no-cache");
        StreamBody opened = new StreamBody(response.outputStream());
        body = opened;
        return opened;
    }

    @Override
    public Body body() {
        StreamBody open = body;
        if (open == null) {
            throw new IllegalStateException("the reply is not a stream");
        }
        return open;
    }

    @Override
    public boolean started() {
        return started;
    }

    @Override
    public void breakOff() {
        brokenOff = true;
    }

    /** Leaves the handler in the way that makes the server drop the connection without a clean end, if that was asked for. */
    void leave() {
        if (brokenOff) {
            throw new CloseConnectionException("the reply was broken off");
        }
    }

    private interface Write {
        void run() throws IOException;
    }

    /** The server says in one of three ways that the client is no longer there. */
    private static void onWire(Write write) {
        try {
            write.run();
        } catch (IOException | UncheckedIOException | CloseConnectionException e) {
            throw new ClientGoneException(e);
        }
    }

    private final class StreamBody implements Body {
        private final OutputStream out;

        private StreamBody(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (length == 0) {
                return;
            }
            onWire(() -> out.write(bytes, offset, length));
        }

        @Override
        public void flush() {
            onWire(() -> out.flush());
        }

        @Override
        public void end() {
            onWire(() -> out.close());
        }
    }
}
