package org.gatehouse.gateway;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.gateway.queue.QueueTerms;
import org.gatehouse.gateway.queue.QueueView;
import org.gatehouse.gateway.upstream.LocalEngines.Instance;
import org.gatehouse.gateway.upstream.LocalEngines.Standing;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;

/** Departments that want more of an engine than it has, through the whole gateway: what each of them gets. */
class SharedEngineIT {
    private static final String CHAT = "/v1/chat/completions";
    private static final String TENTH_OF_A_SECOND = "tokens=10 token-ms=10";

    private final TestBox box = new TestBox();
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> clients = new ArrayList<>();

    SharedEngineIT() {
        box.model("mine", box.upstream("fleet", Upstream.Kind.VLLM, "deployment:q", null, true), "engine-model",
                ModelRoute.Tokenizer.UNKNOWN);
    }

    @AfterEach
    void close() throws InterruptedException {
        over.set(true);
        for (Thread client : clients) {
            client.join();
        }
        box.assertNothingHeld();
        box.close();
    }

    @Test
    void departmentsGetTokensByTheirWeights() throws Exception {
        places(4);
        // The light one asks for longer answers, so that counting calls instead of tokens would show.
        flood(key("heavy", 3), 30, TENTH_OF_A_SECOND);
        flood(key("light", 1), 30, "tokens=25 token-ms=10");
        TestBox.await(() -> queue().waiting() > 40, "nobody waits");
        int from = box.rows.size();
        Thread.sleep(8_000);
        List<CallRecord> rows = List.copyOf(box.rows.subList(from, box.rows.size()));

        double heavy = tokens(rows, "heavy");
        double light = tokens(rows, "light");
        assertThat(light).isPositive();
        assertThat(heavy / light).isBetween(2.4, 3.6);
    }

    @Test
    void departmentThatFloodsTheEngineDoesNotStarveAnother() {
        places(4);
        flood(key("flood", 1), 100, TENTH_OF_A_SECOND);
        TestBox.await(() -> queue().waiting() > 80, "nobody waits");
        String modest = key("modest", 1);
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            long begun = System.nanoTime();
            assertThat(box.post(modest, CHAT, TestBox.chat("mine", "[[sim " + TENTH_OF_A_SECOND + "]]", ""))
                    .statusCode()).isEqualTo(200);
            waits.add((System.nanoTime() - begun) / 1_000_000);
        }
        // In the order of their coming each would wait for a hundred others: two seconds and a half.
        waits.sort(null);
        assertThat(waits.get(waits.size() / 2)).as("median of %s ms", waits).isLessThan(700);
    }

    @Test
    void interactiveCallsGoBeforeThoseThatNobodyWaitsFor() throws Exception {
        places(1);
        String key = key("mixed", 1);
        CompletableFuture<HttpResponse<String>> first = call(key, "tokens=30 token-ms=10", "");
        TestBox.await(() -> box.berths.inFlight("one") == 1, "the call is not there");
        List<CompletableFuture<HttpResponse<String>>> batch = new ArrayList<>();
        List<CompletableFuture<HttpResponse<String>>> interactive = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            batch.add(call(key, "tokens=5 token-ms=10", "batch"));
        }
        TestBox.await(() -> queue().waitingBatch() == 9, "they do not wait");
        for (int i = 0; i < 9; i++) {
            interactive.add(call(key, "tokens=5 token-ms=10", "interactive"));
        }
        TestBox.await(() -> queue().waiting() == 18, "they do not wait");
        for (CompletableFuture<HttpResponse<String>> one : interactive) {
            assertThat(one.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        assertThat(batch.stream().filter(CompletableFuture::isDone).count()).isLessThanOrEqualTo(1);
        for (CompletableFuture<HttpResponse<String>> one : batch) {
            assertThat(one.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }
        assertThat(first.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @Test
    void whoIsTurnedAwayHearsAboutHowLongTheOthersWait() throws Exception {
        places(2);
        String key = key("crowd", 1);
        // The box learns how long calls take.
        for (int i = 0; i < 4; i++) {
            call(key, "tokens=10 token-ms=100", "").get(10, TimeUnit.SECONDS);
        }
        List<CompletableFuture<HttpResponse<String>>> crowd = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            crowd.add(call(key, "tokens=10 token-ms=100", ""));
        }
        TestBox.await(() -> queue().waiting() == 10, "they do not wait");
        HttpResponse<String> away = box.post(key("hasty", "crowd", 1, Duration.ZERO), CHAT,
                TestBox.chat("mine", "[[sim tokens=1]]", ""));
        long begun = System.nanoTime();
        assertThat(call(key, "tokens=1", "").get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        double waited = (System.nanoTime() - begun) / 1e9;

        assertThat(away.statusCode()).isEqualTo(429);
        double told = away.headers().firstValueAsLong("retry-after").orElse(0);
        assertThat(told).as("told %s s, waited %s s", told, waited).isBetween(waited * 0.6, waited * 1.7);
        for (CompletableFuture<HttpResponse<String>> one : crowd) {
            one.get(10, TimeUnit.SECONDS);
        }
    }

    private QueueView queue() {
        QueueView view = box.berths.queues().get("q");
        return view == null
                ? new QueueView(0, 0, 0, 0, java.util.Map.of(), Duration.ZERO, java.util.Map.of(), 0,
                        new QueueView.Waits(List.of(), 0), new QueueView.Waits(List.of(), 0))
                : view;
    }

    private void places(int places) {
        box.engines.set("q", new Standing.Ready(List.of(new Instance("one", box.engine.uri() + "/v1", null, false, 0)),
                QueueTerms.of(places)));
    }

    private static double tokens(List<CallRecord> rows, String department) {
        return rows.stream().filter(row -> row.caller() != null && department.equals(row.caller().departmentName()))
                .mapToLong(row -> row.usage().inputTokens() + 3 * row.usage().outputTokens()).sum();
    }

    /** Clients that call again as soon as they have their answers. */
    private void flood(String key, int many, String directive) {
        for (int i = 0; i < many; i++) {
            clients.add(Thread.startVirtualThread(() -> {
                while (!over.get()) {
                    box.post(key, CHAT, TestBox.chat("mine", "[[sim " + directive + "]]", ",\"max_tokens\":50"));
                }
            }));
        }
    }

    private CompletableFuture<HttpResponse<String>> call(String key, String directive, String ofClass) {
        HttpRequest.Builder request = HttpRequest.newBuilder(box.uri(CHAT)).header("authorization", "Bearer " + key)
                .header("content-type", "application/json").POST(HttpRequest.BodyPublishers
                        .ofString(TestBox.chat("mine", "[[sim " + directive + "]]", "")));
        return box.http.sendAsync((ofClass.isEmpty() ? request : request.header("x-gatehouse-class", ofClass)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String key(String department, int weight) {
        return key(department, department, weight, Duration.ofSeconds(60));
    }

    private String key(String name, String department, int weight, Duration wait) {
        return box.key(name, key -> new KeyRecord(key.id(), key.name(), key.organisationId(),
                UUID.nameUUIDFromBytes(department.getBytes(StandardCharsets.UTF_8)), department, key.projectId(),
                key.projectName(), key.owner(), key.ownerName(), key.state(), key.expiresAt(), key.models(),
                key.surfaces(), key.addresses(), key.limits(), key.budgets(), key.recording(), key.recordingDays(),
                new EngineTerms(0, EngineTerms.PrefixCache.DEPARTMENT, wait, EngineTerms.CallClass.INTERACTIVE,
                        weight)));
    }
}
