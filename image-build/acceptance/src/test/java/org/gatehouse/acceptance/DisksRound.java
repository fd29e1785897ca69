package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.machine.Disk;
import org.gatehouse.acceptance.machine.Hardware;
import org.gatehouse.acceptance.machine.Nvme;
import org.gatehouse.acceptance.machine.Programs;
import org.gatehouse.acceptance.machine.RemovableDisk;
import org.gatehouse.acceptance.machine.Stick;
import org.gatehouse.acceptance.machine.VirtualMachine;

import static org.assertj.core.api.Assertions.assertThat;

/** Disks as people have them: too small, several, somebody else's. */
@Order(6)
@ExtendWith(Steps.Given.class)
final class DisksRound {
    private static final String TARGET = "/api/v1/system/backup-target";
    private static final String FAILING = "disk_failing";
    private static final long BYTES = 1L << 30;
    private static final Pattern TOO_SMALL = Pattern.compile("(?i)too small|(?:at least|needs) \\d+ ?G");

    @Test
    void diskThatIsTooSmallIsSaidOnTheConsole(Steps steps) throws Exception {
        Path folder = Lab.here().folder("small-disk");
        steps.run("a disk of 3 GB: the console says that it is too small", () -> {
            Disk disk = Lab.here().image().raw(folder.resolve("disk.raw"));
            Programs.run("qemu-img", "resize", "-q", "-f", "raw", disk.file().toString(), "3G");
            try (VirtualMachine machine = VirtualMachine.switchOn(Hardware.with(folder, disk))) {
                steps.note("'" + machine.serial().await(TOO_SMALL, 0, Lab.SHUTDOWN).group() + "' after "
                        + machine.sinceOn().toSeconds() + " s");
                machine.photograph(
                        Files.createDirectories(Path.of(Lab.property("pictures"))).resolve("small-disk.png"));
            }
        });
    }

