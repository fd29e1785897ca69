package org.gatehouse.simulated;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What one request asked for and got, as the engine saw it. Written by the request's own thread, read by anybody; the
 * numbers of a running request are a moment's view.
 */
public final class LedgerEntry {

    /** How far a request has come. */
    public enum State {
        /** Being served. */
        RUNNING,
        /** Answered to its end. */
        FINISHED,
        /** The caller left first. */
        ABORTED,
        /** Ended by the fault that it asked for. */
        FAULTED,
        /** Answered with an error before any work was done. */
        REFUSED
    }

    private final String id;
    private final String path;
    private final long receivedAtMillis;
    private final long receivedNanos;
    private volatile String model = "";
    private volatile String cacheSalt = "";
    private volatile @Nullable Integer priority;
    private volatile int promptTokens;
    private volatile int cachedTokens;
    private volatile int outputTokens;
    private volatile int status;
    private volatile State state = State.RUNNING;
    private volatile long endedNanos;
    private volatile Map<String, String> headers = Map.of();
    private volatile @Nullable String body;

    LedgerEntry(String id, String path, long receivedAtMillis, long receivedNanos) {
        this.id = id;
        this.path = path;
        this.receivedAtMillis = receivedAtMillis;
        this.receivedNanos = receivedNanos;
    }

    void admitted(String servedModel, int prompt, int cached) {
        model = servedModel;
        promptTokens = prompt;
        cachedTokens = cached;
    }

    void tagged(String salt, @Nullable Integer askedPriority) {
        cacheSalt = salt;
        priority = askedPriority;
    }

    void produced(int tokens) {
        outputTokens = tokens;
    }

    void copied(Map<String, String> receivedHeaders, String receivedBody) {
        headers = receivedHeaders;
        body = receivedBody;
    }

    void status(int sent) {
        status = sent;
    }

    void ended(State end, long nanos) {
        endedNanos = nanos;
        state = end;
    }

    /** The caller's {@code X-Request-Id}, or one that the engine made up. */
    public String id() {
        return id;
    }

    /** The path asked for, without its query. */
    public String path() {
        return path;
    }

    /** The model's name in the request; empty until the request was read. */
    public String model() {
        return model;
    }

    /** The request's {@code cache_salt}; empty without one. */
    public String cacheSalt() {
        return cacheSalt;
    }

    /** The request's {@code priority}; {@code null} without one. */
    public @Nullable Integer priority() {
        return priority;
    }

    /** Tokens of the prompt; as usage tells them. */
    public int promptTokens() {
        return promptTokens;
    }

    /** Prompt tokens that the prefix cache had. */
    public int cachedTokens() {
        return cachedTokens;
    }

    /** Output tokens produced so far. */
    public int outputTokens() {
        return outputTokens;
    }

    /** The HTTP status sent; 0 when none was. */
    public int status() {
        return status;
    }

    /** How far the request has come. */
    public State state() {
        return state;
    }

    /** When the request had been read, in milliseconds since 1970. */
    public long receivedAtMillis() {
        return receivedAtMillis;
    }

    /** Milliseconds from reading the request to its end; negative while it runs. For an aborted one: to seeing it. */
    public double tookMillis() {
        return state == State.RUNNING ? -1 : (endedNanos - receivedNanos) / 1e6;
    }

    /** The request's headers by lower-case name, the credentials cut to their last four characters; empty if not kept. */
    public Map<String, String> headers() {
        return headers;
    }

    /** The last 4 KB of the request's body; {@code null} if not kept. */
    public @Nullable String body() {
        return body;
    }
}
