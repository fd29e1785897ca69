package org.gatehouse.simulated.providers;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** The program: one simulated provider, until it is stopped. */
@CommandLine.Command(name = "simulated-providers", version = "simulated-providers of Gatehouse", mixinStandardHelpOptions = true, description = "A simulated commercial provider: speaks its surface, refuses what it refuses, runs no model.")
public final class SimulatedProviders implements Callable<Integer> {
    @CommandLine.Option(names = "--provider", required = true, description = "anthropic, gemini, vertex, openai, azure-openai, bedrock, cohere, mistral, deepseek or dashscope")
    private String provider = "";

    @CommandLine.Option(names = "--port", defaultValue = "0", description = "TCP port on loopback; 0 takes a free one")
    private int port;

    @CommandLine.Option(names = "--api-key", defaultValue = "simulated-key", description = "the one key that is accepted")
    private String apiKey = "";

    @CommandLine.Option(names = "--model", description = "a model that it serves; may be repeated; the provider's usual ones without it")
    private List<String> models = List.of();

    @CommandLine.Option(names = "--default-tokens", defaultValue = "32", description = "tokens of an answer")
    private int tokens;

    @CommandLine.Option(names = "--first-token-ms", defaultValue = "0", description = "time before the first token")
    private double firstTokenMillis;

    @CommandLine.Option(names = "--token-ms", defaultValue = "0", description = "time for each further token")
    private double tokenMillis;

    @CommandLine.Option(names = "--seed", defaultValue = "1", description = "of texts, identifiers and failures")
    private long seed;

    @CommandLine.Option(names = "--fail", defaultValue = "0", description = "share of calls that fail, 0 to 1")
    private double failing;

    @CommandLine.Option(names = "--failures", split = ",", description = "how they fail, in turns; all that do not wait for the caller without it")
    private List<String> failures = List.of();

    @CommandLine.Option(names = "--merge-turns", description = "several turns of one role in a row are merged, not refused")
    private boolean merging;

    @CommandLine.Option(names = "--kept-body-bytes", defaultValue = "4096", description = "of each request's body in the ledger")
    private int keptBodyBytes;

    @CommandLine.Option(names = "--service-account-file", description = "where Vertex's key file is written")
    private @Nullable Path serviceAccountFile;

    private SimulatedProviders() {}

    /** Runs the program; its exit status is 0 after a stop signal, 1 when it cannot listen, 2 on bad usage. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SimulatedProviders()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ProviderKind kind;
        List<Failure> kinds;
        try {
            kind = ProviderKind.of(provider);
            kinds = failures.isEmpty() ? SimulatedProvider.WALL : failures.stream().map(Failure::of).toList();
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        ProviderOptions options = ProviderOptions.usual().withPort(port).withApiKey(apiKey)
                .withModels(models.toArray(String[]::new)).withUsualTokens(tokens)
                .withPace(nanos(firstTokenMillis), nanos(tokenMillis)).withSeed(seed).keepingBodies(keptBodyBytes);
        try (SimulatedProvider server = SimulatedProvider.start(kind, merging ? options.mergingTurns() : options)) {
            if (failing > 0) {
                server.failRandomly(failing, seed, kinds);
            }
            if (serviceAccountFile != null && kind == ProviderKind.VERTEX) {
                Files.writeString(serviceAccountFile, server.serviceAccountJson());
            }
            PrintStream out = System.out;
            out.println("SIMULATED " + kind.word() + ": no model runs here, every answer is made up");
            out.println("Simulated provider listening on " + server.uri());
            out.flush();
            CountDownLatch stopped = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown));
            stopped.await();
        }
        return 0;
    }

    private static Duration nanos(double millis) {
        return Duration.ofNanos((long) (millis * 1e6));
    }
}