    @Test
    void otherDisksAreLeftAlone(Steps steps) throws Exception {
        Path folder = Lab.here().folder("two-disks");
        try (Station station = Station.copyOfSetUpBox(folder)) {
            Disk blank = Disk.blank(folder.resolve("blank.raw"), BYTES);
            Disk foreign = Disk.blank(folder.resolve("foreign.raw"), BYTES);
            // Somebody's file system without a partition table: ext4's magic number where it belongs, and data.
            write(foreign.file(), 1024 + 56, new byte[]{0x53, (byte) 0xef});
            write(foreign.file(), 700_000, "somebody's data".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            Disk before = blank.raw(folder.resolve("blank.before"));
            Disk foreignBefore = foreign.raw(folder.resolve("foreign.before"));
            Hardware alone = station.hardware();
            steps.run("serves beside a blank disk and somebody else's, and writes to neither", () -> {
                station.rebuild(alone.andDisk(blank).andDisk(foreign));
                station.serve();
                station.shutDown();
                assertThat(Files.mismatch(before.file(), blank.file())).as("first change on the blank disk")
                        .isEqualTo(-1);
                assertThat(Files.mismatch(foreignBefore.file(), foreign.file())).as("first change on the other disk")
                        .isEqualTo(-1);
            });
            steps.run("beside a second disk of another box it serves with its own data, and leaves that disk as it was",
                    () -> {
                        Path other = Files.createDirectories(folder.resolve("other"));
                        Disk twin = Lab.here().setUpBox().disk().raw(other.resolve("twin.raw"));
                        Disk twinBefore = twin.raw(other.resolve("twin.before"));
                        station.rebuild(alone.andDisk(twin));
                        station.serve();
                        String requestId = station.box().chat(station.key(), Station.MODEL, "Hello").expect(200)
                                .requestId();
                        station.shutDown();
                        assertThat(Files.mismatch(twinBefore.file(), twin.file()))
                                .as("first change on the other box's disk")
                                .isEqualTo(-1);
                        station.rebuild(alone);
                        station.serve();
                        assertThat(station.box().rowsOf(requestId)).hasSize(1);
                    });
        }
        Lab.remove(folder);
    }

    @Test
    void diskThatFailsIsToldOf(Steps steps) throws Exception {
        Path folder = Lab.here().folder("failing-disk");
        try (Station station = Station.copyOfSetUpBox(folder)) {
            Nvme disk = new Nvme(Disk.blank(folder.resolve("nvme.raw"), BYTES), "NVME-0815");
            station.rebuild(station.hardware().with(disk));
            steps.run("an NVMe disk that is well is shown so, a virtual one as unknown", () -> {
                station.serve();
                assertThat(healthOf(station, disk)).isEqualTo("passed");
                assertThat(station.box().get("/api/v1/system/disks").expect(200).json().findValuesAsText("health"))
                        .contains("unknown");
                assertThat(alerts(station, FAILING)).isEmpty();
            });
            steps.run("one that says that it can't be relied on any more is an alert, and ends when it is well again",
                    () -> {
                        station.machine().warn(disk, 4);
                        assertThat(healthOf(station, disk)).isEqualTo("failed");
                        awaitAlerts(station, FAILING, 1);
                        steps.note(alerts(station, FAILING).getFirst().path("message").asText());
                        assertThat(alerts(station, FAILING).getFirst().path("severity").asText()).isEqualTo("critical");
                        station.machine().warn(disk, 0);
                        assertThat(healthOf(station, disk)).isEqualTo("passed");
                        awaitAlerts(station, FAILING, 0);
                    });
        }
        Lab.remove(folder);
    }

    @Test
    void backupIsBroughtToAStick(Steps steps) throws Exception {
        Path folder = Lab.here().folder("backup-on-stick");
        Stick stick = Stick.fat(folder.resolve("stick.raw"), Map.of());
        try (Station station = Station.copyOfSetUpBox(folder)) {
            Hardware alone = station.hardware();
            station.rebuild(alone.with(new RemovableDisk(stick, false)));
            steps.run("a backup is brought to a stick, and read back from it as it lies there", () -> {
                station.serve();
                JsonNode media = station.box().get(TARGET + "/media").expect(200).json().path("media");
                assertThat(media).hasSize(1);
                String volume = media.path(0).path("volume").asText();
                JsonNode test = station.box().post(TARGET + "/test", medium(volume)).expect(200).json();
                assertThat(test.path("ok").asBoolean()).as(test.toString()).isTrue();
                station.box().put(TARGET, medium(volume)).expect(200);
                List<String> names = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    names.add(station.box().post(TARGET + "/run", Map.of()).expect(200).json().path("name").asText());
                }
                JsonNode kept = station.box().get(TARGET + "/files").expect(200).json().path("files");
                assertThat(kept.findValuesAsText("name")).as("the newest one is kept").containsExactly(names.getLast());
                station.shutDown();
                Path copied = stick.copyOut("gatehouse-backups/" + names.getLast(), folder.resolve("copied"));
                assertThat(Files.size(copied)).isEqualTo(kept.path(0).path("bytes").asLong()).isPositive();
                steps.note(Files.size(copied) / 1024 + " KiB");
            });
            steps.run("one whose switch is against it, and none at all: said, and an alert", () -> {
                station.rebuild(alone.with(new RemovableDisk(stick, true)));
                station.serve();
                assertThat(station.box().post(TARGET + "/run", Map.of()).expect(502).text())
                        .contains("can't be written");
                awaitAlerts(station, "backup_age", 1);
                station.shutDown();
                station.rebuild(alone);
                station.serve();
                String said = station.box().post(TARGET + "/run", Map.of()).expect(502).json().path("detail").asText();
                assertThat(said).contains("is not plugged in");
                awaitAlerts(station, "backup_age", 1);
                steps.note(said);
            });
        }
        Lab.remove(folder);
    }

    private static Map<String, Object> medium(String volume) {
        return Map.of("kind", "medium", "directory", volume, "keep", 1);
    }

    /** What it says when it is asked now. */
    private static String healthOf(Station station, Nvme disk) throws IOException {
        for (JsonNode one : station.box().post("/api/v1/system/disks/look", Map.of()).expect(200).json()
                .path("disks")) {
            if (one.path("serial").asText().equals(disk.serial())) {
                return one.path("health").asText();
            }
        }
        return "not there";
    }

    private static List<JsonNode> alerts(Station station, String kind) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        station.box().get("/api/v1/alerts?kind=" + kind).expect(200).json().path("items").forEach(found::add);
        return found;
    }

    /** An alert ends two minutes after its thing is well again. */
    private static void awaitAlerts(Station station, String kind, int count) throws IOException, InterruptedException {
        long end = System.nanoTime() + Lab.BOOT.toNanos();
        while (alerts(station, kind).size() != count) {
            assertThat(System.nanoTime()).as("end of the time for %s alerts", count).isLessThan(end);
            Thread.sleep(Duration.ofSeconds(2));
        }
    }

    private static void write(Path file, long at, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), at);
        }
    }
}
