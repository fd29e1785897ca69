package org.gatehouse.simulated;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** {@code serve MODEL}: loads for as long as it is told to, then serves until the stop signal. */
@CommandLine.Command(name = "serve", mixinStandardHelpOptions = true, description = "Serves a model that does not exist.")
final class ServeCommand implements Callable<Integer> {
    /** What vLLM's process ends with when it is stopped while it loads. */
    private static final int STOPPED_WHILE_LOADING = 130;
    /** How long a crashing engine still tells its callers so. */
    private static final Duration LAST_WORDS = Duration.ofMillis(100);
    /** Flags, by the minor release that brought them; an older one does not know them. */
    private static final Map<String, Integer> SINCE = Map.of("--shutdown-timeout", 18, "--numa-bind-nodes", 23,
            "--device-ids", 24);

    @CommandLine.Parameters(index = "0", paramLabel = "MODEL", description = "Shown as the model's root.")
    private String model = "";

    @CommandLine.Option(names = "--host", description = "Default: ${DEFAULT-VALUE}. vLLM's is every interface.")
    private String host = "127.0.0.1";

    @CommandLine.Option(names = "--port", description = "0 takes any free one. Default: ${DEFAULT-VALUE}.")
    private int port = 8000;

    @CommandLine.Option(names = "--uds", description = "Listen on this unix socket instead; it must not exist.")
    private @Nullable Path uds;

    @CommandLine.Option(names = "--served-model-name", arity = "1..*", description = "Names that requests may use; the first one stands in replies.")
    private List<String> servedModelNames = List.of();

    @CommandLine.Option(names = "--max-model-len", description = "Default: ${DEFAULT-VALUE} tokens.")
    private int maxModelLength = 8192;

    @CommandLine.Option(names = "--api-key", description = "Bearer key to ask for; also by VLLM_API_KEY.")
    private @Nullable String apiKey;

    @CommandLine.Option(names = "--shutdown-timeout", description = "Seconds to drain after SIGTERM. Default: 0.")
    private double shutdownTimeoutSeconds;

    @CommandLine.Option(names = "--enable-force-include-usage", description = "Usage in every stream.")
    private boolean forceIncludeUsage;

    @CommandLine.Option(names = "--enable-prompt-tokens-details", description = "Cached tokens in usage.")
    private boolean promptTokensDetails;

    @CommandLine.Option(names = "--personality", description = "vllm or openai. Default: vllm.")
    private String personality = "vllm";

    @CommandLine.Option(names = "--load-seconds", description = "Bound but not listening for so long. Default: 0.")
    private double loadSeconds;

    @CommandLine.Option(names = "--first-token-ms", description = "Time to the first output token. Default: 0.")
    private double firstTokenMillis;

    @CommandLine.Option(names = "--token-ms", description = "Time for each further one. Default: 0.")
    private double tokenMillis;

    @CommandLine.Option(names = "--default-tokens", description = "Output tokens unless told. Default: 32.")
    private int defaultTokens = 32;

    @CommandLine.Option(names = "--max-concurrent", description = "Requests generated at once. Default: no bound.")
    private int maxConcurrent;

    @CommandLine.Option(names = "--ledger-bodies", description = "Keep request headers and bodies in the ledger.")
    private boolean ledgerBodies;

    @CommandLine.Mixin
    private AcceptedFlags accepted = new AcceptedFlags();

    @CommandLine.Mixin
    private ScriptFlags scriptFlags = new ScriptFlags();

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        Options options = options();
        StartScript script = startScript();
        LoadLog log = new LoadLog(System.out, System.err);
        log.simulated(options, accepted.given());
        try {
            return serve(options, script, log);
        } catch (IOException e) {
            log.cannotListen(options, e);
            return 1;
        }
    }

    private static Integer serve(Options options, StartScript script, LoadLog log)
            throws IOException, InterruptedException {
        ListeningSocket socket = ListeningSocket.bind(options);
        Process core = CoreChild.start(script.child());
        AtomicReference<@Nullable SimulatedServer> serving = new AtomicReference<>();
        // A hook that halts is how a JVM can answer SIGTERM with the exit status 0, as vLLM does.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            SimulatedServer server = serving.get();
            endCore(core);
            if (server == null) {
                socket.close();
                Runtime.getRuntime().halt(STOPPED_WHILE_LOADING);
            } else {
                log.stopping(options);
                server.drain();
                log.stopped();
                Runtime.getRuntime().halt(0);
            }
        }, "simulated-engine-stop"));
        OptionalInt failed = log.load(options, script);
        if (failed.isPresent()) {
            socket.close();
            endCore(core);
            Runtime.getRuntime().halt(failed.getAsInt());
        }
        SimulatedServer server = SimulatedServer.listen(options, socket);
        server.crashes(status -> crash(log, core, socket, status));
        serving.set(server);
        log.listening(server.describe());
        Duration crashAfter = script.crashAfter();
        if (crashAfter != null) {
            Thread.sleep(crashAfter);
            server.crash(script.crashStatus());
        }
        new CountDownLatch(1).await();
        return 0;
    }

    /** On a thread of its own, for the replies that tell of it go out meanwhile. */
    private static void crash(LoadLog log, @Nullable Process core, ListeningSocket socket, int status) {
        log.crashed();
        endCore(core);
        Thread.ofPlatform().name("simulated-engine-crash").start(() -> {
            try {
                Thread.sleep(LAST_WORDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            socket.close();
            Runtime.getRuntime().halt(status);
        });
    }

    private static void endCore(@Nullable Process core) {
        if (core != null) {
            core.destroy();
        }
    }

    private StartScript startScript() {
        try {
            return scriptFlags.start();
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), "Bad option: " + e.getMessage(), e);
        }
    }

    private Options options() {
        try {
            String key = apiKey == null ? System.getenv("VLLM_API_KEY") : apiKey;
            String keepAlive = System.getenv("VLLM_HTTP_TIMEOUT_KEEP_ALIVE");
            Personality played = Personality.valueOf(personality.toUpperCase(Locale.ROOT));
            return new Options(model, servedModelNames, played, host, port, uds, maxModelLength, key,
                    seconds(shutdownTimeoutSeconds), forceIncludeUsage, promptTokensDetails, seconds(loadSeconds),
                    firstTokenMillis, tokenMillis, defaultTokens, maxConcurrent, ledgerBodies,
                    keepAlive == null ? Options.usualKeepAlive(played) : seconds(Double.parseDouble(keepAlive)),
                    script());
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), "Bad option: " + e.getMessage(), e);
        }
    }

    private Script script() {
        Script script = scriptFlags.script(System.getenv());
        // As they were typed: picocli knows flags that are accepted and ignored as so many names of one option.
        List<String> given = spec.root().commandLine().getParseResult().originalArgs();
        SINCE.forEach((flag, minor) -> {
            boolean isGiven = given.stream().anyMatch(word -> word.equals(flag) || word.startsWith(flag + "="));
            if (isGiven && !script.release().since(minor)) {
                throw new IllegalArgumentException("unrecognized arguments: " + flag + " (came with 0." + minor + ")");
            }
        });
        return script;
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
