package org.gatehouse.machine.slots;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.machine.agent.Refused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class UpdateVerbsTest {
    @TempDir
    private Path folder;

    private FakeAppliance box;

    @BeforeEach
    void racksABox() throws IOException {
        box = new FakeAppliance(folder);
    }

    @Test
    void installsANewerReleaseIntoTheOtherSlotAndTheNextStartTriesIt() throws Exception {
        box.received("maker 1.3.0 gatehouse-vm-x86-64 100000");

        ObjectNode installed = box.ask("update.install");

        assertThat(installed.get("version").asText()).isEqualTo("1.3.0");
        assertThat(box.kernels()).containsExactly("gatehouse_1.2.0.efi", "gatehouse_1.3.0+2-0.efi");
        JsonNode last = box.ask("update.state").get("last");
        assertThat(last.get("version").asText()).isEqualTo("1.3.0");
        assertThat(last.get("from").asText()).isEqualTo("1.2.0");
        assertThat(last.get("outcome").asText()).isEqualTo("installed");
        assertThat(box.layout.staged()).doesNotExist();
        assertThat(box.layout.bundle()).doesNotExist();
    }

    @Test
    void saysWhichLayersTheKernelOfAReleaseWouldLeaveOutBeforeItIsInstalled() throws Exception {
        box.received("maker 1.3.0 gatehouse-vm-x86-64 100000");

        assertThat(box.ask("update.check").path("leftOut").path(0).asText()).isEqualTo("driver 1");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            maker 1.1.9 gatehouse-vm-x86-64 100000,     bundle_older
            maker 1.2.0 gatehouse-vm-x86-64 100000,     bundle_same
            maker 1.3.0 gatehouse-metal-x86-64 100000,  bundle_for_another_machine
            maker 1.3.0 gatehouse-vm-x86-64 3000000,    bundle_too_large
            maker 1.3 gatehouse-vm-x86-64 100000,       bundle_damaged
            stranger 1.3.0 gatehouse-vm-x86-64 100000,  bundle_untrusted
            '',                                         bundle_damaged
            """)
    void refusesWhatIsNotANewerReleaseOfTheMakerForThisMachine(String bundle, String code) throws Exception {
        box.received(bundle);

        for (String verb : new String[]{"update.check", "update.install"}) {
            assertThatThrownBy(() -> box.ask(verb)).isInstanceOfSatisfying(Refused.class,
                    refused -> assertThat(refused.code()).as(refused.message()).isEqualTo(code));
        }
        assertThat(box.kernels()).containsExactly("gatehouse_1.2.0.efi");
        assertThat(box.ran).noneMatch(command -> command.contains("sysupdate") || command.contains("--part-label"));
        assertThat(box.layout.attempt()).doesNotExist();
        assertThat(box.layout.bundle()).doesNotExist();
    }

    @Test
    void refusesWhenNothingWasReceivedOrALinkLiesThere() throws Exception {
        for (String verb : new String[]{"update.check", "update.install"}) {
            assertThatThrownBy(() -> box.ask(verb)).isInstanceOfSatisfying(Refused.class,
                    refused -> assertThat(refused.code()).isEqualTo("no_bundle"));
        }

        box.received("maker 1.3.0 gatehouse-vm-x86-64 100000");
        Path elsewhere = folder.resolve("elsewhere");
        Files.move(box.layout.received(), elsewhere);
        Files.createSymbolicLink(box.layout.received(), elsewhere);
        assertThatThrownBy(() -> box.ask("update.install")).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.code()).isEqualTo("no_bundle"));
    }

    @Test
    void aReleaseThatIsNotProvenInstallsNoOther() throws Exception {
        Files.delete(box.layout.kernels().resolve("gatehouse_1.2.0.efi"));
        box.kernel("gatehouse_1.2.0+2-1.efi");
        box.received("maker 1.3.0 gatehouse-vm-x86-64 100000");

        assertThatThrownBy(() -> box.ask("update.install")).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.code()).isEqualTo("release_not_proven"));

        box.ask("boot.good");
        assertThat(box.kernels()).containsExactly("gatehouse_1.2.0.efi");
        assertThat(box.ask("update.install").get("version").asText()).isEqualTo("1.3.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rauc", "systemd-sysupdate", "udevadm"})
    void aMachineThatFailsOnTheWayStartsAsBefore(String program) throws Exception {
        box.received("maker 1.3.0 gatehouse-vm-x86-64 100000");
        box.fails = program;

        assertThatThrownBy(() -> box.ask("update.install")).isInstanceOfAny(IOException.class, Refused.class);

        assertThat(box.kernels()).containsExactly("gatehouse_1.2.0.efi");
        assertThat(box.layout.staged()).doesNotExist();
        box.fails = "";
        assertThat(box.ask("update.install").get("version").asText()).isEqualTo("1.3.0");
    }

    @Test
    void aDiskThatGivesBackSomethingElseIsNotStartedFrom() throws Exception {
        box.received("maker 1.3.0 gatehouse-vm-x86-64 100000");
        box.rots = true;

        assertThatThrownBy(() -> box.ask("update.install")).isInstanceOf(IOException.class)
                .hasMessageContaining("The disk gives back something else");

        assertThat(box.kernels()).containsExactly("gatehouse_1.2.0.efi", "gatehouse_1.3.0+0-1.efi");
        assertThat(box.layout.attempt()).doesNotExist();
    }

    @Test
    void aReleaseThatFailedBeforeIsWrittenAgain() throws Exception {
        box.kernel("gatehouse_1.3.0+0-2.efi");
        box.received("maker 1.3.0 gatehouse-vm-x86-64 100000");

        box.ask("update.install");

        assertThat(box.kernels()).containsExactly("gatehouse_1.2.0.efi", "gatehouse_1.3.0+2-0.efi");
    }

    @Test
    void theReleaseThatRunsIsBlessedAndNoOther() throws Exception {
        Files.delete(box.layout.kernels().resolve("gatehouse_1.2.0.efi"));
        box.kernel("gatehouse_1.2.0+1-1.efi");
        box.kernel("gatehouse_1.9.9+0-2.efi");

        assertThat(box.ask("boot.good").get("proven").asBoolean()).isTrue();

        assertThat(box.kernels()).containsExactly("gatehouse_1.2.0.efi", "gatehouse_1.9.9+0-2.efi");
        assertThat(box.ask("boot.good").get("proven").asBoolean()).isFalse();
    }

    @Test
    void tellsOnceThatAnUpdateWasGood() throws Exception {
        box.received("maker 1.3.0 gatehouse-vm-x86-64 100000");
        box.ask("update.install");
        box.write("usr/lib/os-release", "IMAGE_VERSION=1.3.0\nVARIANT_ID=vm\n");

        assertThat(box.ask("boot.good").path("ended").path("outcome").asText()).isEqualTo("good");
        assertThat(box.ask("boot.good").has("ended")).isFalse();
        assertThat(box.kernels()).containsExactly("gatehouse_1.2.0.efi", "gatehouse_1.3.0.efi");
    }

    @Test
    void tellsWhyTheBoxCameBack() throws Exception {
        box.received("maker 1.3.0 gatehouse-vm-x86-64 100000");
        box.ask("update.install");
        assertThat(box.ask("boot.good").has("ended")).as("not tried yet").isFalse();
        Files.move(box.layout.kernels().resolve("gatehouse_1.3.0+2-0.efi"),
                box.layout.kernels().resolve("gatehouse_1.3.0+0-2.efi"));
        box.write("var/lib/gatehouse-updates/why-1.3.0.txt", "The daemon ended again and again.\n");

        JsonNode ended = box.ask("boot.good").get("ended");

        assertThat(ended.get("outcome").asText()).isEqualTo("returned");
        assertThat(ended.get("reason").asText()).isEqualTo("The daemon ended again and again.\n");
        assertThat(box.ask("update.state").get("last").get("outcome").asText()).isEqualTo("returned");
    }

    @Test
    void goesBackToTheReleaseBeforeWhenThatWasGood() throws Exception {
        assertThatThrownBy(() -> box.ask("update.return")).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.code()).isEqualTo("no_release_before"));

        box.kernel("gatehouse_1.1.0.efi");
        assertThat(box.ask("update.return").get("version").asText()).isEqualTo("1.1.0");
        assertThat(box.kernels()).containsExactly("gatehouse_1.1.0.efi", "gatehouse_1.2.0+0-1.efi");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vfat", "exfat"})
    void installsFromAStick(String kind) throws Exception {
        Path stick = box.stick(kind);
        Files.writeString(stick.resolve("gatehouse_1.3.0-vm.bundle"), "maker 1.3.0 gatehouse-vm-x86-64 100000");
        Files.writeString(stick.resolve("holiday.jpg"), "");
        Files.createSymbolicLink(stick.resolve("evil.bundle"), Path.of("/etc/shadow"));

        JsonNode found = box.ask("update.media").get("bundles");
        assertThat(found).hasSize(1);
        ObjectNode asked = JsonNodeFactory.instance.objectNode();
        asked.putObject("medium").put("device", found.get(0).get("device").asText()).put("file",
                found.get(0).get("file").asText());

        assertThat(box.ask("update.check", asked).get("version").asText()).isEqualTo("1.3.0");
        assertThat(box.ask("update.install", asked).get("version").asText()).isEqualTo("1.3.0");
        assertThat(box.ran).anyMatch(command -> command.startsWith("mount -t " + kind
                + " -o ro,nodev,nosuid,noexec,nosymfollow,noatime /dev/sdb "));
        assertThat(box.ran).filteredOn(command -> command.startsWith("umount")).hasSize(3);
    }

    @Test
    void readsNoOtherFileSystemAndNoDiskOfTheBox() throws Exception {
        box.stick("ext4");
        ObjectNode plugged = box.ask("update.media");
        assertThat(plugged.get("bundles")).isEmpty();
        assertThat(plugged.get("unreadable")).hasSize(1);
        assertThat(plugged.get("unreadable").get(0).get("device").asText()).isEqualTo("sdb");
        assertThat(plugged.get("unreadable").get(0).get("reason").asText()).contains("sdb", "FAT or exFAT");
        for (String[] wish : new String[][]{{"vda4", "x.bundle"}, {"sdb", "../../etc/x.bundle"}, {"../sdb", "x.bundle"},
                {"sdb", "-o.bundle"}}) {
            ObjectNode asked = JsonNodeFactory.instance.objectNode();
            asked.putObject("medium").put("device", wish[0]).put("file", wish[1]);
            assertThatThrownBy(() -> box.ask("update.check", asked)).isInstanceOf(Refused.class);
        }
        assertThat(box.ran).noneMatch(command -> command.startsWith("mount") && command.contains("vda"));
    }

    @Test
    void aStickThatIsPulledOutWhileItIsReadIsTheSticksFault() throws Exception {
        Path stick = box.stick("vfat");
        Files.writeString(stick.resolve("next.bundle"), "maker 1.3.0 gatehouse-vm-x86-64 100000");
        box.pullsOutWhenMounted = true;

        JsonNode plugged = box.ask("update.media");
        assertThat(plugged.get("unreadable").get(0).get("reason").asText()).contains("pulled out");
        assertThat(box.ran).filteredOn(command -> command.startsWith("umount")).hasSize(1);
    }

    @Test
    void anEmptyDriveIsNothingToTellOf() throws Exception {
        box.stick("no medium found");
        assertThat(box.ask("update.media").get("unreadable")).isEmpty();
    }

    @Test
    void theDiskThatTheSystemLiesOnIsNoStickEvenWhereItCanBePulledOut() throws Exception {
        box.stick("vfat");
        box.write("sys/devices/pci/block/vda/removable", "1");
        box.ask("update.media");
        assertThat(box.ran).filteredOn(command -> command.startsWith("mount"))
                .allMatch(command -> command.contains("/dev/sdb "));
    }
}
