package org.gatehouse.simulated;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What a simulated engine is told at its start. Immutable; begin with {@link #forModel} and change what matters with the
 * {@code with…} methods. Names and defaults follow vLLM's command line where it has the same option.
 *
 * @param model the model's path or name, shown as {@code root} in the model list
 * @param servedModelNames the names that requests may use; the first one stands in the replies
 * @param personality whose wire behaviour is played
 * @param host the address to listen on
 * @param port the TCP port, 0 for any free one
 * @param unixSocket where to listen instead of on host and port; {@code null} for TCP
 * @param maxModelLength prompt and output together, in tokens
 * @param apiKey the bearer key asked for; {@code null} asks for none (or, as {@link Personality#OPENAI}, for any)
 * @param shutdownTimeout how long running requests may go on after the stop signal; zero aborts them at once
 * @param forceIncludeUsage whether every stream carries usage, in each chunk and at the end
 * @param promptTokensDetails whether usage tells the prompt tokens that the prefix cache had
 * @param loadTime how long the engine is bound but not listening
 * @param firstTokenMillis milliseconds before the first output token
 * @param tokenMillis milliseconds for each further output token
 * @param defaultTokens output tokens of a reply whose request does not say
 * @param maxConcurrent requests generated at once, 0 for no bound; further ones wait (as OPENAI: are refused with 429)
 * @param ledgerBodies whether the ledger keeps copies of request headers and bodies
 * @param keepAlive how long an idle connection stays open
 * @param script what it is given beside the plain surfaces
 */
public record Options(String model, List<String> servedModelNames, Personality personality, String host, int port,
        @Nullable Path unixSocket, int maxModelLength, @Nullable String apiKey, Duration shutdownTimeout,
        boolean forceIncludeUsage, boolean promptTokensDetails, Duration loadTime, double firstTokenMillis,
        double tokenMillis, int defaultTokens, int maxConcurrent, boolean ledgerBodies, Duration keepAlive,
        Script script) {

    /** Checks the ranges and copies the names. */
    public Options {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(personality, "personality");
        Objects.requireNonNull(host, "host");
        servedModelNames = servedModelNames.isEmpty() ? List.of(model) : List.copyOf(servedModelNames);
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
        if (maxModelLength < 1 || defaultTokens < 0 || maxConcurrent < 0) {
            throw new IllegalArgumentException("maxModelLength, defaultTokens and maxConcurrent must not be negative");
        }
        if (!(firstTokenMillis >= 0) || !(tokenMillis >= 0) || loadTime.isNegative() || shutdownTimeout.isNegative()) {
            throw new IllegalArgumentException("times must not be negative");
        }
    }

    /** A vLLM-like engine on a free port of 127.0.0.1, as fast as it can, with the ledger's copies on. */
    public static Options forModel(String model) {
        return new Options(model, List.of(model), Personality.VLLM, "127.0.0.1", 0, null, 8192, null, Duration.ZERO,
                false, false, Duration.ZERO, 0, 0, 32, 0, true, usualKeepAlive(Personality.VLLM), Script.none());
    }

    /** These options with the names that requests may use; the first one stands in the replies. */
    public Options withServedModelNames(String... names) {
        return with(draft -> draft.servedModelNames = List.of(names));
    }

    /** These options playing another personality, with the keep-alive time that is usual for it. */
    public Options withPersonality(Personality changed) {
        return with(draft -> {
            draft.personality = changed;
            draft.keepAlive = usualKeepAlive(changed);
        });
    }

    // vLLM closes an idle connection after five seconds, which a caller's connection pool has to live with.
    static Duration usualKeepAlive(Personality personality) {
        return Duration.ofSeconds(personality == Personality.VLLM ? 5 : 60);
    }

    /** These options on another TCP address; port 0 takes any free one. */
    public Options withAddress(String changedHost, int changedPort) {
        return with(draft -> {
            draft.host = changedHost;
            draft.port = changedPort;
        });
    }

    /** These options on a unix socket. The path must not exist yet. */
    public Options withUnixSocket(Path path) {
        return with(draft -> draft.unixSocket = path);
    }

    /** These options with another context length, in tokens. */
    public Options withMaxModelLength(int tokens) {
        return with(draft -> draft.maxModelLength = tokens);
    }

    /** These options asking for this bearer key. */
    public Options withApiKey(@Nullable String key) {
        return with(draft -> draft.apiKey = key);
    }

    /** These options with another time to finish running requests after the stop signal. */
    public Options withShutdownTimeout(Duration timeout) {
        return with(draft -> draft.shutdownTimeout = timeout);
    }

    /** These options with usage forced into every stream, or not. */
    public Options withForceIncludeUsage(boolean on) {
        return with(draft -> draft.forceIncludeUsage = on);
    }

    /** These options with cached prompt tokens told in usage, or not. */
    public Options withPromptTokensDetails(boolean on) {
        return with(draft -> draft.promptTokensDetails = on);
    }

    /** These options with another time of being bound but not listening. */
    public Options withLoadTime(Duration time) {
        return with(draft -> draft.loadTime = time);
    }

    /** These options with another pace: milliseconds before the first token and for each further one. */
    public Options withPace(double first, double each) {
        return with(draft -> {
            draft.firstTokenMillis = first;
            draft.tokenMillis = each;
        });
    }

    /** These options with another length of a reply whose request does not say. */
    public Options withDefaultTokens(int tokens) {
        return with(draft -> draft.defaultTokens = tokens);
    }

    /** These options with another bound on requests generated at once; 0 for none. */
    public Options withMaxConcurrent(int requests) {
        return with(draft -> draft.maxConcurrent = requests);
    }

    /** These options with copies of request headers and bodies in the ledger, or without. */
    public Options withLedgerBodies(boolean on) {
        return with(draft -> draft.ledgerBodies = on);
    }

    /** These options with another life of an idle connection. */
    public Options withKeepAlive(Duration time) {
        return with(draft -> draft.keepAlive = time);
    }

    /** These options with other surfaces beside the plain ones. */
    Options withScript(Script changed) {
        return with(draft -> draft.script = changed);
    }

    /** These options with every surface that can be asked for, and the words of this release of vLLM, such as 0.28.0. */
    public Options withEverySurface(String release) {
        return withScript(Script.all(release));
    }

    private Options with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** The record's components while one of them changes. */
    private static final class Draft {
        private final Options origin;
        private List<String> servedModelNames;
        private Personality personality;
        private String host;
        private int port;
        private @Nullable Path unixSocket;
        private int maxModelLength;
        private @Nullable String apiKey;
        private Duration shutdownTimeout;
        private boolean forceIncludeUsage;
        private boolean promptTokensDetails;
        private Duration loadTime;
        private double firstTokenMillis;
        private double tokenMillis;
        private int defaultTokens;
        private int maxConcurrent;
        private boolean ledgerBodies;
        private Duration keepAlive;
        private Script script;

        Draft(Options origin) {
            this.origin = origin;
            servedModelNames = origin.servedModelNames;
            personality = origin.personality;
            host = origin.host;
            port = origin.port;
            unixSocket = origin.unixSocket;
            maxModelLength = origin.maxModelLength;
            apiKey = origin.apiKey;
            shutdownTimeout = origin.shutdownTimeout;
            forceIncludeUsage = origin.forceIncludeUsage;
            promptTokensDetails = origin.promptTokensDetails;
            loadTime = origin.loadTime;
            firstTokenMillis = origin.firstTokenMillis;
            tokenMillis = origin.tokenMillis;
            defaultTokens = origin.defaultTokens;
            maxConcurrent = origin.maxConcurrent;
            ledgerBodies = origin.ledgerBodies;
            keepAlive = origin.keepAlive;
            script = origin.script;
        }

        Options options() {
            return new Options(origin.model, servedModelNames, personality, host, port, unixSocket, maxModelLength,
                    apiKey, shutdownTimeout, forceIncludeUsage, promptTokensDetails, loadTime, firstTokenMillis,
                    tokenMillis, defaultTokens, maxConcurrent, ledgerBodies, keepAlive, script);
        }
    }
}
