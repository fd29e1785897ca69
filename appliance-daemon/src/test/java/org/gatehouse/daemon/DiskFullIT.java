package org.gatehouse.daemon;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The whole box with no room left: it refuses, loses nothing that it has acknowledged, and goes on by itself when there
 * is room again; with a kill afterwards, so that what counts is what is on the disk.
 */
class DiskFullIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CLIENTS = 8;
    private static final long QUOTA = 60_000;
    private static final Duration SOON = Duration.ofSeconds(90);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<String> oddities = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refused = new AtomicInteger();
    private final Random letters = new Random(5);

    @ParameterizedTest
    @EnumSource(Shortage.class)
    void fullDiskRefusesCallsLosesNoneAndIsForgottenWhenThereIsRoom(Shortage shortage, @TempDir Path directory)
            throws IOException, InterruptedException {
        Path data = Files.createDirectories(directory.resolve("box"));
        try (Shortage.Disk disk = shortage.prepare(data)) {
            String key;
            String keyId;
            try (DemoProcess box = new DemoProcess(data.resolve("data"))) {
                JsonNode issued = keyWithQuota(box);
                key = issued.path("secret").asText();
                keyId = issued.path("key").path("id").asText();
                carry(box, key, () -> acknowledged.size() >= 50);
                assertThat(oddities).isEmpty();

                disk.fill(box.pid());
                // The box frees a little space itself now and then, and takes a few calls with it.
                carry(box, key, () -> refused.get() >= 30 && saysThatTheJournalIsTheTrouble(box));
                assertThat(oddities).isEmpty();

                disk.empty(box.pid());
                await(() -> ready(box).statusCode() == 200, "the box did not get ready by itself");
                int before = acknowledged.size();
                carry(box, key, () -> acknowledged.size() >= before + 50);
                assertThat(oddities).isEmpty();
                await(() -> rowsOf(box, keyId).keySet().containsAll(acknowledged),
                        "completed calls have no row in the database");
                assertVerified(box);
                box.kill();
            }
            try (DemoProcess box = new DemoProcess(data.resolve("data"))) {
                Map<String, Long> rows = rowsOf(box, keyId);
                assertThat(rows.keySet()).as("rows of completed calls after a kill").containsAll(acknowledged);
                assertThat(rows.values().stream().mapToLong(tokens -> tokens).sum()).isEqualTo(usageOf(box, keyId));
                useUp(box, key);
                await(() -> rowsOf(box, keyId).values().stream().mapToLong(tokens -> tokens).sum() == QUOTA,
                        "the quota is not the sum of the rows");
                assertThat(usageOf(box, keyId)).isEqualTo(QUOTA);
                assertVerified(box);
            }
        }
    }

    /** A key whose calls keep their bodies, so that a few hundred calls fill a journal file. */
    private JsonNode keyWithQuota(DemoProcess box) throws IOException {
        String project = JSON.readTree(admin(box, "GET", "projects", "").body()).path("items").get(0).path("id")
                .asText();
        HttpResponse<String> policy = admin(box, "POST", "policies",
                "{\"scope\":{\"type\":\"project\",\"id\":\"" + project
                        + "\"},\"recording\":{\"bodies\":\"both\"}}");
        assertThat(policy.statusCode()).as(policy.body()).isEqualTo(201);
        HttpResponse<String> issued = admin(box, "POST", "keys", "{\"projectId\":\"" + project
                + "\",\"name\":\"full\",\"limits\":[{\"kind\":\"total_output_tokens\",\"amount\":" + QUOTA + "}]}");
        assertThat(issued.statusCode()).as(issued.body()).isEqualTo(201);
        return JSON.readTree(issued.body());
    }

    /** Calls from all clients until enough has happened once. */
    private void carry(DemoProcess box, String key, BooleanSupplier enough) throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        long deadline = System.nanoTime() + SOON.toNanos();
        List<Thread> clients = java.util.stream.IntStream.range(0, CLIENTS)
                .mapToObj(client -> Thread.startVirtualThread(
                        () -> {
                            for (int i = 0; !done.get() && System.nanoTime() < deadline; i++) {
                                call(box, key, (client + i) % 2 == 0);
                                if (enough.getAsBoolean()) {
                                    done.set(true);
                                }
                            }
                        }))
                .toList();
        for (Thread client : clients) {
            client.join();
        }
        assertThat(done.get()).as("in time; acknowledged " + acknowledged.size() + ", refused "
                + refused.get() + ", odd " + oddities).isTrue();
    }

    /** One call with a prompt that does not pack. What is not a whole answer must be a 503 as the dialect has it. */
    private void call(DemoProcess box, String key, boolean stream) {
        HttpResponse<String> reply;
        try {
            reply = chat(box, key, text(24_000) + " [[sim tokens=3 token-ms=0]]", stream, 10);
        } catch (IOException e) {
            // A stream whose row could not be written ends with an error event and a broken transport.
            refused.incrementAndGet();
            return;
        }
        if (reply.statusCode() == 200) {
            boolean whole = stream ? reply.body().endsWith("data: [DONE]\n\n") : reply.body().endsWith("}");
            if (whole) {
                acknowledged.add(reply.headers().firstValue("x-request-id").orElse("no id"));
            } else {
                oddities.add(reply.body());
            }
        } else if (reply.statusCode() == 503 && reply.body().startsWith("{\"error\":{\"message\":")
                && reply.body().contains("\"code\":\"service_unavailable\"")
                && reply.headers().firstValue("retry-after").isPresent()) {
            refused.incrementAndGet();
            LockSupport.parkNanos(20_000_000);
        } else {
            oddities.add(reply.statusCode() + " " + reply.body());
        }
    }

    private void useUp(DemoProcess box, String key) throws IOException {
        HttpResponse<String> reply;
        int calls = 0;
        do {
            reply = chat(box, key, "more [[sim tokens=2000 token-ms=0]]", false, 2000);
            assertThat(++calls).isLessThan(200);
        } while (reply.statusCode() == 200);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(429);
        assertThat(reply.body()).contains("insufficient_quota");
    }

    private synchronized String text(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + letters.nextInt(26)));
        }
        return text.toString();
    }

    private HttpResponse<String> chat(DemoProcess box, String key, String prompt, boolean stream, int maxTokens)
            throws IOException {
        ObjectNode body = JSON.createObjectNode().put("model", "sim-small").put("stream", stream)
                .put("max_tokens", maxTokens);
        body.putArray("messages").addObject().put("role", "user").put("content", prompt);
        return send(HttpRequest.newBuilder(URI.create(box.gateway() + "/chat/completions"))
                .header("Authorization", "Bearer " + key).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    private HttpResponse<String> admin(DemoProcess box, String method, String path, String body) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(box.admin() + "/" + path))
                .header("Authorization", "Bearer " + box.adminToken()).header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    private boolean saysThatTheJournalIsTheTrouble(DemoProcess box) {
        HttpResponse<String> ready = ready(box);
        return ready.statusCode() == 503 && ready.body().contains("journal");
    }

    private HttpResponse<String> ready(DemoProcess box) {
        try {
            return send(HttpRequest.newBuilder(URI.create(box.gateway().replace("/v1", "/readyz"))));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Output tokens by request id; a request id with two rows fails the test. */
    private Map<String, Long> rowsOf(DemoProcess box, String keyId) {
        Map<String, Long> rows = new HashMap<>();
        Set<String> twice = new HashSet<>();
        try {
            String after = "";
            do {
                HttpResponse<String> reply = admin(box, "GET",
                        "audit?kind=call&limit=500&order=oldest&key=" + keyId + after, "");
                if (reply.statusCode() != 200) {
                    return rows;
                }
                JsonNode page = JSON.readTree(reply.body());
                for (JsonNode item : page.path("items")) {
                    JsonNode record = item.path("record");
                    if (rows.put(record.path("requestId").asText(),
                            record.path("usage").path("outputTokens").asLong()) != null) {
                        twice.add(record.path("requestId").asText());
                    }
                }
                after = page.path("next").isTextual() ? "&after=" + page.path("next").asText() : "";
            } while (!after.isEmpty());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        assertThat(twice).as("calls with two rows").isEmpty();
        return rows;
    }

    private long usageOf(DemoProcess box, String keyId) throws IOException {
        JsonNode usage = JSON.readTree(admin(box, "GET", "usage?key=" + keyId, "").body());
        long tokens = 0;
        for (JsonNode line : usage.path("lines")) {
            tokens += line.path("outputTokens").asLong();
        }
        return tokens;
    }

    private static void assertVerified(DemoProcess box) {
        DemoProcess.Result verify = DemoProcess
                .run(DemoProcess.command("audit", "verify", "--data", box.data().toString()));
        assertThat(verify.exit()).as(verify.output()).isZero();
    }

    private static void await(BooleanSupplier condition, String otherwise) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(otherwise).isLessThan(deadline);
            LockSupport.parkNanos(200_000_000);
        }
    }
}
