package org.gatehouse.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.box.Box;
import org.gatehouse.acceptance.box.Claim;
import org.gatehouse.acceptance.machine.Disk;
import org.gatehouse.acceptance.machine.SerialLine;

import static org.assertj.core.api.Assertions.assertThat;

/** Changes of the machine under a box: a network that cuts everybody off undoes itself, one that is kept stays; a factory reset leaves nothing. */
@Order(6)
@ExtendWith(Steps.Given.class)
final class MachineRound {
    private static final String MACHINE = "/api/v1/system/machine";
    /** QEMU's user network gives the first machine this one, and leads forwarded ports there alone. */
    private static final String OWN = "10.0.2.15/24";
    private static final String WRONG = "10.0.2.77/24";
    private static final String GATEWAY = "10.0.2.2";
    private static final Duration UNDONE = Duration.ofMinutes(6);
    private static final Duration RESET = Duration.ofMinutes(40);
    private static final int BLOCK = 4 << 20;
    private static final Pattern CLAIM_CODE = Pattern.compile("(?i)claim code");

    @Test
    void networkThatCutsEverybodyOffUndoesItselfAndOneThatIsKeptStays(Steps steps) throws Exception {
        try (Station station = Station.copyOfSetUpBox(Lab.here().folder("machine"))) {
            station.serve();
            Box box = station.box();
            String card = box.get(MACHINE).expect(200).json().path("interfaces").path(0).path("name").asText();
            steps.run("refuses a card that it has not, and a gateway that lies elsewhere", () -> {
                assertThat(change(box, "eth77", OWN, GATEWAY).status()).isBetween(400, 499);
                assertThat(change(box, card, OWN, "192.0.2.1").status()).isBetween(400, 499);
            });
            steps.run("an address that cuts everybody off is undone by itself", () -> {
                change(box, card, WRONG, GATEWAY).expect(200);
                long begun = System.nanoTime();
                assertThat(unreachable(box)).as("the box is cut off").isTrue();
                JsonNode after = reached(box, UNDONE);
                steps.measured("reached again after", Duration.ofNanos(System.nanoTime() - begun));
                assertThat(after.path("trial").isNull()).isTrue();
                assertThat(after.path("undone").path("reason").asText()).isEqualTo("not_kept");
            });
            steps.run("one that the power takes away before it is kept is undone when it comes back", () -> {
                change(box, card, WRONG, GATEWAY).expect(200);
                Thread.sleep(Duration.ofSeconds(5));
                station.machine().cutPower();
                station.serve();
                assertThat(station.box().get(MACHINE).expect(200).json().path("trial").isNull()).isTrue();
            });
            steps.run("an address that is kept stays over a restart", () -> {
                change(station.box(), card, OWN, GATEWAY).expect(200);
                awaitTrial(station.box());
                keep(station.box());
                station.shutDown();
                station.serve();
                JsonNode settings = station.box().get(MACHINE).expect(200).json().path("settings");
                assertThat(settings.path("network").path("address").asText()).isEqualTo(OWN);
                station.box().chat(station.key(), Station.MODEL, "Hello").expect(200);
            });
        }
    }

    @Test
    void factoryResetLeavesNoOldKeySecretOrRow(Steps steps) throws Exception {
        Path folder = Lab.here().folder("factory-reset");
        try (Station station = Station.copyOfSetUpBox(folder)) {
            byte[][] trace = new byte[1][];
            steps.run("has keys, secrets and rows on its disk", () -> {
                station.serve();
                String call = station.box().chat(station.key(), Station.MODEL, "Hello").expect(200).requestId();
                trace[0] = call.getBytes(StandardCharsets.UTF_8);
                station.shutDown();
                assertThat(found(station, folder, trace[0])).as("the call's id is found on the disk").isTrue();
            });
            steps.run("is reset by its administrator, and comes back as a new box", () -> {
                station.serve();
                String name = station.box().get(MACHINE).expect(200).json().path("name").asText();
                long begun = System.nanoTime();
                station.box().post(MACHINE + "/reset", Map.of("name", name)).expect(204);
                int mark = station.machine().serial().mark();
                station.machine().serial().await(CLAIM_CODE, mark, RESET);
                steps.measured("new after", Duration.ofNanos(System.nanoTime() - begun));
            });
            steps.run("knows neither its administrator nor its key any more", () -> assertNew(station));
            steps.run("leaves nothing of it on the disk", () -> {
                station.shutDown();
                assertThat(found(station, folder, trace[0])).as("the call's id on the disk").isFalse();
                assertThat(found(station, folder, Administrator.OF_TESTS.codeSecret().getBytes(StandardCharsets.UTF_8)))
                        .isFalse();
            });
        }
        Lab.remove(folder);
    }

