package org.gatehouse.audit;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

import com.sun.management.OperatingSystemMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a rebuild and its provisions cost, on demand: {@code -Dgatehouse.rebuild.rows=300000}. The figures in decision 6
 * come from here.
 */
@EnabledIfSystemProperty(named = "gatehouse.rebuild.rows", matches = "[0-9]+")
final class RebuildFiguresIT {

    private static final int AT_ONCE = 10_000;

    @TempDir
    private Path directory;
    private final SampleCalls samples = new SampleCalls(80);
    private final List<UUID> acknowledged = new ArrayList<>();

    private TrailLife live() {
        return new TrailLife(directory, samples, acknowledged,
                TrailSettings.with(JournalSettings.in(directory.resolve("journal"))));
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static void say(String what, Object... values) {
        System.out.println("MEASURED " + what.formatted(values));
    }

    private static double since(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private void carryWithoutBodies(TrailLife life, int rows) {
        for (int done = 0; done < rows; done += AT_ONCE) {
            List<Receipt> receipts = new ArrayList<>();
            for (int i = 0; i < Math.min(AT_ONCE, rows - done); i++) {
                receipts.add(life.trail().append(samples.completed(Instant.now()), null));
            }
            receipts.forEach(receipt -> receipt.awaitDurable(TrailLife.SOON));
            assertThat(life.trail().flush(TrailLife.SOON)).isTrue();
        }
    }

    @Test
    void rebuildOfALargeTrailAndPackingOfItsKeptRecords() throws IOException {
        int rows = Integer.getInteger("gatehouse.rebuild.rows");
        try (TrailLife life = live()) {
            long begun = System.nanoTime();
            carryWithoutBodies(life, rows);
            say("%d rows carried in %.1f s", rows, since(begun));
        }
        Path file = directory.resolve("database").resolve("gatehouse.mv.db");
        long records;
        try (TrailLife life = live()) {
            long raw = life.trail().figures().keptBytes();
            long begun = System.nanoTime();
            long thread = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            life.trail().tidyKept(Instant.now());
            thread = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - thread;
            long packed = life.trail().figures().keptBytes();
            records = life.trail().figures().sequence();
            say("kept records: %.1f MiB became %.1f MiB (%.2f), %d bytes a row; %.1f s, %.1f s of CPU, %.1f us a row",
                    raw / 1048576.0, packed / 1048576.0, (double) raw / packed, packed / records, since(begun),
                    thread / 1e9, thread / 1e3 / records);
        }
        say("database file: %.1f MiB", Files.size(file) / 1048576.0);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1 << 20), 0);
        }
        long begun = System.nanoTime();
        long cpu = cpuNanos();
        try (TrailLife life = live()) {
            say("rebuilt in %.1f s with %.1f s of CPU", since(begun), (cpuNanos() - cpu) / 1e9);
            assertThat(life.repairs()).hasSize(1);
            assertThat(life.number("SELECT COUNT(*) FROM trail")).isGreaterThanOrEqualTo(records);
            assertThat(life.verify()).isInstanceOf(VerificationResult.Intact.class);
            begun = System.nanoTime();
        }
        say("stopped in %.1f s", since(begun));
        begun = System.nanoTime();
        try (TrailLife life = live()) {
            say("opened without a rebuild in %.1f s", since(begun));
            assertThat(life.repairs()).hasSize(1);
        }
    }

    @Test
    void changeOfSettingsAmongManyKeys() {
        for (int keys : new int[]{100, 1_000, 10_000, 50_000}) {
            try (TrailLife life = new TrailLife(directory.resolve("keys-" + keys), samples, acknowledged)) {
                life.database().jdbi().useTransaction(handle -> handle.execute("INSERT INTO named_secret "
                        + "(name, sealed, created_at) SELECT 'k-' || x, SECURE_RAND(300), CURRENT_TIMESTAMP FROM "
                        + "SYSTEM_RANGE(1, ?)", keys));
                long[] micros = LongStream.range(0, 21).map(i -> {
                    long begun = System.nanoTime();
                    life.set("change-" + i);
                    return (System.nanoTime() - begun) / 1_000;
                }).sorted().toArray();
                say("a change among %d rows of 300 bytes: %.1f ms at the median", keys, micros[10] / 1e3);
            }
        }
    }
}
