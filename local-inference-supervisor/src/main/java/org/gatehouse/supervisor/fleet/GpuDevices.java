package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.gatehouse.supervisor.planning.GpuCapacity;

/** Which device files an engine on GPUs needs. What the driver does not tell is not guessed but said. Thread-safe. */
final class GpuDevices {
    private static final Path OF_THIS_MACHINE = Path.of("/proc/driver/nvidia/capabilities");
    /** Names of the driver's devices as a kind (systemd.resource-control(5)); the second is that of older drivers. */
    private static final List<String> ALL = List.of("char-nvidia", "char-nvidia-frontend");
    private static final String ALL_INSTANCES = "char-nvidia-caps";
    private static final Pattern MINOR = Pattern.compile("DeviceFileMinor:\\s*(\\d{1,6})");

    private final Path capabilities;

    /**
     * Device files, or kinds of them where they are not known one by one.
     *
     * @param names such as {@code /dev/nvidia3}
     * @param doubts sentences for an admin: where more is allowed than needed, and why
     */
    record Devices(List<String> names, List<String> doubts) {}

    GpuDevices() {
        this(OF_THIS_MACHINE);
    }

    /** Reads MIG's capabilities below this directory. */
    GpuDevices(Path capabilities) {
        this.capabilities = capabilities;
    }

    /** The devices of these GPUs, by what was seen of them last. */
    Devices of(List<GpuCapacity> gpus, Collection<GpuView.Sight> sights) {
        Set<String> names = new LinkedHashSet<>();
        List<String> doubts = new ArrayList<>();
        for (GpuCapacity gpu : gpus) {
            GpuView.Sight sight = sights.stream().filter(each -> each.capacity().id().equals(gpu.id())).findFirst()
                    .orElse(null);
            if (sight == null || sight.minor() < 0) {
                names.addAll(ALL);
                if (gpu.isMig()) {
                    names.add(ALL_INSTANCES);
                }
                doubts.add("The device file of " + gpu.title()
                        + " is not known, so its engine could open every GPU's: let the monitor read NVML or DCGM to confine it.");
                continue;
            }
            names.add("/dev/nvidia" + sight.minor());
            if (gpu.isMig()) {
                instance(gpu, sight, names, doubts);
            }
        }
        return new Devices(List.copyOf(names), doubts);
    }

    /** A part of a divided GPU is opened by a file for its GPU instance, and one for each compute instance in it. */
    private void instance(GpuCapacity gpu, GpuView.Sight sight, Set<String> names, List<String> doubts) {
        Path directory = capabilities.resolve("gpu" + sight.minor()).resolve("mig").resolve("gi" + sight.gpuInstance());
        try (DirectoryStream<Path> computing = Files.newDirectoryStream(directory, "ci*")) {
            List<String> found = new ArrayList<>(List.of(device(directory)));
            for (Path each : computing) {
                found.add(device(each));
            }
            names.addAll(found);
        } catch (IOException e) {
            names.add(ALL_INSTANCES);
            doubts.add("The device files of " + gpu.title() + " cannot be read from " + directory
                    + ", so its engine could open every MIG instance's: see whether the driver shows its capabilities there.");
        }
    }

    private static String device(Path directory) throws IOException {
        Matcher matcher = MINOR.matcher(Files.readString(directory.resolve("access")));
        if (!matcher.find()) {
            throw new IOException("no minor in " + directory);
        }
        return "/dev/nvidia-caps/nvidia-cap" + matcher.group(1);
    }
}
