package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** A store in a directory of the test, which can be closed and opened again. */
final class StoreBench implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final Path directory;
    final Map<String, String> users = new HashMap<>();
    KeyPair keys = freshKeys();
    ModelStoreSettings settings;
    List<HubSettings> hubs = List.of();
    SpaceGuard.FreeSpace freeSpace = SpaceGuard.FreeSpace.ofFileSystem();
    ModelStore store;

    StoreBench(Path parent) throws IOException {
        directory = parent.resolve("store");
        settings = ModelStoreSettings.in(directory).withReserve(0).withPatience(Duration.ofSeconds(5), 4,
                Duration.ofMillis(1), Duration.ofMillis(20));
        store = open();
    }

    static KeyPair freshKeys() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private ModelStore open() throws IOException {
        return ModelStore.open(settings, new ModelStore.Surroundings(new ManifestKeys(keys, List.of()), () -> hubs,
                id -> Optional.ofNullable(users.get(id)), Clock.fixed(NOW, ZoneOffset.UTC), System::nanoTime),
                path -> freeSpace.usableBytes(path));
    }

    void reopen() throws IOException {
        store.close();
        store = open();
    }

    static ImportWish fromDirectory(Path path) {
        return ImportWish.of("acme/tiny", new ModelSource.Directory(path, ModelSource.Placement.COPY), "anna");
    }

    static ImportWish fromArchive(Path path) {
        return ImportWish.of("acme/tiny", new ModelSource.Archive(path), "anna");
    }

    static ImportWish fromHub() {
        return ImportWish.of("acme/tiny", new ModelSource.Hub("mirror", "acme/tiny", "main"), "anna");
    }

    ImportJob begin(ImportWish wish) {
        return accepted(store.begin(wish));
    }

    static ImportJob accepted(ImportStart start) {
        return switch (start) {
            case ImportStart.Accepted(ImportJob job) -> job;
            case ImportStart.Refused(ImportProblem problem) -> throw new AssertionError(problem.message());
        };
    }

    static ImportOutcome end(ImportJob job) throws InterruptedException {
        return job.await(PATIENCE).orElseThrow(() -> new AssertionError("no end of " + job.progress()));
    }

    StoredModel imported(ImportWish wish) throws InterruptedException {
        return imported(begin(wish));
    }

    static StoredModel imported(ImportJob job) throws InterruptedException {
        ImportOutcome outcome = end(job);
        if (outcome instanceof ImportOutcome.Imported(StoredModel model)) {
            return model;
        }
        throw new AssertionError(outcome instanceof ImportOutcome.Failed(ImportProblem problem)
                ? problem.message()
                : outcome.toString());
    }

    /** The problem that this import ends with; nothing of it may be visible then. */
    ImportProblem failure(ImportWish wish) throws Exception {
        return failure(begin(wish));
    }

    ImportProblem failure(ImportJob job) throws Exception {
        ImportOutcome outcome = end(job);
        assertThat(outcome).isInstanceOf(ImportOutcome.Failed.class);
        assertThat(store.models()).isEmpty();
        assertThat(list("models")).isEmpty();
        ImportProblem problem = ((ImportOutcome.Failed) outcome).problem();
        if (!problem.resumable()) {
            assertThat(list("incoming")).isEmpty();
        }
        return problem;
    }

    List<Path> list(String part) throws IOException {
        try (Stream<Path> children = Files.list(directory.resolve(part))) {
            return children.toList();
        }
    }

    /** What is being deleted is gone in a moment: an import has ended before its room is cleared. */
    void assertNothingIsLeft() throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!list("leaving").isEmpty() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(list("leaving")).isEmpty();
    }

    /** Looks every byte up that should have arrived. */
    void assertHolds(StoredModel model, ModelFiles expected) throws IOException {
        assertThat(model.manifest().files()).extracting(ModelManifest.File::path)
                .containsExactlyElementsOf(expected.files().keySet());
        for (Map.Entry<String, byte[]> file : expected.files().entrySet()) {
            assertThat(model.directory().resolve(file.getKey())).hasBinaryContent(file.getValue());
        }
        assertThat(store.verify(model.id(), Verification.Depth.FULL)).isInstanceOf(Verification.Sound.class);
    }

    static void awaitThat(Check check) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!check.holds()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it did not come true");
            }
            Thread.sleep(5);
        }
    }

    interface Check {
        boolean holds() throws Exception;
    }

    @Override
    public void close() throws IOException {
        store.close();
        // The test's own directory must be deletable again.
        Durable.delete(directory);
    }
}
