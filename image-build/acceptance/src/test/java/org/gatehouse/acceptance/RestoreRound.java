package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.box.Box;
import org.gatehouse.acceptance.box.Unattended;
import org.gatehouse.acceptance.machine.NotSeen;
import org.gatehouse.acceptance.machine.RemovableDisk;
import org.gatehouse.acceptance.machine.Stick;

import static org.assertj.core.api.Assertions.assertThat;

/** A box is gone, and its backup makes a new machine of the same kind the same box: over the network, or from a stick. */
@Order(11)
@ExtendWith(Steps.Given.class)
final class RestoreRound {
    private static final String RESTORE = "/api/v1/system/restore";
    private static final String TARGET = "/api/v1/system/backup-target";
    private static final String PASSPHRASE = "correct horse battery staple";
    private static final int PART = 8 << 20;
    private static final Duration POLL = Duration.ofSeconds(2);

    @Test
    void backupMakesANewMachineTheSameBox(Steps steps) throws Exception {
        Path folder = Lab.here().folder("restore");
        try (Station old = Station.copyOfSetUpBox(Files.createDirectory(folder.resolve("old")));
                Station fresh = Station.unpacked(Files.createDirectory(folder.resolve("new")))) {
            String[] call = new String[1];
            byte[][] backup = new byte[1][];
            steps.run("a box that carries calls is backed up, with its key under a passphrase", () -> {
                old.serve();
                call[0] = old.box().chat(old.key(), Station.MODEL, "Hello").expect(200).requestId();
                backup[0] = old.box().bytes("/api/v1/system/backup", Map.of("passphrase", PASSPHRASE));
                steps.note(backup[0].length / 1024 + " KiB");
                old.machine().cutPower();
            });
            steps.run("a new box refuses it when it was cut off, and with another passphrase", () -> {
                fresh.setUp();
                fresh.box().signIn(Administrator.OF_TESTS);
                send(fresh.box(), Arrays.copyOf(backup[0], backup[0].length / 2));
                assertThat(check(fresh.box(), PASSPHRASE)).contains("backup_damaged");
                send(fresh.box(), backup[0]);
                assertThat(check(fresh.box(), "another one altogether")).contains("backup_passphrase");
                assertThat(fresh.box().rowsOf(call[0])).isEmpty();
                fresh.box().chat(fresh.key(), Station.MODEL, "Hello").expect(200);
            });
            steps.run("the new box takes it, and starts with it", () -> {
                fresh.box().post(RESTORE, Map.of("passphrase", PASSPHRASE, "name", Unattended.NAME)).expect(200);
                long begun = System.nanoTime();
                awaitRestored(fresh.box());
                steps.measured("there after", Duration.ofNanos(System.nanoTime() - begun));
            });
            steps.run("keys, rows and trail are those of the old box", () -> {
                Releases.holds(fresh.box(), call[0]);
                fresh.box().chat(old.key(), Station.MODEL, "Hello again").expect(200);
                assertThat(fresh.box().chat(fresh.key(), Station.MODEL, "Hello").status()).isEqualTo(401);
            });
            steps.run("and still after a restart", () -> {
                fresh.shutDown();
                fresh.serve();
                Releases.holds(fresh.box(), call[0]);
                fresh.box().chat(old.key(), Station.MODEL, "Hello again").expect(200);
                fresh.shutDown();
            });
        }
        Lab.remove(folder);
    }

    @Test
    void stickWithBackupsMakesANewMachineTheSameBox(Steps steps) throws Exception {
        Path folder = Lab.here().folder("restore-stick");
        Stick stick = Stick.fat(folder.resolve("stick.raw"), Map.of());
        try (Station old = Station.copyOfSetUpBox(Files.createDirectory(folder.resolve("old")));
                Station fresh = Station.unpacked(Files.createDirectory(folder.resolve("new")))) {
            old.rebuild(old.hardware().with(new RemovableDisk(stick, false)));
            fresh.rebuild(fresh.hardware().with(new RemovableDisk(stick, true)));
            String[] call = new String[1];
            steps.run("a box that carries calls is backed up to a stick, with its key under a passphrase", () -> {
                old.serve();
                call[0] = old.box().chat(old.key(), Station.MODEL, "Hello").expect(200).requestId();
                old.box().put(TARGET, stickIn(old.box())).expect(200);
                old.box().post(TARGET + "/run", Map.of()).expect(200);
                old.shutDown();
            });
            steps.run("the stick, with its switch against writing, makes a new machine the old box", () -> {
                fresh.setUp();
                fresh.box().signIn(Administrator.OF_TESTS);
                fresh.box().put(TARGET, stickIn(fresh.box())).expect(200);
                String name = fresh.box().get(TARGET + "/files").expect(200).json().path("files").path(0).path("name")
                        .asText();
                fresh.box().post(RESTORE + "/fetch", Map.of("name", name)).expect(200);
                fresh.box().awaitJson(RESTORE, state -> state.path("work").isNull(), Lab.BOOT);
                fresh.box().post(RESTORE + "/check", Map.of("passphrase", PASSPHRASE)).expect(200);
                fresh.box().post(RESTORE, Map.of("passphrase", PASSPHRASE, "name", Unattended.NAME)).expect(200);
                awaitRestored(fresh.box());
                Releases.holds(fresh.box(), call[0]);
                fresh.box().chat(old.key(), Station.MODEL, "Hello again").expect(200);
            });
        }
        Lab.remove(folder);
    }

    /** A place for backups: the one stick that the box sees. */
    private static Map<String, Object> stickIn(Box box) throws IOException {
        String volume = box.get(TARGET + "/media").expect(200).json().path("media").path(0).path("volume").asText();
        return Map.of("kind", "medium", "directory", volume, "keep", 3, "passphrase", PASSPHRASE);
    }

    private static void send(Box box, byte[] file) throws IOException {
        for (int at = 0; at < file.length; at += PART) {
            box.putBytes(RESTORE + "/file?offset=" + at, Arrays.copyOfRange(file, at, Math.min(file.length, at + PART)))
                    .expect(200);
        }
    }

    private static String check(Box box, String passphrase) throws IOException {
        Box.Reply reply = box.post(RESTORE + "/check", Map.of("passphrase", passphrase));
        assertThat(reply.status()).as(reply.text()).isBetween(400, 499);
        return reply.json().path("type").asText();
    }

    /** Waits until the box says that it was restored; every session has ended by then. */
    private static void awaitRestored(Box box) {
        long end = System.nanoTime() + Lab.BOOT.toNanos();
        String seen = "";
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(POLL.toNanos());
            try {
                Box.Reply reply = box.get(RESTORE);
                if (reply.status() == 401) {
                    box.awaitReady(Lab.BOOT);
                    box.signIn(Administrator.OF_TESTS);
                }
                seen = reply.text();
                if (reply.status() == 200 && reply.json().path("last").path("outcome").asText().equals("restored")) {
                    return;
                }
            } catch (IOException e) {
                seen = String.valueOf(e.getMessage());
            }
        }
        throw new NotSeen("The box was not restored: " + seen);
    }
}
