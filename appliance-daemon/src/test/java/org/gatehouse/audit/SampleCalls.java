package org.gatehouse.audit;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/** Call records that look like real ones, from a fixed seed. */
public final class SampleCalls {

    private static final String[] MODELS = {"qwen3-32b", "gpt-4.1", "deepseek-v3", "embed-small"};
    private static final String[] SCENARIOS = {"support", "search", "coding", null};
    private final Random random;
    private final UUID organisation;

    /** A source of records. */
    public SampleCalls(long seed) {
        this.random = new Random(seed);
        this.organisation = uuid();
    }

    /** A caller: one of {@code projects} projects with two keys each. */
    public Caller caller(int project, int key) {
        return new Caller(organisation, id("department", project / 2), "Department " + project / 2,
                id("project", project), "Project " + project, id("key", project * 2 + key), "key " + key,
                id("user", project), "Łukasz Ω " + project);
    }

    /** A call that went well. */
    public CallRecord completed(Instant start) {
        int project = random.nextInt(4);
        return call(start, caller(project, random.nextInt(2)), Outcome.COMPLETED, 10 + random.nextInt(2_000),
                1 + random.nextInt(500));
    }

    /** A call that was refused. */
    public CallRecord refused(Instant start) {
        return call(start, null, Outcome.REFUSED, 0, 0);
    }

    /** A call as told. */
    public CallRecord call(Instant start, @Nullable Caller caller, Outcome outcome, long input, long output) {
        boolean refused = outcome == Outcome.REFUSED;
        return new CallRecord(uuid(start), trace(), "req-" + random.nextInt(1 << 20), start, caller, "10.1.2.3",
                "openai",
                "chat.completions", random.nextBoolean(), SCENARIOS[random.nextInt(SCENARIOS.length)],
                MODELS[random.nextInt(MODELS.length)], refused ? null : "served", refused ? null : "local-a", true,
                refused ? 401 : 200, outcome, refused ? "invalid_api_key" : null,
                Usage.tokens(input, output, refused ? Usage.Source.NONE : Usage.Source.REPORTED),
                refused ? null : new Cost(new BigDecimal(input * 3 + output * 7).movePointLeft(6), "USD"),
                refused ? null : (long) random.nextInt(50_000), random.nextInt(2_000_000), null, null);
    }

    /** A random identity. */
    public UUID uuid() {
        return new UUID(random.nextLong() & ~0xF000L | 0x7000L, random.nextLong() & ~(3L << 62) | 1L << 63);
    }

    /** A random identity that tells a time. */
    public UUID uuid(Instant time) {
        UUID random = uuid();
        return new UUID(time.toEpochMilli() << 16 | random.getMostSignificantBits() & 0xFFFF,
                random.getLeastSignificantBits());
    }

    private String trace() {
        return String.format("%016x%016x", random.nextLong(), random.nextLong());
    }

    private static UUID id(String type, int number) {
        return UUID.nameUUIDFromBytes((type + number).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
