package org.gatehouse.listen;

import java.io.IOException;
import java.util.function.BooleanSupplier;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpSecurity;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;

/**
 * The frame around every call: refuses it while the listener drains, tells the connection when it begins and ends, and sees to it that the
 * connection ends when it must. Wraps the whole routing, so that filters, handlers and error handlers all run inside it. Thread-safe.
 */
final class GuardedRouting implements HttpRouting {
    /** A body that nobody read is read and dropped up to this size to keep the connection; for a larger one the connection is given up. */
    private static final long MAX_DROPPED_BYTES = 256 << 10;
    private static final int RETRY_AFTER_SECONDS = 5;

    private final HttpRouting routing;
    private final TransportErrors errors;
    private final ListenerSettings.Limits limits;
    private final BooleanSupplier draining;

    GuardedRouting(HttpRouting routing, TransportErrors errors, ListenerSettings.Limits limits,
            BooleanSupplier draining) {
        this.routing = routing;
        this.errors = errors;
        this.limits = limits;
        this.draining = draining;
    }

    @Override
    public void route(ConnectionContext context, RoutingRequest request, RoutingResponse response) {
        Connection connection = ((HelidonView) context).connection();
        boolean last = true;
        connection.callBegins(request);
        try {
            if (draining.getAsBoolean()) {
                errors.refuse(request, response, 503, RETRY_AFTER_SECONDS);
            } else if (announcesTooMuch(request)) {
                errors.tooLarge(request, response);
            } else {
                routing.route(context, request, response);
                last = mustClose(request, response);
            }
            if (connection.isHttp2()) {
                dropStreamBody(connection, request);
            } else if (leavesBody(request)) {
                throw new CloseConnectionException("The request's body was not read");
            }
        } finally {
            connection.callEnds(request, last && !connection.isHttp2() || draining.getAsBoolean());
        }
    }

    /** Helidon has let through what any path takes. */
    private boolean announcesTooMuch(RoutingRequest request) {
        ServerRequestHeaders headers = request.headers();
        return limits.large() != null && !headers.contains(HeaderNames.TRANSFER_ENCODING)
                && headers.contentLength().orElse(0) > limits
                        .maxBodyBytes(request.prologue().uriPath().rawPath());
    }

    /** RFC 9112 9.6: after "close", whoever said it, the connection must end. Helidon 4.5.0 sends the header and keeps the connection. */
    private static boolean mustClose(RoutingRequest request, RoutingResponse response) {
        return request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
                || response.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
    }

    /**
     * Whether so much of an HTTP/1.1 body is unread that reading it costs more than a new connection. A client that waits for "100 Continue" and
     * was refused may send its body or not (RFC 9110 10.1.1), so what follows cannot be told apart from a request.
     */
    private static boolean leavesBody(RoutingRequest request) {
        ServerRequestHeaders headers = request.headers();
        boolean chunked = headers.contains(HeaderNames.TRANSFER_ENCODING);
        long length = chunked ? Long.MAX_VALUE : headers.contentLength().orElse(0);
        return length > 0 && !request.content().consumed() && (length > MAX_DROPPED_BYTES || !request.continueSent());
    }

    /**
     * Reads and drops the rest of an HTTP/2 body, as Helidon would after us, but under the pace of a body. Left alone, its frames fill the stream's
     * queue and block the whole connection. A stream that stalls is reset, as RFC 9113 8.1 has it after a complete answer; a client that sends on
     * and on loses its connection.
     */
    private static void dropStreamBody(Connection connection, RoutingRequest request) {
        if (!request.content().hasEntity() || request.content().consumed() && !connection.bodyStalled(request.id())) {
            return;
        }
        try {
            connection.dropBody(request);
        } catch (RequestException e) {
            // Helidon's way to say that a stream which was answered has now come to its end, or was reset by the client.
        } catch (IOException e) {
            returnAtOnce(request);
            if (connection.bodyStalled(request.id())) {
                throw new CloseConnectionException("The request's body stalled",
                        new Http2Exception(Http2ErrorCode.NO_ERROR, "body stalled"));
            }
        } catch (RuntimeException e) {
            // Longer than the listener takes any body.
            connection.close();
            returnAtOnce(request);
        }
    }

    /** Makes Helidon's own attempt to read the rest return at once; the stream's thread does nothing else after this. */
    private static void returnAtOnce(RoutingRequest request) {
        if (!request.content().consumed()) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public HttpSecurity security() {
        return routing.security();
    }

    @Override
    public void beforeStart() {
        routing.beforeStart();
    }

    @Override
    public void afterStart(WebServer server) {
        routing.afterStart(server);
    }

    @Override
    public void afterStop() {
        routing.afterStop();
    }
}
