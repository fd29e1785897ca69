package org.gatehouse.simulated.providers;

import java.time.Duration;
import java.util.List;

/**
 * How a simulated provider behaves. Immutable; begin with {@link #usual} and change what matters.
 *
 * @param port TCP port on loopback; 0 takes a free one
 * @param apiKey the one key that is accepted, and the static bearer token of Vertex
 * @param models the names that it serves; empty for the kind's usual ones
 * @param usualTokens how long an answer's text is unless a directive says so, in tokens
 * @param firstToken time before the first token
 * @param perToken time for each further token
 * @param seed of texts, identifiers and random failures
 * @param requestsPerMinute what the rate-limit headers say, and beyond which 429 is answered
 * @param tokensPerMinute the same for tokens, input and output
 * @param alternation whether turns of one role in a row are refused where the real provider may merge them
 * @param account what the cloud providers know their callers by
 * @param keptBodyBytes how much of each request's body stays in the ledger
 */
public record ProviderOptions(int port, String apiKey, List<String> models, int usualTokens, Duration firstToken,
        Duration perToken, long seed, int requestsPerMinute, int tokensPerMinute, boolean alternation,
        CloudAccount account, int keptBodyBytes) {

    private static final int PLENTY = 100_000_000;

    public ProviderOptions {
        models = List.copyOf(models);
        if (port < 0 || port > 65_535 || usualTokens < 1 || requestsPerMinute < 0 || tokensPerMinute < 0) {
            throw new IllegalArgumentException("A simulated provider needs a port up to 65535, at least one token an"
                    + " answer and limits that are not negative; correct the options.");
        }
    }

    /** Key {@code simulated-key}, a free port, no delays, no limits, 32 tokens an answer, strict alternation. */
    public static ProviderOptions usual() {
        return new ProviderOptions(0, "simulated-key", List.of(), 32, Duration.ZERO, Duration.ZERO, 1, PLENTY, PLENTY,
                true, CloudAccount.USUAL, 1 << 20);
    }

    /** The same on another port. */
    public ProviderOptions withPort(int other) {
        return new ProviderOptions(other, apiKey, models, usualTokens, firstToken, perToken, seed, requestsPerMinute,
                tokensPerMinute, alternation, account, keptBodyBytes);
    }

    /** The same with another key. */
    public ProviderOptions withApiKey(String other) {
        return new ProviderOptions(port, other, models, usualTokens, firstToken, perToken, seed, requestsPerMinute,
                tokensPerMinute, alternation, account, keptBodyBytes);
    }

    /** The same with these models and no others. */
    public ProviderOptions withModels(String... others) {
        return new ProviderOptions(port, apiKey, List.of(others), usualTokens, firstToken, perToken, seed,
                requestsPerMinute, tokensPerMinute, alternation, account, keptBodyBytes);
    }

    /** The same with answers of another length. */
    public ProviderOptions withUsualTokens(int other) {
        return new ProviderOptions(port, apiKey, models, other, firstToken, perToken, seed, requestsPerMinute,
                tokensPerMinute, alternation, account, keptBodyBytes);
    }

    /** The same at another pace. */
    public ProviderOptions withPace(Duration toFirstToken, Duration forEachToken) {
        return new ProviderOptions(port, apiKey, models, usualTokens, toFirstToken, forEachToken, seed,
                requestsPerMinute, tokensPerMinute, alternation, account, keptBodyBytes);
    }

    /** The same with other texts, identifiers and random failures. */
    public ProviderOptions withSeed(long other) {
        return new ProviderOptions(port, apiKey, models, usualTokens, firstToken, perToken, other, requestsPerMinute,
                tokensPerMinute, alternation, account, keptBodyBytes);
    }

    /** The same with rate limits that are enforced. */
    public ProviderOptions withLimits(int requests, int tokens) {
        return new ProviderOptions(port, apiKey, models, usualTokens, firstToken, perToken, seed, requests, tokens,
                alternation, account, keptBodyBytes);
    }

    /** The same, but several turns of one role in a row are merged, not refused. */
    public ProviderOptions mergingTurns() {
        return new ProviderOptions(port, apiKey, models, usualTokens, firstToken, perToken, seed, requestsPerMinute,
                tokensPerMinute, false, account, keptBodyBytes);
    }

    /** The same for another cloud account. */
    public ProviderOptions withAccount(CloudAccount other) {
        return new ProviderOptions(port, apiKey, models, usualTokens, firstToken, perToken, seed, requestsPerMinute,
                tokensPerMinute, alternation, other, keptBodyBytes);
    }

    /** The same keeping so many bytes of each body in the ledger; 0 for benchmarks. */
    public ProviderOptions keepingBodies(int bytes) {
        return new ProviderOptions(port, apiKey, models, usualTokens, firstToken, perToken, seed, requestsPerMinute,
                tokensPerMinute, alternation, account, bytes);
    }
}
