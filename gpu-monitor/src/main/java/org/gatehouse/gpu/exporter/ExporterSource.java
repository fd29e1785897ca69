package org.gatehouse.gpu.exporter;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuSource;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.Readings.Absence;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.SourceCandidate.Opening;
import org.gatehouse.gpu.SourceKind;
import org.gatehouse.gpu.exporter.PrometheusText.Parsed;
import org.gatehouse.gpu.exporter.PrometheusText.Sample;

/**
 * The GPUs that a dcgm-exporter shows, on this machine or another. Both families of names are read. What the page lacks is unsupported;
 * processes and topology are not on it.
 */
public final class ExporterSource implements GpuSource {
    private static final String SIMULATED = "simulated";

    private final String node;
    private final ExporterSettings settings;
    private final Clock clock;
    private final HttpClient client;
    private final HttpRequest request;

    private ExporterSource(String node, ExporterSettings settings, Clock clock) {
        this.node = node;
        this.settings = settings;
        this.clock = clock;
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(settings.deadline())
                .followRedirects(HttpClient.Redirect.NEVER).build();
        this.request = HttpRequest.newBuilder(settings.metrics()).timeout(settings.deadline())
                .header("Accept", "text/plain").GET().build();
    }

    /** The exporter of one machine, which opens if its page can be read and has GPUs. */
    public static SourceCandidate candidate(String node, ExporterSettings settings, Clock clock) {
        Objects.requireNonNull(node, "node");
        return new SourceCandidate(SourceKind.EXPORTER, "dcgm-exporter at " + settings.metrics(), () -> {
            ExporterSource source = new ExporterSource(node, settings, clock);
            return switch (source.sample()) {
                case Sampling.Taken _ -> new Opening.Opened(source);
                case Sampling.Failed(String reason, boolean _) -> {
                    source.close();
                    yield new Opening.Unavailable(reason);
                }
            };
        });
    }

    @Override
    public SourceKind kind() {
        return SourceKind.EXPORTER;
    }

    @Override
    public Sampling sample() {
        CompletableFuture<HttpResponse<String>> scrape = client.sendAsync(request, HttpResponse.BodyHandlers
                .limiting(HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8), settings.mostBytes()));
        try {
            HttpResponse<String> page = scrape.get(settings.deadline().toNanos(), TimeUnit.NANOSECONDS);
            return page.statusCode() == 200
                    ? read(page.body())
                    : failed("answered with status " + page.statusCode());
        } catch (TimeoutException late) {
            return failed("did not answer within " + settings.deadline().toMillis() + " ms");
        } catch (ExecutionException broken) {
            Throwable cause = broken.getCause() == null ? broken : broken.getCause();
            return failed("could not be read (" + cause.getClass().getSimpleName()
                    + (cause.getMessage() == null ? "" : ": " + cause.getMessage()) + ")");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return failed("was not read: the reader is being stopped");
        } finally {
            scrape.cancel(true);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    /** Turns a page into a snapshot. */
    Sampling read(String page) {
        Instant now = clock.instant();
        Parsed parsed = PrometheusText.parse(page);
        Map<String, Collected> devices = new LinkedHashMap<>();
        boolean simulated = false;
        for (Sample sample : parsed.samples()) {
            if (ExporterNames.metric(sample.name()) == null) {
                continue;
            }
            String uuid = first(sample, "UUID", "uuid");
            String number = first(sample, "gpu");
            if (uuid.isEmpty() && number.isEmpty()) {
                continue;
            }
            simulated |= Boolean.parseBoolean(first(sample, SIMULATED));
            devices.computeIfAbsent(uuid.isEmpty() ? node + "-" + number : uuid, Collected::new).take(sample);
        }
        if (devices.isEmpty()) {
            return failed("shows no GPU");
        }
        List<Gpu> gpus = new ArrayList<>();
        devices.values().forEach(device -> gpus.add(device.gpu()));
        gpus.sort(Comparator.comparingInt(Gpu::index));
        List<String> notes = parsed.unreadable() == 0
                ? List.of()
                : List.of(parsed.unreadable() + " lines of " + settings.metrics() + " could not be read.");
        return new Sampling.Taken(new GpuSnapshot(node, SourceKind.EXPORTER, simulated, now, gpus,
                GpuTopology.unknown(), notes), List.of(), false);
    }

    private Sampling failed(String what) {
        return new Sampling.Failed("The exporter at " + settings.metrics() + " " + what
                + "; check that dcgm-exporter runs there and can be reached", false);
    }

    private static String first(Sample sample, String... labels) {
        for (String label : labels) {
            String value = sample.labels().get(label);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return "";
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException none) {
            return -1;
        }
    }

    /** The samples of one GPU, while a page is read. */
    private static final class Collected {
        private final String uuid;
        private final Readings.Builder whole = new Readings.Builder();
        private final Map<Integer, Readings.Builder> parts = new TreeMap<>();
        private final Map<Integer, String> profiles = new TreeMap<>();
        private String index = "";
        private String bus = "";
        private String name = "";
        private String device = "";
        private String driver = "";

        Collected(String uuid) {
            this.uuid = uuid;
        }

        void take(Sample sample) {
            index = index.isEmpty() ? first(sample, "gpu") : index;
            bus = bus.isEmpty() ? first(sample, "pci_bus_id") : bus;
            name = name.isEmpty() ? first(sample, "modelName") : name;
            device = device.isEmpty() ? first(sample, "device") : device;
            driver = driver.isEmpty()
                    ? first(sample, "DCGM_FI_DRIVER_VERSION", "DCGM_FI_SYSTEM_DRIVER_VERSION")
                    : driver;
            int instance = number(first(sample, "GPU_I_ID"));
            if (instance < 0) {
                ExporterNames.put(whole, sample.name(), sample.value());
            } else {
                ExporterNames.put(parts.computeIfAbsent(instance, id -> new Readings.Builder()), sample.name(),
                        sample.value());
                profiles.putIfAbsent(instance, first(sample, "GPU_I_PROFILE"));
            }
        }

        Gpu gpu() {
            for (GpuMetric metric : GpuMetric.values()) {
                if (!whole.has(metric)) {
                    whole.put(metric, Absence.UNSUPPORTED);
                }
            }
            List<MigInstance> instances = new ArrayList<>();
            parts.forEach((id, readings) -> instances
                    .add(new MigInstance(id, profiles.getOrDefault(id, ""), "", readings.build())));
            int minor = device.startsWith("nvidia") ? number(device.substring("nvidia".length())) : -1;
            GpuIdentity identity = new GpuIdentity(Math.max(0, number(index)), uuid, bus, name, minor, "", driver, "",
                    -1);
            return new Gpu(identity, GpuCondition.OK, whole.build(), !instances.isEmpty(), instances, List.of(),
                    false);
        }
    }
}
