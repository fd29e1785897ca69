package org.gatehouse.listen;

import io.helidon.http.HeaderValues;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpSecurity;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;

/**
 * The frame around every call: tells the connection when it begins and ends, and ends the connection when the client asked for that.
 * Wraps the whole routing, so that filters, handlers and error handlers all run inside it. Thread-safe.
 */
final class GuardedRouting implements HttpRouting {
    private final HttpRouting routing;

    GuardedRouting(HttpRouting routing) {
        this.routing = routing;
    }

    @Override
    public void route(ConnectionContext context, RoutingRequest request, RoutingResponse response) {
        Connection connection = (Connection) context;
        connection.callBegins();
        try {
            routing.route(context, request, response);
        } finally {
            connection.callEnds();
            // RFC 9112 9.6: a server that got "close" must close after the answer. Helidon 4.5.0 sends the header and keeps the connection.
            if (request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
                connection.finish();
            }
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
