package org.gatehouse.telemetry;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * What watches a box from outside: {@code /healthz} (the process answers), {@code /readyz} (it can carry calls, or why
 * not) and {@code /metrics}. Health says little and so is open; metrics name models and upstreams and so are for the box
 * itself and for holders of a token. Thread-safe.
 */
public final class OperationsService implements HttpService {
    private static final String TEXT = "text/plain; charset=utf-8";

    private static final String SCHEME = "bearer ";
    private static final HeaderName FORWARDED = HeaderNames.create("forwarded");

    private final List<Check> checks;
    private final List<Check> warnings;
    private final Supplier<String> scrape;
    private final Predicate<String> mayRead;

    /** One thing that must be well for the box to be ready, or that somebody should know of although it is. */
    @FunctionalInterface
    public interface Check {

        /** What is wrong and what to do; empty when all is well. Quick: asked by balancers each second. */
        Optional<String> trouble();
    }

    /**
     * Takes what is checked and shown.
     *
     * @param checks without which the box is not ready
     * @param warnings shown beside "ready"; the box stays ready, for taking it out of service would mend nothing
     * @param scrape the metrics as text
     * @param mayRead whether a token lets its holder read metrics from another machine; compares in constant time
     */
    public OperationsService(List<Check> checks, List<Check> warnings, Supplier<String> scrape,
            Predicate<String> mayRead) {
        this.checks = List.copyOf(checks);
        this.warnings = List.copyOf(warnings);
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
        if (!troubles.isEmpty()) {
            response.header(HeaderNames.RETRY_AFTER, "5");
            text(response, 503, troubles.toString());
            return;
        }
        StringBuilder ready = new StringBuilder("ready\n");
        for (Check warning : warnings) {
            warning.trouble().ifPresent(trouble -> ready.append("warning: ").append(trouble).append('\n'));
        }
        text(response, 200, ready.toString());
    }

    private void metrics(ServerRequest request, ServerResponse response) {
        if (!fromThisMachine(request) && !mayRead.test(bearer(request))) {
            response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
            text(response, 401, "Metrics are for this machine, and for holders of a token. Send one as 'Authorization: "
                    + "Bearer …': an administrator makes one in the console under API tokens, with the access metrics; "
                    + "the box's own lies in the data directory, in the file metrics-token.\n");
            return;
        }
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
        response.send(scrape.get());
    }

    /** A proxy on this machine speaks for others, and says so. */
    private static boolean fromThisMachine(ServerRequest request) {
        return request.remotePeer().address() instanceof InetSocketAddress peer
                && peer.getAddress().isLoopbackAddress()
                && !request.headers().contains(HeaderNames.X_FORWARDED_FOR)
                && !request.headers().contains(FORWARDED);
    }

    private static String bearer(ServerRequest request) {
        String given = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
        // RFC 9110 11.1: the scheme's case does not matter.
        return given.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? given.substring(SCHEME.length()).strip()
                : "";
    }

    private static void text(ServerResponse response, int status, String body) {
        response.status(Status.create(status));
        response.header(HeaderNames.CONTENT_TYPE, TEXT);
        response.send(body);
    }
}
