package org.gatehouse.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.batch.Batch.State;
import org.gatehouse.gateway.TestBox;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;

import static org.assertj.core.api.Assertions.assertThat;

/** What time, bounds and broken things do to files and batches. */
@Timeout(120)
@ParameterizedClass
@EnumSource(Databases.class)
final class BatchLifeIT {
    private static final BatchLimits SMALL = new BatchLimits(10_000, 20, 2_000, 4, 15_000, 2, 2, 3,
            Duration.ofHours(24), Duration.ofDays(30));

    private final Databases kind;
    @TempDir
    Path directory;
    private final TestBox box = new TestBox();
    private final MovedClock clock = new MovedClock();
    private final WrittenTrail trail = new WrittenTrail();
    private Databases.Fresh fresh;
    private SecretBox secrets;
    private Client client;
    private @Nullable Batches batches;

    BatchLifeIT(Databases kind) {
        this.kind = kind;
    }

    /** The wall's, moved by a test. */
    private static final class MovedClock extends Clock {
        private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

        void move(Duration further) {
            ahead.updateAndGet(further::plus);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead.get());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private static final class WrittenTrail implements AdminTrail {
        private final UUID node = UUID.randomUUID();
        private final List<AdminRecord> records = new CopyOnWriteArrayList<>();

        @Override
        public UUID node() {
            return node;
        }

        @Override
        public void append(AdminRecord action) {
            records.add(action);
        }

        @Override
        public boolean holds(AdminRecord action) {
            return records.contains(action);
        }
    }

    @BeforeEach
    void open() throws IOException {
        fresh = kind.fresh(directory);
        secrets = SecretBox.open(fresh.database(), directory.resolve("secret"), new SecureRandom(),
                Clock.systemUTC());
        box.key("nightly");
        KeyRecord key = box.snapshot().credentials().values().iterator().next().key();
        client = new Client(key, "127.0.0.1", "request", "night");
        start();
    }

    private void start() throws IOException {
        batches = Batches.open(new Batches.Rooms(directory.resolve("batches"), fresh.database(), secrets, trail,
                box.pipeline, box::snapshot, clock, System::nanoTime, new Ids(), new Random(55),
                Duration.ofMillis(100)), SMALL);
    }

    private Batches batches() {
        return java.util.Objects.requireNonNull(batches);
    }

    @AfterEach
    void close() throws InterruptedException {
        batches().close();
        box.close();
        fresh.close();
    }

    private Decision<StoredFile> upload(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return switch (batches().files().begin(client, bytes.length)) {
            case Decision.Denied<ClientFiles.Upload>(var refusal) -> new Decision.Denied<>(refusal);
            case Decision.Given<ClientFiles.Upload>(ClientFiles.Upload upload) -> {
                try (upload) {
                    upload.take(bytes, 0, bytes.length);
                    yield upload.keep("rows.jsonl", null);
                }
            }
        };
    }

    private static <T> T given(Decision<T> decision) {
        if (decision instanceof Decision.Given<T>(T value)) {
            return value;
        }
        throw new AssertionError(decision.toString());
    }

    private static Reason denied(Decision<?> decision) {
        if (decision instanceof Decision.Denied<?>(var refusal)) {
            return refusal.reason();
        }
        throw new AssertionError(decision.toString());
    }

    private static String rows(int count, String directive) {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < count; i++) {
            rows.append("{\"custom_id\":\"r").append(i).append(
                    "\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"model\":\"local\",\"messages\":"
                            + "[{\"role\":\"user\",\"content\":\"[[sim ")
                    .append(directive).append("]]\"}]}}\n");
        }
        return rows.toString();
    }

    private Decision<Batch> order(StoredFile file) {
        return batches().create(client, new NewBatch(file.id(), Endpoint.CHAT_COMPLETIONS, Map.of("a", "b"), null));
    }

    private Batch find(Batch batch) {
        return batches().find(client.project(), batch.id()).orElseThrow();
    }

    private Batch await(Batch batch, State state) {
        TestBox.await(() -> find(batch).state() == state, "is not " + state + " but " + find(batch));
        return find(batch);
    }

