package org.gatehouse.machine.settings;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import org.gatehouse.machine.agent.Agent;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.power.PowerVerbs;

/** An appliance's file system in a folder, and its agent before it, with programs that only write down that they were called. */
public final class TestAppliance implements AutoCloseable {
    public final List<String> called = new CopyOnWriteArrayList<>();
    private final Path root;
    private final ServerSocketChannel door;

    public TestAppliance(Path folder) throws IOException {
        root = folder.resolve("root");
        furnish(root);
        door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        door.bind(UnixDomainSocketAddress.of(folder.resolve("agent")));
        Agent agent = new Agent(Stream.of(SettingsVerbs.of(root, programs()).all(), new PowerVerbs(root, programs())
                .all()).flatMap(List::stream).toList(), _ -> true, Duration.ofMinutes(5));
        Thread.ofVirtual().start(() -> {
            try {
                agent.serve(door);
            } catch (IOException _) {
                // The test has ended.
            }
        });
    }

    /** What a box has that was just set up, as far as settings go. */
    static void furnish(Path root) throws IOException {
        for (String folder : List.of("etc", "sys/class/net/eno1", "sys/class/net/eno2", "usr/share/zoneinfo/Europe",
                "usr/share/zoneinfo/Etc", "efi")) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.writeString(root.resolve("usr/share/zoneinfo/Europe/Berlin"), "TZif");
        Files.writeString(root.resolve("usr/share/zoneinfo/Etc/UTC"), "TZif");
        Files.writeString(root.resolve("etc/hostname"), "gatehouse\n");
        Files.createSymbolicLink(root.resolve("etc/localtime"), Path.of("/usr/share/zoneinfo/Etc/UTC"));
    }

    private Programs programs() {
        return (command, _) -> {
            called.add(String.join(" ", command));
            return new Programs.Ended(0, "");
        };
    }

    public AgentClient agent() throws IOException {
        return new AgentClient(Path.of(((UnixDomainSocketAddress) door.getLocalAddress()).getPath().toString()));
    }

    public Path root() {
        return root;
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