    @Test
    void whoeverSitsAtTheBoxResetsItFromTheBootMenu(Steps steps) throws Exception {
        Path folder = Lab.here().folder("boot-menu");
        try (Station station = Station.copyOfSetUpBox(folder)) {
            steps.run("starts as usual when the entry was chosen by mistake", () -> {
                station.switchOn();
                chooseReset(station, 0);
                int mark = station.machine().serial().mark();
                station.machine().serial().press("no\r");
                station.machine().serial().await(Pattern.compile("nothing was erased"), mark, Lab.BOOT);
                station.box().awaitReady(Lab.BOOT);
                station.box().chat(station.key(), Station.MODEL, "Hello").expect(200);
            });
            steps.run("is a new box after ERASE was typed", () -> {
                int mark = station.machine().serial().mark();
                station.machine().reset();
                chooseReset(station, mark);
                mark = station.machine().serial().mark();
                station.machine().serial().press("ERASE\r");
                station.machine().serial().await(Pattern.compile("overwriting"), mark, Lab.BOOT);
                station.machine().serial().await(CLAIM_CODE, mark, RESET);
                assertNew(station);
            });
            steps.run("shuts down in good order", station::shutDown);
        }
        Lab.remove(folder);
    }

    private static void chooseReset(Station station, int mark) throws Exception {
        SerialLine serial = station.machine().serial();
        BootMenu.choose(serial, mark, BootMenu.RESET);
        serial.await(Pattern.compile("Type ERASE"), mark, Lab.BOOT);
    }

    private static void assertNew(Station station) throws Exception {
        Claim claim = Claim.on(station.machine().serial(), Lab.BOOT);
        try (Box fresh = new Box(station.machine().port(443), claim.fingerprint())) {
            fresh.awaitAnswer(Lab.BOOT);
            assertThat(fresh.get("/api/v1/setup").expect(200).json().path("phase").asText()).isEqualTo("unclaimed");
            assertThat(fresh.chat(station.key(), Station.MODEL, "Hello").status()).isEqualTo(401);
        }
    }

    private static Box.Reply change(Box box, String card, String address, String gateway) throws IOException {
        return box.put(MACHINE, Map.of("name", "gatehouse-1", "timeZone", "Europe/Berlin", "network",
                Map.of("mode", "static", "device", card, "address", address, "gateway", gateway)));
    }

    private static boolean unreachable(Box box) throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            if (!box.answersWithin(Duration.ofSeconds(2))) {
                return true;
            }
            Thread.sleep(Duration.ofMillis(500));
        }
        return false;
    }

    private static JsonNode reached(Box box, Duration limit) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            try {
                return box.get(MACHINE).expect(200).json();
            } catch (IOException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(Duration.ofSeconds(1));
            }
        }
    }

    private static void awaitTrial(Box box) throws IOException {
        box.awaitJson(MACHINE, machine -> machine.path("trial").isObject(), Lab.BOOT);
    }

    /** A change can be kept once it is in force, which takes it some seconds. */
    private static void keep(Box box) throws Exception {
        long end = System.nanoTime() + Lab.BOOT.toNanos();
        Box.Reply reply = box.post(MACHINE + "/keep", Map.of());
        while (reply.status() == 409 && reply.text().contains("trial_too_young") && System.nanoTime() < end) {
            Thread.sleep(Duration.ofSeconds(1));
            reply = box.post(MACHINE + "/keep", Map.of());
        }
        reply.expect(200);
    }

    /** Whether those bytes stand anywhere on the whole disk. */
    static boolean found(Station station, Path folder, byte[] wanted) throws IOException {
        Disk raw = station.hardware().disks().getFirst().raw(folder.resolve("searched.raw"));
        try (InputStream in = Files.newInputStream(raw.file())) {
            byte[] window = new byte[BLOCK + wanted.length - 1];
            int kept = 0;
            while (true) {
                int got = in.readNBytes(window, kept, BLOCK);
                if (got == 0) {
                    return false;
                }
                if (new String(window, 0, kept + got, StandardCharsets.ISO_8859_1)
                        .contains(new String(wanted, StandardCharsets.ISO_8859_1))) {
                    return true;
                }
                int tail = Math.min(wanted.length - 1, kept + got);
                System.arraycopy(window, kept + got - tail, window, 0, tail);
                kept = tail;
            }
        } finally {
            Files.deleteIfExists(folder.resolve("searched.raw"));
        }
    }
}
