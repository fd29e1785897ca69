package org.gatehouse.telemetry;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * What watches a box from outside: {@code /healthz} (the process answers), {@code /readyz} (it can carry calls, or why
 * not) and {@code /metrics}. Health says little and so is open; metrics name models and upstreams and so are for the box
 * itself and for holders of the admin token. Thread-safe.
 */
public final class OperationsService implements HttpService {
    private static final String TEXT = "text/plain; charset=utf-8";

    private final List<Check> checks;
    private final Supplier<String> scrape;
    private final Predicate<ServerRequest> mayRead;

    /** One thing that must be well for the box to be ready. */
    @FunctionalInterface
    public interface Check {

        /** What is wrong and what to do; empty when all is well. Quick: asked by balancers each second. */
        Optional<String> trouble();
    }

    /**
     * Takes what is checked and shown.
     *
     * @param scrape the metrics as text
     * @param mayRead who may read metrics from another machine
     */
    public OperationsService(List<Check> checks, Supplier<String> scrape, Predicate<ServerRequest> mayRead) {
        this.checks = List.copyOf(checks);
        this.scrape = scrape;
        this.mayRead = mayRead;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/healthz", (_, response) -> text(response, 200, "ok\n"))
                .get("/readyz", (_, response) -> ready(response))
                .get("/metrics", this::metrics);
    }

    private void ready(ServerResponse response) {
        StringBuilder troubles = new StringBuilder();
        for (Check check : checks) {
            check.trouble().ifPresent(trouble -> troubles.append(trouble).append('\n'));
        }
        if (troubles.isEmpty()) {
            text(response, 200, "ready\n");
        } else {
            response.header(HeaderNames.RETRY_AFTER, "5");
            text(response, 503, troubles.toString());
        }
    }

    private void metrics(ServerRequest request, ServerResponse response) {
        boolean here = request.remotePeer().address() instanceof InetSocketAddress peer
                && peer.getAddress().isLoopbackAddress();
        if (!here && !mayRead.test(request)) {
            response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
            text(response, 401,
                    "Metrics are for this machine and for holders of the admin token. Send it as a bearer token.\n");
            return;
        }
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
        response.send(scrape.get());
    }

    private static void text(ServerResponse response, int status, String body) {
        response.status(Status.create(status));
        response.header(HeaderNames.CONTENT_TYPE, TEXT);
        response.send(body);
    }
}
