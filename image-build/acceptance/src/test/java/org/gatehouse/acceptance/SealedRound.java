package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.machine.Device;
import org.gatehouse.acceptance.machine.Disk;
import org.gatehouse.acceptance.machine.Hardware;
import org.gatehouse.acceptance.machine.PartitionTable;
import org.gatehouse.acceptance.machine.SerialLine;
import org.gatehouse.acceptance.machine.Tpm;

import static org.assertj.core.api.Assertions.assertThat;

/** Data sealed to a TPM: a disk that leaves its machine opens with the recovery key alone, and never leaves its owner outside. */
@Order(7)
@ExtendWith(Steps.Given.class)
final class SealedRound {
    private static final String ENCRYPTION = "/api/v1/system/encryption";
    private static final Pattern ASKED = Pattern.compile("Recovery key of this box:");
    private static final Pattern REFUSED = Pattern.compile("That is not the recovery key");
    private static final Pattern MADE = Pattern.compile("Starting systemd-repart");
    /** Fixed, so that a run can be had again. */
    private static final long SEED = 20_261_122;
    private static final Pattern NO_TPM = Pattern.compile("This machine has no TPM");
    private static final Pattern OTHER_TPM = Pattern.compile("The TPM of this machine does not open them");
    private static final String WRONG = "cbdefghi-cbdefghi-cbdefghi-cbdefghi-cbdefghi-cbdefghi-cbdefghi-cbdefghi";

    @Test
    void diskOpensInItsOwnMachineOrWithTheRecoveryKey(Steps steps) throws Exception {
        Path folder = Lab.here().folder("sealed");
        try (Station station = Station.unpacked(folder)) {
            station.rebuild(station.hardware().with(Tpm.in(folder.resolve("tpm"))));
            String[] key = new String[1];
            String[] call = new String[1];
            steps.run("a new box with a TPM has encrypted data, and shows the recovery key until somebody keeps it",
                    () -> {
                        station.setUp();
                        station.box().signIn(Administrator.OF_TESTS);
                        JsonNode state = encryption(station);
                        assertThat(state.path("encrypted").asBoolean()).as(state.toString()).isTrue();
                        assertThat(state.path("sealed").asBoolean()).isTrue();
                        assertThat(state.path("recoveryKey").asText()).isEqualTo("waiting");
                        key[0] = station.box().post(ENCRYPTION + "/recovery-key/show", Map.of()).expect(200).json()
                                .path("key")
                                .asText();
                        station.box().post(ENCRYPTION + "/recovery-key/keep", Map.of("key", WRONG)).expect(422);
                        station.box().post(ENCRYPTION + "/recovery-key/keep", Map.of("key", key[0])).expect(200);
                        station.box().post(ENCRYPTION + "/recovery-key/show", Map.of()).expect(409);
                        assertThat(encryption(station).path("recoveryKey").asText()).isEqualTo("kept");
                    });
            steps.run("the running box makes another recovery key", () -> {
                String before = key[0];
                key[0] = station.box().post(ENCRYPTION + "/recovery-key", Map.of()).expect(200).json().path("key")
                        .asText();
                assertThat(key[0]).matches("([a-z]{8}-){7}[a-z]{8}").isNotEqualTo(before);
                station.box().post(ENCRYPTION + "/recovery-key/keep", Map.of("key", key[0])).expect(200);
            });
            steps.run("of a call nothing is found on the disk", () -> {
                call[0] = station.box().chat(station.key(), Station.MODEL, "Hello").expect(200).requestId();
                station.shutDown();
                assertThat(headOfData(station, folder)).startsWith("LUKS");
                for (String trace : List.of(call[0], Administrator.OF_TESTS.codeSecret(), key[0])) {
                    assertThat(MachineRound.found(station, folder, trace.getBytes(StandardCharsets.UTF_8)))
                            .as("plain text on the disk").isFalse();
                }
                assertThat(station.machine().serial().lines().toString()).doesNotContain(key[0]);
            });
            steps.run("it starts again by itself", () -> {
                station.serve();
                assertThat(station.machine().serial().when(ASKED)).isEmpty();
                steps.measured("ready after", station.machine().sinceOn());
                assertThat(station.box().rowsOf(call[0])).hasSize(1);
                station.shutDown();
            });
            steps.run("the next release opens its data by itself, and so does this one when it is gone back to", () -> {
                Path next = Releases.bundle("next");
                String from = Lab.here().version();
                station.serve();
                Releases.await(station.box(), state -> Releases.proven(state, from), Lab.BOOT);
                Releases.send(station.box(), next, Integer.MAX_VALUE);
                Releases.install(steps, station.box(), Map.of());
                Releases.awaitRelease(steps, station, Releases.version(next), "good", Lab.BOOT);
                Releases.holds(station.box(), call[0]);
                station.box().post(Releases.UPDATE + "/return", Map.of("restart", true)).expect(200);
                Releases.awaitRelease(steps, station, from, "given_up", Lab.BOOT);
                Releases.holds(station.box(), call[0]);
                assertThat(station.machine().serial().when(ASKED)).isEmpty();
                station.shutDown();
            });
            Hardware own = station.hardware();
            Tpm other = Tpm.in(folder.resolve("other-tpm"));
            steps.run("in another machine its disk does not open with a wrong key, and opens with the right one",
                    () -> {
                        station.rebuild(machine(folder.resolve("other"), own.disks(), own.ports(), List.of(other)));
                        opensWithKey(steps, station, OTHER_TPM, key[0], true);
                        assertThat(station.box().rowsOf(call[0])).hasSize(1);
                        JsonNode trail = station.box().verifiedTrail();
                        assertThat(trail.path("intact").asBoolean()).as(trail.toString()).isTrue();
                        JsonNode state = encryption(station);
                        assertThat(state.path("sealed").asBoolean()).as(state.toString()).isTrue();
                        assertThat(state.path("recoveredAt").isNull()).isFalse();
                        station.shutDown();
                    });
            steps.run("there it starts by itself from then on", () -> {
                station.serve();
                assertThat(station.machine().serial().when(ASKED)).isEmpty();
                station.shutDown();
            });
            steps.run("when the TPM was cleared it says so and asks", () -> {
                other.clear();
                SerialLine serial = station.switchOn().serial();
                serial.await(OTHER_TPM, 0, Lab.BOOT);
                serial.await(ASKED, 0, Lab.BOOT);
                station.machine().cutPower();
            });
            steps.run("without a TPM it asks, and says to its administrator that it will again", () -> {
                station.rebuild(machine(folder.resolve("none"), own.disks(), own.ports(), List.of()));
                opensWithKey(steps, station, NO_TPM, key[0], false);
                JsonNode state = encryption(station);
                assertThat(state.path("encrypted").asBoolean()).isTrue();
                assertThat(state.path("tpm").asBoolean()).isFalse();
                assertThat(state.path("message").asText()).contains("asked for at each start");
                station.shutDown();
            });
        }
        Lab.remove(folder);
    }

