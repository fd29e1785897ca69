package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What systemd is told of one engine's unit (systemd.exec(5), systemd.kill(5), systemd.resource-control(5)). */
final class UnitProperties {
    private UnitProperties() {}

    /** The properties of a transient service, each as {@code Name=value}. */
    static List<String> of(Backend.Order order, Path environmentFile, String user) {
        Deployment deployment = order.deployment();
        List<String> properties = new ArrayList<>(List.of(
                // SIGTERM to the engine's root alone, which ends its own children in order; SIGKILL to all of the group.
                "KillMode=mixed", "KillSignal=SIGTERM", "SendSIGKILL=yes",
                "TimeoutStopSec=" + Math.max(1, deployment.stop().grace().toMillis()) + "ms",
                // The supervisor starts it again: a vLLM whose engine died exits with 0, which systemd takes for success.
                "Restart=no", "OOMPolicy=kill", "LimitNOFILE=65536", "LimitMEMLOCK=infinity", "UMask=0077",
                "StandardInput=null", "StandardOutput=append:" + order.log(), "StandardError=append:" + order.log(),
                // In a file and not on the command line, which everybody on the box can read.
                "EnvironmentFile=" + environmentFile));
        if (!user.isEmpty()) {
            properties.add("User=" + user);
        }
        if (deployment.confinement().strict()) {
            confine(properties, deployment);
        }
        return properties;
    }

    private static void confine(List<String> properties, Deployment deployment) {
        Confinement confinement = deployment.confinement();
        properties.addAll(List.of("NoNewPrivileges=yes", "PrivateTmp=yes", "ProtectSystem=strict",
                "ProtectHome=read-only", "ProtectKernelTunables=yes", "ProtectKernelModules=yes",
                "ProtectControlGroups=yes", "RestrictSUIDSGID=yes", "DevicePolicy=closed"));
        devices(confinement).forEach(device -> properties.add("DeviceAllow=" + device + " rw"));
        confinement.writable().forEach(path -> properties.add("ReadWritePaths=" + path));
        switch (deployment.listen()) {
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

    /** An environment file, each value in double quotes with what is special there escaped (systemd.exec(5)). */
    static String environmentFile(Map<String, String> environment) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(environment).forEach((name, value) -> {
            text.append(name).append("=\"");
            for (char c : value.toCharArray()) {
                if (c == '"' || c == '\\' || c == '`' || c == '$') {
                    text.append('\\');
                }
                text.append(c);
            }
            text.append("\"\n");
        });
        return text.toString();
    }
}
