package org.gatehouse.daemon;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.ModelDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.PriceDraft;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.UpstreamDraft;
import org.gatehouse.governance.snapshot.ModelRoute;

/**
 * {@code gatehouse train}: starts a box on nothing, calls it a few times and stops. Whoever packages the daemon runs it
 * with {@code -XX:AOTCacheOutput}, so that a real start finds its classes loaded and linked (JEP 483, JEP 514).
 */
@Command(name = "train", hidden = true, mixinStandardHelpOptions = true, description = "Starts and stops a box in a directory of its own, for making an AOT cache.")
final class TrainCommand implements Callable<Integer> {
    private static final int ROUNDS = 200;
    private static final Actor TRAINING = Actor.system("training");

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "A directory to use; removed afterwards.")
    private Path data = Path.of(".");

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (ApplianceDaemon daemon = ApplianceDaemon.start(new Settings(data,
                new Settings.Listen("127.0.0.1", 0, "off", null, null, null, null, null, null), null,
                new Settings.DatabasePlace(null, null, null, null), new Settings.Journal(null),
                GpuSettings.standard()));
                HttpClient client = HttpClient.newHttpClient()) {
            exercise(daemon, client, keyOf(daemon.governance()));
        } finally {
            remove(data);
        }
        return 0;
    }

    /** Nothing listens at the upstream's port: a call goes all the way and back, and no other program must run. */
    private static void exercise(ApplianceDaemon daemon, HttpClient client, String key)
            throws IOException, InterruptedException {
        String base = "http://127.0.0.1:" + daemon.port();
        for (int round = 0; round < ROUNDS; round++) {
            boolean stream = round % 2 == 0;
            send(client,
                    HttpRequest.newBuilder(URI.create(base + "/v1/chat/completions"))
                            .header("authorization", "Bearer " + key)
                            .header("content-type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"training\",\"stream\":" + stream
                                    + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}")));
            for (String path : List.of("/v1/models", "/readyz", "/metrics")) {
                send(client, HttpRequest.newBuilder(URI.create(base + path)).header("authorization", "Bearer " + key));
            }
        }
    }

    private static void send(HttpClient client, HttpRequest.Builder request) throws IOException, InterruptedException {
        client.send(request.build(), HttpResponse.BodyHandlers.discarding());
    }

    private static String keyOf(Governance governance) {
        UUID department = governance.departments().create(TRAINING, DepartmentDraft.named("training")).made().id();
        UUID project = governance.projects().create(TRAINING, ProjectDraft.named(department, "training")).made().id();
        UUID upstream = governance.upstreams()
                .create(TRAINING,
                        UpstreamDraft.commercial("training", "http://127.0.0.1:9/v1", null).onPrivateAddress())
                .made().id();
        UUID model = governance.models().create(TRAINING,
                ModelDraft.routed("training", upstream, "training", ModelRoute.Tokenizer.UNKNOWN, 8192, 1024)).made()
                .id();
        governance.prices().create(TRAINING,
                PriceDraft.perMillion(model, BigDecimal.ONE, BigDecimal.ONE)).made();
        return governance.keys().create(TRAINING, NewKeyDraft.of(KeyDraft.named(project, "training")), null).made()
                .secret();
    }

    private static void remove(Path root) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> tree = Files.walk(root)) {
            deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
