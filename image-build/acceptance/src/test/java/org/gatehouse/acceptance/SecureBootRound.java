package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.machine.Disk;
import org.gatehouse.acceptance.machine.Firmware;
import org.gatehouse.acceptance.machine.Hardware;
import org.gatehouse.acceptance.machine.PartitionTable;
import org.gatehouse.acceptance.machine.Programs;
import org.gatehouse.acceptance.machine.SerialLine;
import org.gatehouse.acceptance.machine.Tpm;
import org.gatehouse.acceptance.machine.VirtualMachine;

import static org.assertj.core.api.Assertions.assertThat;

/** Somebody turns Secure Boot on, as an administrator does it: from then on the machine starts what we signed, and nothing else. */
@Order(7)
@ExtendWith(Steps.Given.class)
final class SecureBootRound {
    private static final String ENCRYPTION = "/api/v1/system/encryption";
    private static final Pattern ENROLLED = Pattern.compile("successfully enrolled");
    private static final Pattern ASKED = Pattern.compile("Recovery key of this box:");
    private static final Pattern TPM_DOES_NOT_OPEN = Pattern.compile("The TPM of this machine does not open them");
    /** The boot loader's words, and OVMF's; a line in a hurry may lose letters of the one. */
    private static final Pattern REFUSED = Pattern.compile("(?i)(access denied|security violation)");
    private static final Pattern GIVEN_UP = Pattern.compile("No bootable option or device was found");
    /** A kernel that is not told to be quiet says so first. */
    private static final Pattern KERNEL = Pattern.compile("Linux version \\d");
    private static final Pattern SET_UP = Pattern.compile("(?i)claim code|Gatehouse is starting");
    private static final String NEWER = "99.0.0";

    @Test
    void machineStartsWhatWeSignedAndNothingElse(Steps steps) throws Exception {
        Path folder = Lab.here().folder("secure-boot");
        Path foreign = Path.of(Lab.property("foreignKernel"));
        try (Station station = Station.unpacked(folder)) {
            station.rebuild(station.hardware().with(Firmware.SECURE_BOOT).with(Tpm.in(folder.resolve("tpm"))));
            String[] key = new String[1];
            steps.run("a new box whose firmware has no keys says that Secure Boot is off, and seals its data", () -> {
                station.setUp();
                station.box().signIn(Administrator.OF_TESTS);
                assertState(station, false);
                key[0] = station.box().post(ENCRYPTION + "/recovery-key/show", Map.of()).expect(200).json().path("key")
                        .asText();
                station.box().post(ENCRYPTION + "/recovery-key/keep", Map.of("key", key[0])).expect(200);
                station.shutDown();
            });
            steps.run("its keys are enrolled in the boot menu, and the data ask for the recovery key once", () -> {
                SerialLine serial = station.switchOn().serial();
                BootMenu.choose(serial, 0, BootMenu.ENROLL_KEYS);
                serial.await(ENROLLED, 0, Lab.BOOT);
                serial.await(TPM_DOES_NOT_OPEN, 0, Lab.BOOT);
                serial.await(ASKED, 0, Lab.BOOT);
                serial.press(key[0] + "\n");
                station.box().awaitReady(Lab.BOOT);
                station.box().signIn(Administrator.OF_TESTS);
                assertState(station, true);
                station.shutDown();
            });
            steps.run("it starts by itself from then on, and carries a call", () -> {
                station.serve();
                assertThat(station.machine().serial().when(ASKED)).isEmpty();
                assertState(station, true);
                station.box().chat(station.key(), Station.MODEL, "Hello").expect(200);
                steps.measured("ready after", station.machine().sinceOn());
            });
            steps.run("the boot menu's factory reset starts too, and the box again when nothing is to be erased",
                    () -> {
                        int mark = station.machine().serial().mark();
                        station.machine().reset();
                        SerialLine serial = station.machine().serial();
                        BootMenu.choose(serial, mark, BootMenu.RESET);
                        serial.await(Pattern.compile("Type ERASE"), mark, Lab.BOOT);
                        serial.press("no\r");
                        serial.await(Pattern.compile("nothing was erased"), mark, Lab.BOOT);
                        station.box().awaitReady(Lab.BOOT);
                        station.shutDown();
                    });
            steps.run("the next release is installed, starts with Secure Boot on, and opens its data by itself", () -> {
                Path next = Releases.bundle("next");
                station.serve();
                Releases.await(station.box(), state -> Releases.proven(state, Lab.here().version()), Lab.BOOT);
                Releases.send(station.box(), next, Integer.MAX_VALUE);
                Releases.install(steps, station.box(), Map.of());
                Releases.awaitRelease(steps, station, Releases.version(next), "good", Lab.BOOT);
                assertThat(station.machine().serial().when(ASKED)).isEmpty();
                assertState(station, true);
                station.shutDown();
            });
            steps.run("a newer release that somebody else signed is refused, and the box is back after its tries",
                    () -> {
                        Disk disk = station.hardware().disks().getFirst().raw(folder.resolve("disk.raw"));
                        station.rebuild(station.hardware().withDisks(List.of(disk)));
                        // As an update leaves it, see sysupdate.d/90-kernel.transfer.
                        put(disk, foreign, "gatehouse_" + NEWER + "+2-0.efi");
                        SerialLine serial = station.switchOn().serial();
                        serial.await(REFUSED, 0, Lab.BOOT);
                        // OVMF goes through its list twice, which is both tries, and waits for somebody then.
                        serial.await(GIVEN_UP, 0, Lab.BOOT);
                        station.machine().reset();
                        station.box().awaitReady(Lab.BOOT);
                        assertThat(serial.when(KERNEL)).as("a kernel that somebody else signed ran").isEmpty();
                        station.box().signIn(Administrator.OF_TESTS);
                        assertState(station, true);
                        station.shutDown();
                    });
            steps.run("once more, it starts without a try of the one that was refused", () -> {
                station.serve();
                assertThat(station.machine().serial().when(REFUSED)).isEmpty();
                station.shutDown();
            });
        }
        Path alone = Files.createDirectories(folder.resolve("alone"));
        Files.copy(folder.resolve("firmware.variables"), alone.resolve("firmware.variables"));
        for (String section : List.of(".linux", ".cmdline")) {
            steps.run(
                    "with one bit altered in " + section
                            + " of the only release nothing starts, and the firmware says why",
                    () -> refused(alone, new KernelImage(ours()).alteredIn(section, alone.resolve("altered.efi"))));
        }
        steps.run("the same where somebody else signed the only release", () -> refused(alone, foreign));
        steps.run("without Secure Boot a machine starts what somebody else signed", () -> {
            Files.delete(alone.resolve("firmware.variables"));
            try (VirtualMachine machine = VirtualMachine.switchOn(withOnly(alone, foreign))) {
                machine.serial().await(KERNEL, 0, Lab.BOOT);
            }
        });
        Lab.remove(folder);
    }

