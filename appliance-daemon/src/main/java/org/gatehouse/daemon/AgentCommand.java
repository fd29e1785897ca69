package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import org.gatehouse.machine.agent.Agent;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.SystemPrograms;
import org.gatehouse.machine.agent.Verb;
import org.gatehouse.machine.backups.BackupVerbs;
import org.gatehouse.machine.disks.DiskVerbs;
import org.gatehouse.machine.encryption.EncryptionVerbs;
import org.gatehouse.machine.engines.EngineVerbs;
import org.gatehouse.machine.layers.LayerMounting;
import org.gatehouse.machine.layers.LayerVerbs;
import org.gatehouse.machine.power.PowerVerbs;
import org.gatehouse.machine.settings.SettingsVerbs;
import org.gatehouse.machine.slots.Layout;
import org.gatehouse.machine.slots.UpdateVerbs;
import org.gatehouse.machine.support.SupportVerbs;

/**
 * {@code gatehouse agent}: what changes the appliance's system on the daemon's behalf. Started by the service manager, as
 * root, when the daemon opens its socket; nobody else has a use for it.
 */
@Command(name = "agent", hidden = true, mixinStandardHelpOptions = true, description = "Serves the daemon's requests for what needs root, on the socket that is its standard input.")
final class AgentCommand implements Callable<Integer> {
    private static final Duration IDLE = Duration.ofMinutes(1);

    @Option(names = "--for", paramLabel = "USER", defaultValue = "gatehouse", description = "Who may ask, besides root.")
    private String user = "gatehouse";

    @Option(names = "--undo", paramLabel = "ID", description = "Undoes a change of the network that nobody kept, and ends; 'restart': whatever was not kept before the box started.")
    private @Nullable String undo;

    @Option(names = "--mount-layers", description = "Mounts the layers, before the gateway starts, and ends.")
    private boolean mountLayers;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (mountLayers) {
            LayerMounting.ofAppliance(new SystemPrograms()).run();
            return 0;
        }
        String undone = undo;
        if (undone != null) {
            if (undone.equals("restart")) {
                settings().atStart();
            } else {
                settings().notKept(undone);
            }
            return 0;
        }
        Channel inherited = System.inheritedChannel();
        if (!(inherited instanceof ServerSocketChannel door)) {
            throw new IOException("Standard input is no listening socket. The service manager starts this program.");
        }
        new Agent(verbs(), this::trusted, IDLE).serve(door);
        return 0;
    }

    private boolean trusted(UserPrincipal who) {
        return who.getName().equals(user) || who.getName().equals("root");
    }

    /** All that can be asked for. */
    private static List<Verb> verbs() {
        Programs programs = new SystemPrograms();
        Path root = Path.of("/");
        Path media = Path.of("/run/gatehouse-agent/media");
        LayerVerbs layers = LayerVerbs.of(root, media, programs);
        return Stream.of(
                new UpdateVerbs(Layout.ofAppliance(), media, programs, Clock.systemUTC(), layers::misfits).all(),
                layers.all(), settings().all(), new PowerVerbs(root, programs).all(),
                new SupportVerbs(root, programs).all(), new EncryptionVerbs(root, programs).all(),
                new EngineVerbs(root, programs).all(), new DiskVerbs(root, programs).all(),
                new BackupVerbs(Layout.ofAppliance(), root, media, programs).all())
                .flatMap(List::stream).toList();
    }

    private static SettingsVerbs settings() {
        return SettingsVerbs.of(Path.of("/"), new SystemPrograms());
    }
}
