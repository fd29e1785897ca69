package org.gatehouse.daemon.demo;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.gatehouse.daemon.ApplianceDaemon;
import org.gatehouse.daemon.EngineSettings;
import org.gatehouse.daemon.GpuSettings;
import org.gatehouse.daemon.Settings;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.supervisor.BackendChoice;
import org.gatehouse.supervisor.Lifetime;
import org.gatehouse.supervisor.SupervisorSettings;
import org.gatehouse.supervisor.engines.EngineVersion;
import org.gatehouse.supervisor.fleet.EngineProgram;
import org.gatehouse.supervisor.planning.EngineKind;

/**
 * A whole daemon as a process of its own, with simulated engines that outlive it on simulated GPUs: for tests that kill it. Its arguments
 * are its directory and how many deployments it is to have; it says on its standard output when a call to each of them was answered.
 */
final class EngineBox {
    private static final Actor TEST = Actor.system("test");
    private static final DemoModels MODEL = new DemoModels("tiny", 2, 256, 512, 1, 1000);

    private EngineBox() {}

    /** Runs it until it is killed, or its standard input ends. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Path.of(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        DemoGpus gpus = new DemoGpus(count);
        EngineProgram program = new EngineProgram("simulated", EngineKind.VLLM,
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
                        "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                        "org.gatehouse.simulated.SimulatedEngine"),
                EngineVersion.UNKNOWN, List.of("--token-ms", "20"), Map.of());
        ApplianceDaemon daemon = ApplianceDaemon.start(
                new Settings(directory,
                        new Settings.Listen("127.0.0.1", 0, "off", null, null, null, null, null, null), null,
                        new Settings.DatabasePlace(null, null, null, null), new Settings.Journal(null),
                        GpuSettings.off()),
                gpus.plan(),
                EngineSettings.standard().plan(directory,
                        SupervisorSettings.in(directory).with(BackendChoice.PROCESS_GROUPS), List.of(program), true,
                        Lifetime.OUTLIVES_DAEMON));
        gpus.usedBy(() -> daemon.engines().view().deployments());
        System.out.println("UP " + daemon.port() + " " + age());
        Path keyFile = directory.resolve("key");
        if (!Files.exists(keyFile)) {
            Files.writeString(keyFile, sow(daemon.governance(), directory, count));
        }
        String key = Files.readString(keyFile);
        System.out.println("KEY " + key);
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int model = 0; model < count; model++) {
                while (!answers(client, daemon.port(), key, "model-" + model)) {
                    Thread.sleep(10);
                }
            }
        }
        System.out.println("ROUTED " + age() + " " + new ArrayList<>(daemon.engines().pids()));
        while (System.in.read() >= 0) {
            // Until it ends.
        }
        daemon.close();
        System.exit(0);
    }

    /** Milliseconds since this process was started. */
    private static long age() {
        return System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    }

    private static String sow(Governance governance, Path directory, int count) throws IOException {
        String model = MODEL.in(directory.resolve("models-simulated")).toString();
        IntStream.range(0, count).forEach(number -> {
            DeploymentDraft usual = DeploymentDraft.of("d" + number, "model-" + number, model);
            governance.deployments().create(TEST, new DeploymentDraft(usual.name(), usual.publicName(), usual.model(),
                    usual.engine(), usual.release(), List.of(), 1, usual.sizing().on(List.of(DemoGpus.id(number)), 50),
                    false, usual.idleSeconds(), usual.sleep(), usual.priority(), List.of(), usual.patience())).made();
        });
        var department = governance.departments().create(TEST, DepartmentDraft.named("Tests")).made();
        var project = governance.projects().create(TEST, ProjectDraft.named(department.id(), "tests")).made();
        return governance.keys().create(TEST, NewKeyDraft.of(new KeyDraft(project.id(), "test", null,
                KeyDraft.EVERYTHING, KeyDraft.EVERYTHING, List.of(), null)), null).made().secret();
    }

    private static boolean answers(HttpClient client, int port, String key, String model)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                .header("Authorization", "Bearer " + key).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"" + model
                        + "\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
    }
}
