package org.gatehouse.gateway.upstream.http;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What most tests of calls need. */
final class Calls {
    static final Deadlines RELAXED = new Deadlines(Duration.ofSeconds(10), Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30));

    private Calls() {}

    static UpstreamRequest get(String path) {
        return UpstreamRequest.get(path, RequestHeaders.NONE);
    }

    static UpstreamRequest post(String path, String body) {
        return UpstreamRequest.post(path, RequestHeaders.NONE, body.getBytes(StandardCharsets.UTF_8));
    }

    /** Executes and reads the reply to its end, on a virtual thread as in the gateway. */
    static String text(UpstreamClient client, Endpoint endpoint, UpstreamRequest request)
            throws UpstreamFailureException {
        return text(client.newCall(endpoint, request, RELAXED));
    }

    static String text(UpstreamCall call) throws UpstreamFailureException {
        return onVirtualThread(() -> {
            try (call) {
                return new String(call.execute().readAll(1 << 24), StandardCharsets.UTF_8);
            }
        });
    }

    /** What the call fails with. */
    static UpstreamFailure failure(UpstreamCall call) {
        try {
            String text = text(call);
            throw new AssertionError("The call did not fail but returned: " + text);
        } catch (UpstreamFailureException failed) {
            return failed.failure();
        }
    }

    static <T> T onVirtualThread(Callable<T> work) throws UpstreamFailureException {
        try {
            return inBackground(work).get(60, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof UpstreamFailureException failure) {
                throw failure;
            }
            throw new AssertionError(failed.getCause());
        } catch (InterruptedException | java.util.concurrent.TimeoutException stuck) {
            throw new AssertionError(stuck);
        }
    }

    static <T> CompletableFuture<T> inBackground(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(work.call());
            } catch (Throwable failed) {
                result.completeExceptionally(failed);
            }
        });
        return result;
    }

    /** No connection in use and no call waiting, at once or in a moment: nothing has leaked. */
    static void assertNothingInUse(UpstreamClient client) throws InterruptedException {
        // Whoever ends a call closes its connection first and counts it out then.
        ConnectionPoolTest.eventually(() -> client.figures().values().stream()
                .allMatch(figures -> figures.inUse() == 0 && figures.waiting() == 0));
    }
}
