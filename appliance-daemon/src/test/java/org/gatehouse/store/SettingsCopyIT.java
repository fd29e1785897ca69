package org.gatehouse.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever was set must be in a copy by the time that whoever set it is told so. */
final class SettingsCopyIT {

    @TempDir
    private Path directory;

    private static void set(Database database, String name) {
        database.jdbi().useTransaction(handle -> insert(handle, name));
    }

    private static void insert(Handle handle, String name) {
        handle.execute("INSERT INTO named_secret (name, sealed, created_at) VALUES (?, ?, CURRENT_TIMESTAMP)", name,
                new byte[]{1});
    }

    private static List<String> names(Database database) {
        return database.jdbi().withHandle(handle -> handle
                .createQuery("SELECT name FROM named_secret WHERE name NOT LIKE 'large-%'").mapTo(String.class)
                .list());
    }

    /** What lies on the disk now, as a power cut leaves it, but for the database's file, which is all zeros. */
    private Path powerCut(String name) throws IOException {
        Path cut = directory.resolve(name);
        Path live = directory.resolve("live");
        try (Stream<Path> files = Files.walk(live)) {
            for (Path file : files.toList()) {
                Path to = cut.resolve(live.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        Path file = cut.resolve("database").resolve("gatehouse.mv.db");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate((int) channel.size()), 0);
        }
        return cut;
    }

    /** The copy is read over a connection, too: who waited for it with one in hand waited in vain, and everybody else with them. */
    @Test
    void changesThatHoldEveryConnectionWhenTheyCommitDoNotWaitForEachOther() throws InterruptedException {
        DatabaseSettings settings = new DatabaseSettings.Embedded(directory.resolve("live/database"));
        try (Database database = Database.open(settings, Duration.ofMinutes(1))) {
            CyclicBarrier allHold = new CyclicBarrier(Database.CONNECTIONS);
            CountDownLatch told = new CountDownLatch(Database.CONNECTIONS);
            for (int i = 0; i < Database.CONNECTIONS; i++) {
                String name = "change " + i;
                Thread.ofVirtual().start(() -> {
                    database.jdbi().useTransaction(handle -> {
                        insert(handle, name);
                        meet(allHold);
                    });
                    told.countDown();
                });
            }
            assertThat(told.await(20, TimeUnit.SECONDS)).as("%s still wait", told.getCount()).isTrue();
            assertThat(names(database)).hasSize(Database.CONNECTIONS);
        }
    }

    private static void meet(CyclicBarrier others) {
        try {
            others.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void transactionThatOnlyReadWritesNoCopy() throws IOException {
        try (Database database = Database.open(new DatabaseSettings.Embedded(directory.resolve("live/database")))) {
            set(database, "change");
            long changes = database.changes();
            List<Path> copies = copies();
            database.jdbi().inTransaction(handle -> handle.createQuery("SELECT COUNT(*) FROM named_secret")
                    .mapTo(Integer.class).one());
            database.jdbi().useTransaction(handle -> {
                insert(handle, "taken back");
                handle.rollback();
            });
            assertThat(database.changes()).isEqualTo(changes);
            assertThat(copies()).isEqualTo(copies);
            set(database, "another change");
            assertThat(database.changes()).isEqualTo(changes + 1);
            assertThat(copies()).isNotEqualTo(copies);
        }
    }

    @Test
    void changesMadeTogetherAreCopiedOnceWhenAllAreMade() throws IOException {
        Path cut;
        try (Database database = Database.open(new DatabaseSettings.Embedded(directory.resolve("live/database")))) {
            database.copyLocally();
            set(database, "change 1");
            String before = newestCopy();
            String meanwhile = database.copiedTogether(() -> {
                set(database, "change 2");
                database.copiedTogether(() -> {
                    set(database, "change 3");
                    return "inner";
                });
                return newestCopy();
            });
            assertThat(meanwhile).isEqualTo(before);
            assertThat(newestCopy()).isNotEqualTo(before);
            cut = powerCut("cut");
        }
        try (Database database = Database.open(new DatabaseSettings.Embedded(cut.resolve("database")))) {
            assertThat(names(database)).contains("change 1", "change 2", "change 3");
        }
    }

    private String newestCopy() {
        try {
            return copies().getLast().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Path> copies() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("live/database-copies"))) {
            return files.filter(file -> file.toString().endsWith(".copy") && file.toString().contains("settings-"))
                    .sorted().toList();
        }
    }

    @Test
    void changeThatFollowsALongCopyIsNotLostWithTheFile() throws IOException {
        Path cut;
        try (Database database = Database.open(new DatabaseSettings.Embedded(directory.resolve("live/database")))) {
            database.copyLocally();
            database.jdbi()
                    .useTransaction(handle -> handle.execute("INSERT INTO named_secret (name, sealed, created_at) "
                            + "SELECT 'large-' || x, SECURE_RAND(1000), CURRENT_TIMESTAMP FROM SYSTEM_RANGE(1, 12000)"));
            for (int i = 1; i <= 3; i++) {
                set(database, "change " + i);
            }
            cut = powerCut("cut");
        }
        try (Database database = Database.open(new DatabaseSettings.Embedded(cut.resolve("database")))) {
            assertThat(database.rebuilt()).isNotNull();
            assertThat(names(database)).contains("change 1", "change 2", "change 3");
        }
    }
}