    private List<String> content(UUID file) throws IOException {
        StoredFile found = batches().files().find(client.project(), file).orElseThrow();
        try (InputStream in = given(batches().files().open(found))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void batchOfADayThatIsOverTellsWhatWasNotDoneAndStopsWhatRuns() throws IOException {
        StoredFile file = given(upload(rows(1, "tokens=2") + rows(6, "tokens=2 first-token-ms=60000")
                .replace("\"custom_id\":\"r", "\"custom_id\":\"s")));
        Batch batch = given(order(file));
        TestBox.await(() -> find(batch).counts().completed() == 1 && box.engine.running() == 2, "the rows do not run");

        clock.move(SMALL.window());

        Batch expired = await(batch, State.EXPIRED);
        assertThat(expired.counts()).isEqualTo(new Batch.Counts(7, 1, 6));
        assertThat(content(expired.outputFile())).hasSize(1);
        assertThat(content(expired.errorFile())).hasSize(6).allMatch(line -> line.contains("\"batch_expired\"")
                && line.contains("\"response\":null"));
        TestBox.await(() -> box.engine.running() == 0, "the engine still works");
    }

    @Test
    void batchWhoseTimeRanOutWhileTheBoxWasOffIsToldSoAtTheStart() throws Exception {
        Batch batch = given(order(given(upload(rows(5, "tokens=2 first-token-ms=60000")))));
        TestBox.await(() -> box.engine.running() == 2, "the rows do not run");
        batches().close();
        clock.move(SMALL.window());

        start();

        Batch expired = await(batch, State.EXPIRED);
        assertThat(expired.counts()).isEqualTo(new Batch.Counts(5, 0, 5));
        assertThat(expired.hasOutput()).isFalse();
        assertThat(content(expired.errorFile())).hasSize(5);
        try (var paths = Files.list(directory.resolve("batches"))) {
            assertThat(paths).as("the input and the errors").hasSize(2);
        }
    }

    @Test
    void whatIsKeptLongEnoughGoesAndWhatBelongsToNobodyGoesAtTheStart() throws Exception {
        Batch batch = await(given(order(given(upload(rows(2, "tokens=2"))))), State.COMPLETED);
        assertThat(batches().files().bytes()).isPositive();
        Path orphan = Files.write(directory.resolve("batches").resolve(UUID.randomUUID() + ".sealed"), new byte[10]);
        clock.move(SMALL.retention().minusMinutes(1));
        assertThat(batches().files().expire()).isZero();

        clock.move(Duration.ofMinutes(2));
        assertThat(batches().files().expire()).isEqualTo(2);

        assertThat(batches().files().list(client.project(), null, null, false, 10)).isEmpty();
        assertThat(batches().files().bytes()).isZero();
        assertThat(find(batch).state()).isEqualTo(State.COMPLETED);
        batches().close();
        start();
        assertThat(orphan).doesNotExist();
    }

    @Test
    void everythingHasABound() {
        assertThat(denied(upload("x".repeat(10_001)))).isEqualTo(Reason.REQUEST_TOO_LARGE);
        StoredFile slow = given(upload(rows(15, "tokens=2 first-token-ms=60000")));
        assertThat(denied(upload("x".repeat(13_000)))).as("announced").isEqualTo(Reason.REQUEST_TOO_LARGE);
        given(upload("x".repeat(9_900)));
        assertThat(denied(upload("x".repeat(9_900)))).as("bytes of the project").isEqualTo(Reason.QUOTA_USED_UP);
        given(upload("x"));
        StoredFile last = given(upload("x"));
        assertThat(denied(upload("x"))).as("files of the project").isEqualTo(Reason.QUOTA_USED_UP);
        assertThat(denied(order(slow))).as("no room for results").isEqualTo(Reason.QUOTA_USED_UP);
        given(batches().files().delete(client, last));

        Batch first = given(order(slow));
        Batch second = given(order(slow));
        assertThat(denied(order(slow))).as("batches of the project").isEqualTo(Reason.RATE_LIMITED);
        TestBox.await(() -> box.engine.running() == 3, "the box runs " + box.engine.running());
        assertThat(denied(batches().files().delete(client, slow))).isEqualTo(Reason.INVALID_REQUEST);
        assertThat(batches().figures().rowsRunning()).isEqualTo(3);
        for (Batch batch : List.of(first, second)) {
            given(batches().cancel(client, batch));
            await(batch, State.CANCELLED);
        }
        given(batches().files().delete(client, slow));
        assertThat(trail.records).extracting(AdminRecord::action).containsSubsequence("create", "delete", "create",
                "cancel",
                "cancel", "delete");
    }

    @Test
    void inputThatIsDamagedFailsItsBatchAndNothingElse() throws Exception {
        StoredFile file = given(upload(rows(5, "tokens=2")));
        Path stored = directory.resolve("batches").resolve(file.id() + ".sealed");
        byte[] bytes = Files.readAllBytes(stored);
        bytes[bytes.length / 2] ^= 1;
        Files.write(stored, bytes);

        Batch failed = await(given(order(file)), State.FAILED);

        assertThat(failed.problems()).extracting(LineProblem::code).containsExactly("input_unreadable");
        StoredFile good = given(upload(rows(2, "tokens=2")));
        assertThat(await(given(order(good)), State.COMPLETED).counts()).isEqualTo(new Batch.Counts(2, 2, 0));
    }

    @Test
    void batchesAndFilesAreStoredAsTheyAre() {
        Batch batch = await(given(order(given(upload(rows(3, "tokens=2") + "\n")))), State.COMPLETED);
        assertThat(batch.scenario()).isEqualTo("night");
        assertThat(batch.metadata()).containsEntry("a", "b");
        assertThat(batch.expiresAt()).isEqualTo(batch.createdAt().plus(SMALL.window()));
        assertThat(batches().list(client.project(), State.COMPLETED, null, 5)).containsExactly(batch);
        assertThat(batches().list(null, null, batch.id(), 5)).isEmpty();
        assertThat(batches().list(UUID.randomUUID(), null, null, 5)).isEmpty();
        assertThat(batches().files().list(client.project(), StoredFile.Purpose.BATCH_OUTPUT, null, true, 5))
                .singleElement()
                .satisfies(file -> assertThat(file.name()).isEqualTo(batch.publicId() + "_output.jsonl"));
        assertThat(box.rows).hasSize(3).allMatch(row -> row.scenario() != null && row.scenario().equals("night")
                && row.traceId().equals(batch.publicId().substring(6)));
    }
}
