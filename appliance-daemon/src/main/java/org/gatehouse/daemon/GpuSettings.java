package org.gatehouse.daemon;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.compute.GpuPlan;
import org.gatehouse.gpu.dcgm.DcgmSettings;

/**
 * Which GPUs are watched, and how. Simulated ones cannot be had by settings: only the demo has them. Immutable.
 *
 * @param sources {@code auto} (default): this machine's, by the best source that works, and the exporters; {@code exporters}: those
 *        alone; {@code off}: none
 * @param node what this machine is called in metrics and in the API; by default its host name
 * @param dcgmAddresses DCGM host engines to try, best first, {@code unix:///path} or {@code tcp://host:port}; by default the usual two on
 *        this machine
 * @param dcgmEmbedded whether a DCGM host engine may run inside the daemon when no other is there; a fault in it ends the daemon, so it
 *        is off by default
 * @param exporters dcgm-exporters of other machines, or of this one
 */
public record GpuSettings(@Nullable String sources, @Nullable String node, @Nullable List<String> dcgmAddresses,
        @Nullable Boolean dcgmEmbedded, @Nullable List<Exporter> exporters) {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /**
     * A dcgm-exporter.
     *
     * @param name what its machine is called
     * @param url its metrics page, such as {@code http://gpu-2.example.com:9400/metrics}
     */
    public record Exporter(@Nullable String name, @Nullable String url) {}

    /** What holds when nothing is said. */
    public static GpuSettings standard() {
        return new GpuSettings(null, null, null, null, null);
    }

    /** Watches nothing. */
    public static GpuSettings off() {
        return new GpuSettings("off", null, null, null, null);
    }

    /**
     * What the box is to watch.
     *
     * @throws SettingsException says which setting is wrong
     */
    GpuPlan plan(Clock clock, LongSupplier nanoTime) {
        String wanted = Objects.requireNonNullElse(sources, "auto");
        try {
            return switch (wanted) {
                case "off" -> GpuPlan.off();
                case "exporters" -> GpuPlan.exporters(remote(), clock);
                case "auto" -> GpuPlan.automatic(nodeName(), dcgm(), dcgmAddresses != null, remote(), clock, nanoTime);
                default -> throw new SettingsException(
                        "gpus.sources is '" + wanted + "'. Use 'auto', 'exporters' or 'off'.");
            };
        } catch (IllegalArgumentException e) {
            throw new SettingsException("gpus: " + e.getMessage() + ".", e);
        }
    }

    private DcgmSettings dcgm() {
        DcgmSettings usual = DcgmSettings.standard();
        List<String> addresses = Objects.requireNonNullElse(dcgmAddresses, usual.addresses());
        for (String address : addresses) {
            if (!address.matches("unix:///.+|tcp://[^/:]+:[0-9]{1,5}")) {
                throw new SettingsException("gpus.dcgm-addresses holds '" + address
                        + "'. Write unix:///path or tcp://host:port.");
            }
        }
        return new DcgmSettings(usual.libraries(), addresses, Objects.requireNonNullElse(dcgmEmbedded, false),
                usual.policies(), usual.connectTimeout());
    }

    private List<GpuPlan.Exporter> remote() {
        return Objects.requireNonNullElse(exporters, List.<Exporter>of()).stream().map(GpuSettings::checked).toList();
    }

    private static GpuPlan.Exporter checked(Exporter exporter) {
        String name = exporter.name();
        String url = exporter.url();
        if (name == null || name.isBlank() || url == null) {
            throw new SettingsException("Each of gpus.exporters needs a name and a url.");
        }
        URI address;
        try {
            address = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new SettingsException("gpus.exporters: the url of " + name + " is none: '" + url + "'.", e);
        }
        if (address.getHost() == null || !List.of("http", "https").contains(address.getScheme())) {
            throw new SettingsException(
                    "gpus.exporters: the url of " + name + " must be http:// or https:// with a host,"
                            + " not '" + url + "'.");
        }
        return new GpuPlan.Exporter(name, address);
    }

    private String nodeName() {
        if (node != null && !node.isBlank()) {
            return node;
        }
        try {
            String name = Files.readString(HOST_NAME).strip();
            return name.isEmpty() ? "box" : name;
        } catch (IOException _) {
            return "box";
        }
    }
}
