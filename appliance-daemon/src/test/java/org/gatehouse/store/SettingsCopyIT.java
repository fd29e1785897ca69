package org.gatehouse.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever was set must be in a copy by the time that whoever set it is told so. */
final class SettingsCopyIT {

    @TempDir
    private Path directory;

    private static void set(Database database, String name) {
        database.jdbi().useTransaction(handle -> handle.execute(
                "INSERT INTO named_secret (name, sealed, created_at) VALUES (?, ?, CURRENT_TIMESTAMP)", name,
                new byte[]{1}));
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
