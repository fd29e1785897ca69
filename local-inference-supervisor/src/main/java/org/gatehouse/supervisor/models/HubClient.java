package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a hub. Follows redirects itself, because the token is for the hub alone and redirects are for allowed hosts alone; gives up
 * connections on which nothing comes. Thread-safe.
 */
final class HubClient implements AutoCloseable {
    private static final int MOST_REDIRECTS = 5;
    private static final Pattern SHA_256 = Pattern.compile("(?:W/)?\"?([0-9a-f]{64})\"?");
    private static final long STALL_LOOKS = 4;

    /** A request failed in a way that may pass: try again. Never leaves this room. */
    static final class Trouble extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Duration wanted;

        Trouble(String why) {
            this(why, Duration.ZERO);
        }

        /** With the pause that the hub asked for. */
        Trouble(String why, Duration wanted) {
            super(why, null, false, false);
            this.wanted = wanted;
        }

        Duration wanted() {
            return wanted;
        }

        String why() {
            return String.valueOf(getMessage());
        }
    }

    private final HubSettings hub;
    private final Duration stall;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final HttpClient client;
    private final Set<HubReply> open = ConcurrentHashMap.newKeySet();
    private final Thread watch;

    HubClient(HubSettings hub, Duration stall, Clock clock, LongSupplier nanoTime) {
        this.hub = hub;
        this.stall = stall;
        this.clock = clock;
        this.nanoTime = nanoTime;
        Executor threads = task -> Thread.ofVirtual().name("model-hub-client").start(task);
        // HTTP/1.1: each file has a connection, and its whole window, for itself.
        client = hub.clients().get().followRedirects(HttpClient.Redirect.NEVER).version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(stall).executor(threads).build();
        watch = Thread.ofVirtual().name("model-hub-stall-watch").start(this::endSilentOnes);
    }

    private void endSilentOnes() {
        try {
            while (true) {
                Thread.sleep(Math.clamp(stall.toMillis() / STALL_LOOKS, 10, 5000));
                open.forEach(reply -> reply.endIfSilentFor(stall.toNanos()));
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** The address of a path below the hub's base. */
    URI at(String path) {
        String base = hub.base().toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + path);
    }

    /** Whether an address that the hub gave is the hub's own. */
    boolean isOurs(URI uri) {
        return hub.isOurs(uri);
    }

    /**
     * Asks for what is at this address, from this byte on.
     *
     * @param what names it in problems
     * @return an answer of status 200 or 206
     */
    HubReply get(URI address, String what, long from) throws ImportFailure, Trouble, InterruptedException {
        URI target = address;
        String linked = "";
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HttpResponse<InputStream> response = send(target, from);
            HttpHeaders headers = response.headers();
            if (linked.isEmpty()) {
                linked = sha256(headers.firstValue("x-linked-etag").orElse(""));
            }
            int status = response.statusCode();
            if (status == 200 || status == 206) {
                HubReply reply = new HubReply(status, headers, linked, response.body(), nanoTime, open::remove);
                open.add(reply);
                return reply;
            }
            discard(response);
            if (status / 100 != 3) {
                throw problem(status, headers, what, hub.isOurs(target));
            }
            target = redirected(target, headers.firstValue("location").orElse(""));
        }
        throw new Trouble("it redirects more than " + MOST_REDIRECTS + " times");
    }

    private HttpResponse<InputStream> send(URI target, long from) throws Trouble, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(target).header("accept", "*/*")
                .header("user-agent", "gatehouse-model-store");
        String token = hub.isOurs(target) ? hub.token().get() : "";
        if (!token.isEmpty()) {
            request.header("authorization", "Bearer " + token);
        }
        if (from > 0) {
            request.header("range", "bytes=" + from + "-");
        }
        CompletableFuture<HttpResponse<InputStream>> answer = client.sendAsync(request.build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try {
            return answer.get(stall.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new Trouble("it did not answer in " + stall.toSeconds() + " s");
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new Trouble("it cannot be reached: " + cause.getClass().getSimpleName() + " "
                    + cause.getMessage());
        }
    }

    private URI redirected(URI from, String location) throws ImportFailure, Trouble {
        URI target;
        try {
            target = from.resolve(URI.create(location));
        } catch (IllegalArgumentException e) {
            throw new Trouble("it redirects to something that is no address");
        }
        String refusal = hub.refusal(target).orElse("");
        if (!refusal.isEmpty()) {
            // Without path and query, which may hold a signature.
            throw new ImportFailure(new ImportProblem.RedirectRefused(hub.name(), target.getScheme() + "://"
                    + target.getHost() + (target.getPort() < 0 ? "" : ":" + target.getPort()), refusal));
        }
        return target;
    }

    /** The trouble that this status means; throws the failure if it is for good. */
    private Trouble problem(int status, HttpHeaders headers, String what, boolean ours) throws ImportFailure {
        switch (status) {
            case 401, 403 -> {
                if (ours) {
                    throw new ImportFailure(new ImportProblem.AccessDenied(hub.name(), what, status));
                }
                return new Trouble("its storage refused with status " + status);
            }
            case 404, 410 -> throw new ImportFailure(new ImportProblem.NotFound(hub.name(), what));
            case 408, 416, 425, 429, 500, 502, 503, 504 -> {
                return new Trouble("it answered with status " + status,
                        retryAfter(headers.firstValue("retry-after").orElse("")));
            }
            default -> throw new ImportFailure(new ImportProblem.StrangeAnswer(hub.name(), "status " + status
                    + " for " + what));
        }
    }

    // RFC 9110 10.2.3: seconds, or a date.
    private Duration retryAfter(String value) {
        try {
            return Duration.ofSeconds(Math.clamp(Long.parseLong(value.strip()), 0, 86_400));
        } catch (NumberFormatException e) {
            try {
                Duration left = Duration.between(clock.instant(),
                        ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
                return left.isNegative() ? Duration.ZERO : left;
            } catch (DateTimeParseException neither) {
                return Duration.ZERO;
            }
        }
    }

    private static String sha256(String etag) {
        Matcher matcher = SHA_256.matcher(etag.toLowerCase(Locale.ROOT));
        return matcher.matches() ? matcher.group(1) : "";
    }

    private static void discard(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException e) {
            // Nobody wants it.
        }
    }

    @Override
    public void close() {
        watch.interrupt();
        open.forEach(HubReply::close);
        client.shutdownNow();
    }
}
