package org.gatehouse.machine.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What an engine's unit may do (systemd.exec(5), systemd.resource-control(5)): the same for all, whatever was asked for. It may do
 * less than the daemon, but for GPUs, memory and tasks: docs/decisions/0015.
 */
record EngineSandbox(EnginePlaces places) {
    /** Of the daemon's data, what engines see: models to read, and what is theirs below the rest. */
    private static final Set<String> SEEN = Set.of("models", "fleet", "run", "engine-logs");
    private static final List<String> ALWAYS = List.of(
            // The daemon's user: models, sockets and caches are its own. In what it sees there is nothing else of the daemon's.
            "User=gatehouse", "Group=gatehouse", "CapabilityBoundingSet=", "AmbientCapabilities=",
            "NoNewPrivileges=yes", "UMask=0077",
            // Without it the processes of the daemon's user were in its reach, and by /proc what those see.
            "PrivatePIDs=yes",
            "PrivateTmp=yes", "ProtectSystem=strict", "ProtectHome=yes", "ProtectKernelTunables=yes",
            "ProtectKernelModules=yes", "ProtectKernelLogs=yes", "ProtectControlGroups=yes", "ProtectClock=yes",
            "ProtectHostname=yes", "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
            "RestrictNamespaces=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes", "LockPersonality=yes",
            "KeyringMode=private", "SystemCallArchitectures=native", "SystemCallFilter=@system-service",
            "SystemCallErrorNumber=EPERM", "DevicePolicy=closed",
            // The agent's door opens to the daemon's user. Nobody but the daemon has business there, nor with the bus.
            "InaccessiblePaths=-/run/gatehouse-agent -/run/gatehouse -/run/dbus -/run/systemd/private -/efi",
            // Weights are locked pages; a GPU's program opens thousands of files. The slice has the bounds of all together.
            "LimitMEMLOCK=infinity", "LimitNOFILE=65536", "LimitCORE=0", "OOMPolicy=kill", "OOMScoreAdjust=500",
            // SIGTERM to the engine's root alone, which ends its own children in order; SIGKILL to all of the group.
            "KillMode=mixed", "KillSignal=SIGTERM", "SendSIGKILL=yes",
            // The supervisor starts it again: a vLLM whose engine died exits with 0, which systemd takes for success.
            "Restart=no", "StandardInput=null", "StandardOutput=journal", "StandardError=journal",
            // At a shutdown the daemon goes first, and takes no end of an engine for a crash.
            "Before=gatehouse.service");

    /** The properties of its unit, each as {@code Name=value}. */
    List<String> properties(EngineWish wish) throws IOException {
        List<String> properties = new ArrayList<>(ALWAYS);
        properties.add("TimeoutStopSec=" + Math.max(1, wish.grace().toMillis()) + "ms");
        if (!wish.devices().isEmpty()) {
            wish.devices().forEach(device -> properties.add("DeviceAllow=" + device + " rw"));
            List.of("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")
                    .forEach(device -> properties.add("DeviceAllow=" + device + " rw"));
        }
        // A socket is reached through the file system, whatever network its owner is in.
        properties.addAll(wish.onPort()
                ? List.of("IPAddressDeny=any", "IPAddressAllow=localhost")
                : List.of("PrivateNetwork=yes"));
        String id = wish.unit().id();
        for (Path own : List.of(places.instance(id), places.log(id), places.sockets())) {
            properties.add("ReadWritePaths=" + own);
        }
        hide(properties, places.data(), SEEN);
        hide(properties, places.data().resolve("fleet"), Set.of("instances"));
        hide(properties, places.instances(), Set.of(id));
        hide(properties, places.logs(), Set.of(id + ".log"));
        return properties;
    }

    /**
     * What lies there now and is not the engine's. A list of what it sees instead would have to be bound into its view, and root
     * follows links there that the daemon may have made.
     */
    private static void hide(List<String> properties, Path directory, Set<String> seen) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            entries.map(entry -> String.valueOf(entry.getFileName()))
                    .filter(name -> !seen.contains(name) && name.matches("[A-Za-z0-9._-]{1,200}")).sorted()
                    .forEach(name -> properties.add("InaccessiblePaths=-" + directory.resolve(name)));
        }
    }
}