    @Test
    void encryptedDataThatWereNeverFinishedAreMadeAnew(Steps steps) throws Exception {
        Random random = new Random(SEED);
        for (int cut = 1; cut <= Math.max(1, Integer.getInteger("acceptance.cuts", 3) / 3); cut++) {
            Path folder = Lab.here().folder("sealed-cut");
            try (Station station = Station.unpacked(folder)) {
                station.makeDisksHonest();
                Hardware quiet = station.hardware().with(Tpm.in(folder.resolve("tpm")));
                station.rebuild(quiet.withKernelArguments(Lab.TALKATIVE));
                steps.run("cut " + cut + " while encrypted data are made: the next start makes them", () -> {
                    station.switchOn().serial().await(MADE, 0, Lab.BOOT);
                    long later = random.nextLong(8_000);
                    Thread.sleep(later);
                    station.machine().cutPower();
                    steps.note("cut " + later + " ms after that began");
                    station.rebuild(quiet);
                    station.setUp();
                    station.box().signIn(Administrator.OF_TESTS);
                    JsonNode state = encryption(station);
                    assertThat(state.path("encrypted").asBoolean()).as(state.toString()).isTrue();
                    assertThat(state.path("sealed").asBoolean()).as(state.toString()).isTrue();
                    station.box().chat(station.key(), Station.MODEL, "Hello").expect(200);
                });
            }
        }
    }

    private static void opensWithKey(Steps steps, Station station, Pattern why, String key, boolean wrongFirst)
            throws IOException {
        SerialLine serial = station.switchOn().serial();
        serial.await(why, 0, Lab.BOOT);
        serial.await(ASKED, 0, Lab.BOOT);
        steps.measured("asked after", station.machine().sinceOn());
        if (wrongFirst) {
            int mark = serial.mark();
            serial.press(WRONG + "\n");
            serial.await(REFUSED, mark, Lab.BOOT);
            serial.await(ASKED, serial.mark(), Lab.BOOT);
        }
        serial.press(key + "\n");
        station.box().awaitReady(Lab.BOOT);
        station.box().signIn(Administrator.OF_TESTS);
    }

    private static JsonNode encryption(Station station) throws IOException {
        return station.box().get(ENCRYPTION).expect(200).json();
    }

    /** Another computer, whose firmware remembers nothing. */
    private static Hardware machine(Path folder, List<Disk> disks, List<Integer> ports, List<Device> devices) {
        return new Hardware(folder, disks, ports, List.of(), devices);
    }

    private static String headOfData(Station station, Path folder) throws IOException {
        Disk raw = station.hardware().disks().getFirst().raw(folder.resolve("looked-at.raw"));
        try (var in = Files.newInputStream(raw.file())) {
            in.skipNBytes(PartitionTable.of(raw.file()).stream()
                    .filter(partition -> partition.label().equals("gatehouse-data")).findFirst().orElseThrow()
                    .offset());
            return new String(in.readNBytes(4), StandardCharsets.ISO_8859_1);
        } finally {
            Files.delete(raw.file());
        }
    }
}
