package org.gatehouse.machine.backups;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.machine.agent.Agent;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.slots.FakeAppliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Backups on a stick, from the daemon's wish through the agent's socket to the stick's folder. */
class BackupMediaTest {
    private static final String VOLUME = "1A2B-3C4D";
    private static final String NAME = "gatehouse-20261122-030000.backup";

    @TempDir
    private Path root;
    private FakeAppliance box;
    private ServerSocketChannel door;
    private AgentClient agent;
    private BackupMedia media;
    private Path file;

    @BeforeEach
    void hasAnAgent() throws IOException {
        box = new FakeAppliance(root);
        Path data = Files.createDirectories(root.resolve("var/lib/gatehouse"));
        door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        door.bind(UnixDomainSocketAddress.of(root.resolve("socket")));
        Agent serving = new Agent(new BackupVerbs(box.layout, root, root.resolve("run/media"), box).all(), _ -> true,
                Duration.ofMinutes(1));
        Thread.ofVirtual().start(() -> {
            try {
                serving.serve(door);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        agent = new AgentClient(root.resolve("socket"));
        media = new BackupMedia(agent, data);
        file = Files.writeString(data.resolve("made.part"), "a backup");
    }

    @AfterEach
    void closesItsDoor() throws IOException {
        door.close();
    }

    private Path stick() throws IOException {
        Path stick = box.stick("vfat");
        Path links = Files.createDirectories(root.resolve("dev/disk/by-uuid"));
        Files.createSymbolicLink(links.resolve(VOLUME), Path.of("../../sdb"));
        Path device = Files.createDirectories(root.resolve("sys/devices/pci/usb1/block/sdb/device"));
        Files.writeString(device.resolve("model"), "Flash\u0007 Drive   \n");
        return stick;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(one -> one.getFileName().toString()).sorted().toList();
        }
    }

    private void fails(String words) {
        assertThatThrownBy(() -> media.put(VOLUME, NAME, file)).isInstanceOf(IOException.class)
                .hasMessageContaining(words);
    }

    @Test
    void comesToTheStickAndBack() throws Exception {
        Path stick = stick();
        Files.writeString(stick.resolve("holiday.jpg"), "somebody's own");

        media.put(VOLUME, NAME, file);

        assertThat(Files.readString(stick.resolve("gatehouse-backups").resolve(NAME))).isEqualTo("a backup");
        assertThat(box.ran).anyMatch(run -> run.startsWith("mount -t vfat -o rw,nodev,nosuid,noexec,nosymfollow"))
                .anyMatch(run -> run.startsWith("sync -f")).last().asString().startsWith("umount");
        BackupMedium seen = media.look().media().getFirst();
        assertThat(seen.volume()).isEqualTo(VOLUME);
        assertThat(seen.model()).isEqualTo("Flash Drive");
        assertThat(seen.backups()).containsExactly(new BackupMedium.BackupFile(NAME, 8));
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        media.get(VOLUME, NAME, back);
        assertThat(back).hasToString("a backup");
        assertThat(names(root.resolve("var/lib/gatehouse/carried"))).isEmpty();
        media.delete(VOLUME, NAME);
        assertThat(names(stick.resolve("gatehouse-backups"))).isEmpty();
        assertThat(stick.resolve("holiday.jpg")).hasContent("somebody's own");
        assertThat(file).exists();
    }

    @Test
    void whatAPowerCutLeftIsRemovedAndNeverShown() throws Exception {
        Path folder = Files.createDirectories(stick().resolve("gatehouse-backups"));
        Files.writeString(folder.resolve("gatehouse-20261121-030000.backup.part"), "half");
        Files.writeString(folder.resolve("notes.part"), "somebody's own");
        assertThat(media.list(VOLUME)).isEmpty();

        media.put(VOLUME, NAME, file);

        assertThat(names(folder)).containsExactly(NAME, "notes.part");
    }

    @Test
    void missingMediumIsSaid() throws Exception {
        fails("'" + VOLUME + "' is not plugged in");
        assertThatThrownBy(() -> media.list(VOLUME)).hasMessageContaining("Plug it in again");
        stick();
        box.pullsOutWhenMounted = true;
        fails("pulled out");
    }

    @Test
    void mediumThatIsFullOrOfAnotherKindIsSaid() throws Exception {
        Path stick = stick();
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(Files.getFileStore(root).getUsableSpace() + (1L << 30));
        }
        fails("no room for a backup");
        assertThat(names(stick.resolve("gatehouse-backups"))).isEmpty();
        Files.writeString(root.resolve("stick-kind"), "ext4");
        fails("must have a FAT or exFAT file system");
        assertThat(media.look().unreadable()).singleElement()
                .satisfies(one -> assertThat(one.reason()).contains("FAT or exFAT"));
    }

    @Test
    void nothingButOurFolderIsWritten() throws Exception {
        Path stick = stick();
        Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
        Files.createSymbolicLink(stick.resolve("gatehouse-backups"), elsewhere);
        fails("There is a file named gatehouse-backups");
        assertThat(media.look().media().getFirst().backups()).isEmpty();
        assertThat(names(elsewhere)).isEmpty();
    }

    @Test
    void agentTakesNoPathsAndNoLinks() throws Exception {
        Path stick = stick();
        Path carried = Files.createDirectories(root.resolve("var/lib/gatehouse/carried"));
        Path secret = Files.writeString(root.resolve("secret"), "of root");
        for (String name : List.of("../" + NAME, "shadow", NAME + "/..", "", "gatehouse-20261122-030000.backup.part")) {
            Files.writeString(carried.resolve("outgoing.backup"), "x");
            Files.writeString(carried.resolve("incoming.backup"), "x");
            for (String verb : List.of("backup.put", "backup.get", "backup.delete")) {
                refused(verb, object().put("volume", VOLUME).put("name", name));
            }
        }
        for (String volume : List.of("../../vda2", "vda2", "sdb", "01234567-89ab-cdef-0123-456789abcdef", "")) {
            refused("backup.put", object().put("volume", volume).put("name", NAME));
        }
        for (String link : List.of("outgoing.backup", "incoming.backup")) {
            Files.delete(carried.resolve(link));
            Files.createSymbolicLink(carried.resolve(link), secret);
        }
        refused("backup.put", object().put("volume", VOLUME).put("name", NAME));
        Files.writeString(Files.createDirectories(stick.resolve("gatehouse-backups")).resolve(NAME), "evil");
        refused("backup.get", object().put("volume", VOLUME).put("name", NAME));
        assertThat(secret).hasContent("of root");
    }

    /** The system's own disk has a FAT file system as well, and a volume of the same shape. */
    @Test
    void ownDiskIsNoMedium() throws Exception {
        stick();
        Files.createSymbolicLink(root.resolve("dev/disk/by-uuid/AAAA-BBBB"), Path.of("../../vda1"));
        assertThat(media.look().media()).extracting(BackupMedium::volume).containsExactly(VOLUME);
        refused("backup.delete", object().put("volume", "AAAA-BBBB").put("name", NAME));
    }

    private void refused(String verb, ObjectNode asked) {
        assertThatThrownBy(() -> agent.ask(verb, asked, Progress.NONE)).isInstanceOf(Refused.class);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
