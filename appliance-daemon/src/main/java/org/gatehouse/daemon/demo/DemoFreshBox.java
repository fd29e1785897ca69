package org.gatehouse.daemon.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.daemon.ApplianceDaemon;
import org.gatehouse.daemon.GpuSettings;
import org.gatehouse.daemon.Settings;
import org.gatehouse.setup.Claims;
import org.gatehouse.setup.Phase;

/**
 * A second, small box of the demo that nobody has set up yet, with one simulated GPU. What its set-up asks for is
 * simulated, too, and suggested by it. Thread-safe.
 */
final class DemoFreshBox implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SUGGESTIONS = "setup-suggestions.json";

    private final ApplianceDaemon daemon;
    private final AtomicReference<String> code = new AtomicReference<>("");

    private DemoFreshBox(ApplianceDaemon daemon) {
        this.daemon = daemon;
    }

    /**
     * Starts it.
     *
     * @param port taken if it is free, any other otherwise
     * @param cloudUrl of the simulated commercial API
     */
    static DemoFreshBox start(Path directory, int port, String cloudUrl) throws IOException {
        Files.createDirectories(directory);
        Path model = DemoModels.SMALL.in(directory.resolve("models-simulated"));
        Files.writeString(directory.resolve(SUGGESTIONS), JSON.writeValueAsString(suggestions(cloudUrl, model)));
        DemoGpus gpus = new DemoGpus(1);
        ApplianceDaemon daemon = ApplianceDaemon.startSimulated(new Settings(directory,
                new Settings.Listen("127.0.0.1", free(port), "off", null, null, null, null, null,
                        Duration.ofSeconds(5)),
                null, new Settings.DatabasePlace(null, null, null, null), new Settings.Journal(null),
                GpuSettings.off()), gpus.plan(), DemoEngines.plan(directory));
        gpus.usedBy(() -> daemon.engines().view().deployments());
        DemoFreshBox box = new DemoFreshBox(daemon);
        daemon.showClaimCodes(fresh -> box.code.set(fresh.text()));
        return box;
    }

    private static int free(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
            return port;
        } catch (IOException _) {
            return 0;
        }
    }

    /** Answers that this machine can bear, by step. */
    private static ObjectNode suggestions(String cloudUrl, Path model) {
        ObjectNode all = JSON.createObjectNode();
        ObjectNode cloud = all.putObject("providers").putArray("upstreams").addObject().put("name", "sim-cloud")
                .put("kind", "openai_compatible").put("baseUrl", cloudUrl).put("apiKey", DemoEngines.CLOUD_KEY)
                .put("privateAddressesAllowed", true).put("simulated", true);
        cloud.putArray("models").addObject().put("name", "sim-cloud").put("upstreamModel", DemoEngines.CLOUD)
                .put("inputPerMillion", "2.50").put("outputPerMillion", "10");
        ObjectNode local = all.putObject("local-models").putArray("deployments").addObject().put("name", "sim-local")
                .put("publicName", "sim-local").put("model", model.toString()).put("release", DemoEngines.FAST);
        ObjectNode sizing = local.putObject("sizing").put("gpuPercent", 90);
        sizing.putArray("gpus").add(DemoGpus.id(0));
        ObjectNode organization = all.putObject("organization").put("preset", "balanced");
        ArrayNode departments = organization.putArray("departments");
        departments.addObject().put("name", "Research").put("monthlyBudget", "1000").putArray("projects")
                .add("search");
        departments.addObject().put("name", "Support").put("monthlyBudget", "500").putArray("projects")
                .add("helpdesk");
        all.putObject("first-key").put("department", "Research").put("project", "search").put("name", "first")
                .putArray("models").add("sim-cloud");
        return all;
    }

    /** Where it is set up. */
    String setupUrl() {
        return "http://127.0.0.1:" + daemon.port() + "/setup/";
    }

    /** The claim code that is open; empty when it is claimed or set up. */
    String claimCode() {
        return daemon.setUp().phase() == Phase.UNCLAIMED ? code.get() : "";
    }

    /** Where the newest code always stands. */
    Path claimCodeFile() {
        return daemon.data().resolve(Claims.FILE);
    }

    @Override
    public void close() {
        daemon.close();
    }
}
