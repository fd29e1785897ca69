package org.gatehouse.machine.disks;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.machine.agent.Agent;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.disks.DiskHealth.Health;

import static org.assertj.core.api.Assertions.assertThat;

/** What smartctl says, in the shapes that smartctl 7.4 has, and what becomes of it. */
class DiskVerbsTest {
    private static final String NVME = """
            {"json_format_version":[1,0],"smartctl":{"version":[7,4],"exit_status":%d},
             "device":{"name":"/dev/nvme0n1","type":"nvme","protocol":"NVMe"},
             "model_name":"ACME 1T","serial_number":"S1\\u0007<b>","smart_status":{"passed":%b},
             "nvme_smart_health_information_log":{"critical_warning":%d,"temperature":41,"available_spare":%d,
             "available_spare_threshold":10,"percentage_used":%d,"media_errors":2},
             "temperature":{"current":41},"power_on_time":{"hours":812}}""";
    private static final String ATA = """
            {"smartctl":{"exit_status":0},"model_name":"SPIN 4T","serial_number":"Z9","smart_status":{"passed":true},
             "ata_smart_attributes":{"table":[{"id":5,"raw":{"value":8}},{"id":197,"raw":{"value":%d}}]},
             "temperature":{"current":33}}""";
    private static final String VIRTUAL = """
            {"smartctl":{"exit_status":1,"messages":[{"string":"/dev/vda: Unable to detect device type","severity":"error"}]}}""";

    @TempDir
    private Path root;
    private final Map<String, Programs.Ended> said = new LinkedHashMap<>();
    private Disks disks;

