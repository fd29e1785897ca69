package org.gatehouse.daemon.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * The demo's scripted part: clients call one public model while its engine is killed, the commercial fallback takes over,
 * also in the middle of answers, and the engine comes back. Everything is simulated.
 */
final class DemoFailover {
    /** The comment in a stream where another target goes on. */
    private static final String SEAM = "another target goes on from here";
    private static final int CLIENTS = 8;
    private static final Duration BEFORE = Duration.ofSeconds(4);
    private static final Duration AFTER = Duration.ofSeconds(8);
    private static final Duration LONGEST_CALL = Duration.ofSeconds(30);

    private final URI endpoint;
    private final String key;
    private final PrintStream out;
    private final Map<String, LongAdder> byUpstream = new ConcurrentHashMap<>();
    private final LongAdder whole = new LongAdder();
    private final LongAdder goneOnWith = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile boolean over;

    DemoFailover(String endpoint, String key, PrintStream out) {
        this.endpoint = URI.create(endpoint + "/chat/completions");
        this.key = key;
        this.out = out;
    }

    /**
     * Runs it to its end.
     *
     * @param kill ends the engine as a crash would; false when there is none
     */
    void run(BooleanSupplier kill) throws InterruptedException {
        out.println("Fail-over, simulated: " + CLIENTS + " clients call " + DemoSeed.ASSISTANT
                + ", which a local engine serves; the engine is killed in the middle.");
        out.flush();
        try (HttpClient client = HttpClient.newHttpClient()) {
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                callers.add(Thread.startVirtualThread(() -> {
                    while (!over) {
                        call(client);
                    }
                }));
            }
            Thread.sleep(BEFORE);
            report("before the engine was killed");
            boolean killed = kill.getAsBoolean();
            out.println(killed ? "  the engine is killed (SIGKILL)" : "  there was no engine to kill");
            Thread.sleep(AFTER);
            over = true;
            for (Thread caller : callers) {
                caller.join(LONGEST_CALL);
            }
        }
        report("since the engine was killed");
        out.println("Fail-over: " + whole.sum() + " calls answered in whole, " + failed.sum() + " not; "
                + goneOnWith.sum() + " of them had begun at the engine that was killed, and the fallback went on.");
        out.flush();
    }

    private void report(String when) {
        Map<String, Long> counts = new TreeMap<>();
        byUpstream.forEach((upstream, count) -> counts.put(upstream, count.sumThenReset()));
        out.printf(Locale.ROOT, "  %s: %s%n", when, counts);
        out.flush();
    }

    private void call(HttpClient client) {
        HttpRequest request = HttpRequest.newBuilder(endpoint).timeout(LONGEST_CALL)
                .header("authorization", "Bearer " + key).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + DemoSeed.ASSISTANT
                        + "\",\"stream\":true,\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":\"Hello!\"}]}"))
                .build();
        try {
            HttpResponse<String> reply = client.send(request, HttpResponse.BodyHandlers.ofString());
            String upstream = reply.headers().firstValue("x-gatehouse-upstream").orElse("none");
            byUpstream.computeIfAbsent(upstream, _ -> new LongAdder()).increment();
            (reply.statusCode() == 200 && reply.body().endsWith("data: [DONE]\n\n") ? whole : failed).increment();
            if (reply.body().contains(SEAM)) {
                goneOnWith.increment();
            }
        } catch (IOException _) {
            failed.increment();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            over = true;
        }
    }
}
