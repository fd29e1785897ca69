package org.gatehouse.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.store.Backup;
import org.gatehouse.store.BackupKey;
import org.gatehouse.store.DataDirectory;
import org.gatehouse.store.Database;
import org.gatehouse.store.DatabaseSettings;
import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;
import org.gatehouse.store.Restore;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;
import org.gatehouse.store.StoreFailure;
import org.gatehouse.usage.KeyLastUse;
import org.gatehouse.usage.UsageRollups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ParameterizedClass
@EnumSource(Databases.class)
final class BackupRestoreIT {

    private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");
    private static final SecretPlace PLACE = new SecretPlace("upstream", "1", "api_key");
    private static final char[] PASSPHRASE = "correct horse".toCharArray();

    private final Databases kind;
    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();
    private Path data;
    private Path scratch;
    private TrailFixture fixture;

    BackupRestoreIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path data, @TempDir Path scratch) {
        this.data = data;
        this.scratch = scratch;
        fixture = TrailFixture.on(kind, data, new UsageRollups(), new KeyLastUse());
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void boxComesBackWholeFromABackupMadeWhileItServed() throws IOException, InterruptedException {
        List<CallRecord> before = fixture.append(300, START);
        CallRecord withBodies = fixture.samples().completed(START);
        fixture.trail().appendDurably(withBodies,
                new RecordedBodies(new byte[]{1, 2}, new byte[400_000], START.plus(Duration.ofDays(900))),
                TrailFixture.SOON);
        fixture.flush();
        byte[] secret = fixture.secretBox().sealText(PLACE, "sk-upstream");
        Path file = scratch.resolve("box.backup");
        AtomicBoolean stop = new AtomicBoolean();
        Set<UUID> meanwhile = ConcurrentHashMap.newKeySet();
        Thread load = Thread.ofPlatform().start(() -> {
            SampleCalls samples = new SampleCalls(99);
            while (!stop.get()) {
                CallRecord call = samples.completed(Instant.now());
                fixture.trail().appendDurably(call, null, TrailFixture.SOON);
                meanwhile.add(call.id());
            }
        });
        Backup.Summary written = write(file, PASSPHRASE);
        stop.set(true);
        load.join();
        assertThat(meanwhile).isNotEmpty();

        Path target = scratch.resolve("restored");
        DatabaseSettings settings = new DatabaseSettings.Embedded(target.resolve("database"));
        Restore.Summary restored = new Restore(clock).run(file, target, settings, PASSPHRASE);
        assertThat(restored).isEqualTo(new Restore.Summary(written.rows(), written.keyEncryptionKeyId(), true, null));
        try (DataDirectory directory = DataDirectory.open(target); Database database = Database.open(settings)) {
            SecretBox secretBox = SecretBox.open(database, directory.secret(), random, clock);
            assertThat(secretBox.openText(PLACE, secret)).isEqualTo("sk-upstream");
            try (Trail trail = Trail.open(database, secretBox,
                    new TrailSettings(new JournalSettings(directory.journal(), 1 << 20, 64 << 20), 50,
                            Duration.ofMinutes(5)),
                    List.of(new UsageRollups(), new KeyLastUse()), clock, new Ids())) {
                assertThat(trail.node()).isEqualTo(fixture.node());
                assertThat(ids(database)).containsAll(before.stream().map(CallRecord::id).toList());
                TrailSearch search = new TrailSearch(database, trail);
                assertThat(search.bodiesOf(withBodies.id()).reply()).isEqualTo(new byte[400_000]);
                trail.appendDurably(fixture.samples().completed(START), null, TrailFixture.SOON);
                assertThat(TrailVerification.of(database, secretBox, trail).verify(null, null))
                        .isInstanceOf(VerificationResult.Intact.class);
                assertThat(sum(database, "SELECT SUM(calls) FROM usage_rollup WHERE grain = 3"))
                        .isEqualTo(sum(database, "SELECT COUNT(*) FROM trail WHERE kind = 'call'"));
            }
            assertThat(TrailVerification.of(database, Map.of(fixture.node(), fixture.trail().key().publicKey()))
                    .verify(null, null)).isInstanceOf(VerificationResult.Intact.class);
        }
    }

    @Test
    void backupMovesABoxToTheOtherDatabase() throws IOException {
        fixture.append(120, START);
        Path file = scratch.resolve("box.backup");
        write(file, null);
        Databases other = kind == Databases.H2 ? Databases.POSTGRESQL : Databases.H2;
        try (Databases.Fresh fresh = other.fresh(scratch.resolve("other"))) {
            DatabaseSettings settings = fresh.settings();
            Path target = scratch.resolve("other");
            if (other == Databases.H2) {
                fresh.database().close();
            }
            Restore.Summary restored = new Restore(clock).run(file, target, settings, null);
            assertThat(restored.keyInPlace()).isFalse();
            assertThat(restored.movedAside() != null).isEqualTo(other == Databases.H2);
            try (Database database = Database.open(settings)) {
                assertThat(ids(database)).isEqualTo(ids(fixture.fresh().database())).hasSize(120);
                assertThat(TrailVerification.of(database, Map.of(fixture.node(), fixture.trail().key().publicKey()))
                        .verify(null, null)).isInstanceOf(VerificationResult.Intact.class);
            }
            if (other == Databases.POSTGRESQL) {
                assertThatThrownBy(() -> new Restore(clock).run(file, scratch.resolve("again"), settings, null))
                        .isInstanceOf(StoreFailure.class).hasMessageContaining("not empty");
            }
        }
    }

    @Test
    void keyStaysOutOfABackupWithoutAPassphrase() throws IOException {
        fixture.append(5, START);
        Path file = scratch.resolve("box.backup");
        assertThat(write(file, null).holdsKey()).isFalse();
        String key = Files.readString(data.resolve("secret/key-encryption-key")).substring(16).strip();
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)).doesNotContain(key);
        Path target = scratch.resolve("restored");
        DatabaseSettings settings = new DatabaseSettings.Embedded(target.resolve("database"));
        assertThatThrownBy(() -> new Restore(clock).run(file, target, settings, PASSPHRASE))
                .hasMessageContaining("without a passphrase").hasMessageContaining("Nothing was touched");
        new Restore(clock).run(file, target, settings, null);
        try (Database database = Database.open(settings)) {
            assertThatThrownBy(() -> SecretBox.open(database, target.resolve("secret"), random, clock))
                    .isInstanceOf(StoreFailure.class).hasMessageContaining("missing");
        }
    }

    @Test
    void keyThatIsAddedOnTheBoxOpensTheRestoredOne() throws IOException {
        fixture.append(5, START);
        byte[] secret = fixture.secretBox().sealText(PLACE, "sk-upstream");
        Path file = scratch.resolve("box.backup");
        write(file, null);
        assertThatThrownBy(() -> BackupKey.add(file, scratch.resolve("elsewhere"), PASSPHRASE, random))
                .isInstanceOf(StoreFailure.class).hasMessageContaining("Only on the box itself");
        Path foreign = scratch.resolve("foreign");
        Files.createDirectories(foreign);
        Files.writeString(foreign.resolve("key-encryption-key"),
                "gatehouse-key-1 " + Base64.getEncoder().encodeToString(new byte[32]));
        assertThatThrownBy(() -> BackupKey.add(file, foreign, PASSPHRASE, random))
                .isInstanceOf(StoreFailure.class).hasMessageContaining("another box");

        BackupKey.add(file, data.resolve("secret"), PASSPHRASE, random);

        Path target = scratch.resolve("restored");
        DatabaseSettings settings = new DatabaseSettings.Embedded(target.resolve("database"));
        assertThatThrownBy(() -> new Restore(clock).run(file, target, settings, "wrong one".toCharArray()))
                .hasMessageContaining("the passphrase is not the one").hasMessageContaining("Nothing was touched");
        assertThat(new Restore(clock).run(file, target, settings, PASSPHRASE).keyInPlace()).isTrue();
        try (Database database = Database.open(settings)) {
            assertThat(SecretBox.open(database, target.resolve("secret"), random, clock).openText(PLACE, secret))
                    .isEqualTo("sk-upstream");
        }
    }

    @Test
    void stateOfBeforeIsMovedAsideAndDirectoryInUseIsRefused() throws IOException {
        fixture.append(5, START);
        Path file = scratch.resolve("box.backup");
        write(file, PASSPHRASE);
        Path target = scratch.resolve("restored");
        DatabaseSettings settings = new DatabaseSettings.Embedded(target.resolve("database"));
        new Restore(clock).run(file, target, settings, PASSPHRASE);
        Map<String, Long> first = files(target);
        try (DataDirectory inUse = DataDirectory.open(target)) {
            assertThatThrownBy(() -> new Restore(clock).run(file, inUse.root(), settings, PASSPHRASE))
                    .isInstanceOf(StoreFailure.class).hasMessageContaining("in use");
        }
        assertThat(files(target)).isEqualTo(first);
        Restore.Summary again = new Restore(clock).run(file, target, settings, PASSPHRASE);
        assertThat(again.movedAside()).isNotNull().satisfies(
                aside -> assertThat(java.util.Objects.requireNonNull(aside).resolve("database/gatehouse.mv.db"))
                        .exists());
        assertThat(target.resolve("database/gatehouse.mv.db")).exists();
    }

    @Test
    void flippedBitIsRefusedUnlessItChangesNothing() throws IOException {
        fixture.append(60, START);
        Path file = scratch.resolve("box.backup");
        write(file, null);
        byte[] whole = Files.readAllBytes(file);
        Set<UUID> ids = ids(fixture.fresh().database());
        Random positions = new Random(6);
        int refused = 0;
        for (int round = 0; round < 30; round++) {
            byte[] flipped = whole.clone();
            flipped[positions.nextInt(whole.length)] ^= (byte) (1 << positions.nextInt(8));
            Files.write(file, flipped);
            Path target = scratch.resolve("flipped" + round);
            DatabaseSettings settings = new DatabaseSettings.Embedded(target.resolve("database"));
            try {
                new Restore(clock).run(file, target, settings, null);
            } catch (StoreFailure e) {
                assertThat(e).hasMessageContaining("Nothing was touched");
                assertThat(target).doesNotExist();
                refused++;
                continue;
            }
            // A zip repeats names, dates and sums that no reader looks at.
            try (Database database = Database.open(settings)) {
                assertThat(ids(database)).isEqualTo(ids);
                assertThat(TrailVerification.of(database, Map.of(fixture.node(), fixture.trail().key().publicKey()))
                        .verify(null, null)).isInstanceOf(VerificationResult.Intact.class);
            }
        }
        assertThat(refused).isGreaterThan(15);
    }

    @Test
    void wrongFilesAreRefusedBeforeAnythingIsTouched() throws IOException {
        fixture.append(60, START);
        Path file = scratch.resolve("box.backup");
        write(file, PASSPHRASE);
        byte[] whole = Files.readAllBytes(file);
        Path target = scratch.resolve("target");
        Files.createDirectories(target.resolve("database"));
        Files.writeString(target.resolve("database/gatehouse.mv.db"), "the box of before");
        Map<String, Long> before = files(target);
        Random positions = new Random(6);
        for (int round = 0; round < 12; round++) {
            assertRefused(Arrays.copyOf(whole, positions.nextInt(whole.length)), target, PASSPHRASE);
        }
        assertRefused(whole, target, "wrong".toCharArray());
        assertRefused("not a zip".getBytes(StandardCharsets.UTF_8), target, PASSPHRASE);
        assertRefused(zip(Map.of("readme.txt", "hello")), target, PASSPHRASE);
        assertRefused(zip(Map.of("manifest.json", "{\"format\":\"other\"}")), target, PASSPHRASE);
        assertRefused(zip(Map.of("manifest.json", "{\"format\":\"gatehouse-backup\",\"version\":1,"
                + "\"createdAt\":\"2026-11-20T00:00:00Z\",\"schema\":\"999\",\"keyEncryptionKeyId\":\"x\",\"parts\":[]}")),
                target, null);
        assertRefused(zip(Map.of("../../evil", "x", "manifest.json",
                "{\"format\":\"gatehouse-backup\",\"version\":1,\"createdAt\":\"2026-11-20T00:00:00Z\",\"schema\":\"020\","
                        + "\"keyEncryptionKeyId\":\"x\",\"parts\":[{\"name\":\"files/../../evil\",\"sha256\":\"00\","
                        + "\"rows\":0}]}")),
                target, null);
        assertThat(files(target)).isEqualTo(before);
    }

    private void assertRefused(byte[] bytes, Path target, char @Nullable [] passphrase) throws IOException {
        Path file = scratch.resolve("wrong.backup");
        Files.write(file, bytes);
        DatabaseSettings settings = new DatabaseSettings.Embedded(target.resolve("database"));
        assertThatThrownBy(() -> new Restore(clock).run(file, target, settings, passphrase))
                .isInstanceOf(StoreFailure.class).hasMessageContaining("Nothing was touched");
    }

    private Backup.Summary write(Path file, char @Nullable [] passphrase) throws IOException {
        fixture.flush();
        try (OutputStream out = Files.newOutputStream(file)) {
            return new Backup(fixture.fresh().database(), fixture.secretBox(), data, clock, random).write(out,
                    passphrase);
        }
    }

    private static byte[] zip(Map<String, String> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    private static Map<String, Long> files(Path directory) throws IOException {
        Map<String, Long> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).filter(file -> !file.endsWith("gatehouse.lock"))
                    .toList()) {
                files.put(directory.relativize(file).toString(), Files.size(file));
            }
        }
        return files;
    }

    private static Set<UUID> ids(Database database) {
        return new HashSet<>(database.jdbi().withHandle(
                handle -> handle.createQuery("SELECT id FROM trail WHERE kind = 'call'").mapTo(UUID.class).list()));
    }

    private static long sum(Database database, String sql) {
        return database.jdbi().withHandle(handle -> handle.createQuery(sql).mapTo(Long.class).one());
    }
}