    @BeforeEach
    void hasAnAgent() throws IOException {
        Files.createDirectories(root.resolve("sys/class/block"));
        ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        door.bind(UnixDomainSocketAddress.of(root.resolve("socket")));
        Programs programs = (command, _) -> {
            assertThat(command.getFirst()).isEqualTo("smartctl");
            Programs.Ended ended = said.get(command.getLast().replace("/dev/", ""));
            if (ended == null) {
                throw new IOException("The program smartctl did not end within 30 s, and was ended. Try again");
            }
            if (ended.status() == 127) {
                throw new IOException("Cannot run program \"smartctl\": error=2");
            }
            return ended;
        };
        Agent agent = new Agent(new DiskVerbs(root, programs).all(), _ -> true, Duration.ofMinutes(1));
        Thread.ofVirtual().start(() -> {
            try {
                agent.serve(door);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        disks = new Disks(new AgentClient(root.resolve("socket")), Clock.systemUTC());
    }

    private Path disk(String place, String name, String removable) throws IOException {
        Path disk = Files.createDirectories(root.resolve("sys/devices/" + place + "/block/" + name));
        Files.writeString(disk.resolve("removable"), removable + "\n");
        Files.writeString(disk.resolve("size"), "2048\n");
        Files.createSymbolicLink(root.resolve("sys/class/block").resolve(name), disk);
        return disk;
    }

    private DiskHealth told(int status, String output) throws IOException {
        if (!Files.exists(root.resolve("sys/class/block/nvme0n1"))) {
            disk("pci0/nvme0", "nvme0n1", "0");
        }
        said.put("nvme0n1", new Programs.Ended(status, output));
        return disks.look().disks().getFirst();
    }

    private static String nvme(int status, boolean passed, int warning, int spare, int used) {
        return NVME.formatted(status, passed, warning, spare, used);
    }

    @Test
    void onlyDisksInsideAreAsked() throws Exception {
        Path own = disk("pci0/virtio0", "vda", "0");
        Files.writeString(Files.createDirectories(own.resolve("vda1")).resolve("partition"), "1\n");
        Files.createSymbolicLink(root.resolve("sys/class/block/vda1"), own.resolve("vda1"));
        disk("pci0/usb1/1-1", "sdb", "0");
        disk("pci0/ata2", "sdc", "1");
        disk("virtual", "dm-0", "0");
        disk("virtual", "loop0", "0");
        Files.writeString(own.resolve("serial"), "box-1\n");
        said.put("vda", new Programs.Ended(1, VIRTUAL));

        DiskState state = disks.look();

        assertThat(state.trouble()).isNull();
        assertThat(state.disks()).singleElement().satisfies(disk -> {
            assertThat(disk.device()).isEqualTo("vda");
            assertThat(disk.serial()).isEqualTo("box-1");
            assertThat(disk.bytes()).isEqualTo(1 << 20);
            assertThat(disk.health()).isEqualTo(Health.UNKNOWN);
            assertThat(disk.message()).contains("a virtual disk");
            assertThat(disk.isFailing()).isFalse();
            assertThat(disk.wear()).isZero();
        });
    }

    @Test
    void goodDiskTellsItsFigures() throws Exception {
        DiskHealth disk = told(0, nvme(0, true, 0, 100, 12));

        assertThat(disk.health()).isEqualTo(Health.PASSED);
        assertThat(disk.model()).isEqualTo("ACME 1T");
        assertThat(disk.serial()).as("without what no terminal should see").isEqualTo("S1<b>");
        assertThat(disk.temperature()).isEqualTo(41);
        assertThat(disk.percentageUsed()).isEqualTo(12);
        assertThat(disk.mediaErrors()).isEqualTo(2);
        assertThat(disk.powerOnHours()).isEqualTo(812);
        assertThat(disk.isFailing()).isFalse();
        assertThat(disk.wear()).isEqualTo(12);
    }

    @Test
    void warningsOfTheDiskItselfAreFailures() throws Exception {
        DiskHealth disk = told(8, nvme(8, false, 4, 100, 12));

        assertThat(disk.isFailing()).isTrue();
        assertThat(disk.message()).contains("ACME 1T", "can't be relied on", "replace the disk");
        assertThat(told(8, nvme(8, false, 2, 100, 12)).message()).contains("too hot", "air reaches");
        assertThat(told(8, "{\"smartctl\":{\"exit_status\":8}}").isFailing()).as("by the exit status alone").isTrue();
    }

    @Test
    void wornDiskIsNoFailingOne() throws Exception {
        assertThat(told(0, nvme(0, true, 0, 100, 93)).wear()).isEqualTo(93);
        DiskHealth spent = told(8, nvme(8, false, 1, 3, 70));
        assertThat(spent.isFailing()).isFalse();
        assertThat(spent.wear()).isEqualTo(100);
        assertThat(spent.message()).contains("wears out", "3 % of its spare room");
        assertThat(told(0, nvme(0, true, 0, 9, 70)).wear()).as("spare below the threshold").isEqualTo(100);
        DiskHealth ata = told(0, ATA.formatted(4));
        assertThat(ata.reallocatedSectors()).isEqualTo(8);
        assertThat(ata.wear()).isEqualTo(100);
        assertThat(ata.message()).contains("4 sectors can't be read");
        assertThat(told(0, ATA.formatted(0)).wear()).isZero();
    }

    @Test
    void whatCanNotBeUnderstoodIsNotTakenForGoodOrBad() throws Exception {
        for (String garbage : List.of("", "Segmentation fault", "{\"smart_status\":", "[1,2]", "{}",
                "{\"smart_status\":7}",
                "{\"smart_status\":{\"passed\":\"no\"},\"nvme_smart_health_information_log\":{\"critical_warning\":\"x\"}}",
                "{".repeat(5000))) {
            DiskHealth disk = told(4, garbage);
            assertThat(disk.health()).as(garbage).isEqualTo(Health.UNKNOWN);
            assertThat(disk.isFailing()).isFalse();
            assertThat(disk.message()).startsWith("How it is can't be known: ");
        }
        assertThat(told(127, "").message()).contains("could not be run");
        assertThat(
                told(2, "{\"smartctl\":{\"messages\":[{\"string\":\"Smartctl open device: /dev/nvme0n1 failed: No such"
                        + " device\",\"severity\":\"error\"}]}}").message())
                .contains("No such device");
        said.remove("nvme0n1");
        assertThat(disks.look().disks().getFirst().message()).contains("did not answer within 30 s");
    }

    @Test
    void diskThatVanishedIsMissedUntilItIsBack() throws Exception {
        told(0, nvme(0, true, 0, 100, 12));
        Path link = root.resolve("sys/class/block/nvme0n1");
        Path place = Files.readSymbolicLink(link);
        Files.delete(link);

        assertThat(disks.look().disks()).singleElement().satisfies(disk -> {
            assertThat(disk.health()).isEqualTo(Health.GONE);
            assertThat(disk.isFailing()).isTrue();
            assertThat(disk.message()).contains("ACME 1T", "is not seen any more");
        });
        assertThat(disks.look().disks()).hasSize(1);

        Files.createSymbolicLink(link, place);
        assertThat(told(0, nvme(0, true, 0, 100, 12)).health()).isEqualTo(Health.PASSED);
        assertThat(disks.state().disks()).hasSize(1);
    }

    @Test
    void agentThatDoesNotAnswerLeavesWhatWasKnown() throws Exception {
        told(0, nvme(0, true, 0, 100, 12));
        Files.delete(root.resolve("socket"));
        Path gone = Files.createFile(root.resolve("socket"));

        DiskState state = disks.look();

        assertThat(gone).exists();
        assertThat(state.trouble()).isNotEmpty();
        assertThat(state.disks()).singleElement().satisfies(disk -> assertThat(disk.health())
                .isEqualTo(Health.PASSED));
    }
}
