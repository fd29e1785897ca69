package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What systemd is told of one engine's unit (systemd.exec(5), systemd.kill(5), systemd.resource-control(5)). */
final class UnitProperties {
    private UnitProperties() {}

    /** The properties of a transient service, each as {@code Name=value}. */
    static List<String> of(ServiceManager.Unit unit, Path environmentFile, String user) {
        List<String> properties = new ArrayList<>(List.of(
                // SIGTERM to the engine's root alone, which ends its own children in order; SIGKILL to all of the group.
                "KillMode=mixed", "KillSignal=SIGTERM", "SendSIGKILL=yes",
                "TimeoutStopSec=" + Math.max(1, unit.grace().toMillis()) + "ms",
                // The supervisor starts it again: a vLLM whose engine died exits with 0, which systemd takes for success.
                "Restart=no", "OOMPolicy=kill", "LimitNOFILE=65536", "LimitMEMLOCK=infinity", "UMask=0077",
                "StandardInput=null", "StandardOutput=append:" + unit.log(), "StandardError=append:" + unit.log(),
                // In a file and not on the command line, which everybody on the box can read.
                "EnvironmentFile=" + environmentFile));
        if (!user.isEmpty()) {
            properties.add("User=" + user);
        }
        if (unit.confinement().strict()) {
            confine(properties, unit);
        }
        return properties;
    }

    private static void confine(List<String> properties, ServiceManager.Unit unit) {
        Confinement confinement = unit.confinement();
        properties.addAll(List.of("NoNewPrivileges=yes", "PrivateTmp=yes", "ProtectSystem=strict",
                "ProtectHome=read-only", "ProtectKernelTunables=yes", "ProtectKernelModules=yes",
                "ProtectControlGroups=yes", "RestrictSUIDSGID=yes", "DevicePolicy=closed"));
        devices(confinement).forEach(device -> properties.add("DeviceAllow=" + device + " rw"));
        confinement.writable().forEach(path -> properties.add("ReadWritePaths=" + path));
        switch (unit.listen()) {
            case Listen.UnixSocket(Path path) -> {
                // A socket is reached through the file system, whatever network its owner is in.
                properties.add("PrivateNetwork=yes");
                if (path.getParent() != null) {
                    properties.add("ReadWritePaths=" + path.getParent());
                }
            }
            case Listen.LoopbackPort _ -> properties.addAll(List.of("IPAddressDeny=any", "IPAddressAllow=localhost"));
        }
        if (confinement.memoryBytes() > 0) {
            properties.add("MemoryMax=" + confinement.memoryBytes());
        }
    }

    private static List<String> devices(Confinement confinement) {
        List<String> devices = new ArrayList<>();
        if (confinement.devices().isEmpty()) {
            return devices;
        }
        devices.addAll(confinement.devices());
        devices.addAll(List.of("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools"));
        return devices;
    }
}