    private static void assertState(Station station, boolean secureBoot) throws IOException {
        JsonNode state = station.box().get(ENCRYPTION).expect(200).json();
        assertThat(state.path("secureBoot").asBoolean(!secureBoot)).as(state.toString()).isEqualTo(secureBoot);
        assertThat(state.path("encrypted").asBoolean()).as(state.toString()).isTrue();
        assertThat(state.path("sealed").asBoolean()).as(state.toString()).isTrue();
    }

    private static void refused(Path folder, Path kernel) throws IOException {
        try (VirtualMachine machine = VirtualMachine.switchOn(withOnly(folder, kernel).with(Firmware.SECURE_BOOT))) {
            machine.serial().await(REFUSED, 0, Lab.BOOT);
            machine.serial().await(GIVEN_UP, 0, Lab.BOOT);
            assertThat(machine.serial().when(KERNEL)).isEmpty();
            assertThat(machine.serial().when(SET_UP)).isEmpty();
        }
    }

    /** A machine with the image's disk, on which that stands in the place of the only release. */
    private static Hardware withOnly(Path folder, Path kernel) throws IOException {
        Disk disk = Lab.here().image().raw(folder.resolve("disk.raw"));
        put(disk, kernel, ours().getFileName().toString().replace(".efi", "+3.efi"));
        return Hardware.with(folder, disk);
    }

    private static Path ours() {
        return Path.of(Lab.property("image")).resolve("gatehouse_" + Lab.here().version() + ".efi");
    }

    private static void put(Disk raw, Path kernel, String name) throws IOException {
        long at = PartitionTable.of(raw.file()).stream()
                .filter(partition -> partition.label().equals("gatehouse-esp")).findFirst().orElseThrow().offset();
        Programs.run("mcopy", "-o", "-n", "-i", raw.file() + "@@" + at, kernel.toString(), "::EFI/Linux/" + name);
    }
}
