package org.gatehouse.simulated;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** What all connections of one engine share. Thread-safe. */
final class Engine {
    private static final int LONGEST_TEXT = 64 * 1024 * 1024;

    private final Options options;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Ledger ledger = new Ledger();
    private final PrefixCache prefixes = new PrefixCache();
    private final ReplyText standardText = ReplyText.standard();
    private final ReplyText multilingualText = ReplyText.multilingual();
    private final JsonMapper json = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(LONGEST_TEXT).build()).build())
            .build();
    private final Condition condition;
    private final Adapters adapters;
    private final Metrics metrics;
    private final AtomicLong ids;
    private final AtomicInteger slotsTaken = new AtomicInteger();
    private volatile boolean draining;
    private volatile IntConsumer crashing = _ -> {};

    Engine(Options options, Clock clock, LongSupplier nanoTime, long idSeed) {
        this.options = options;
        this.clock = clock;
        this.nanoTime = nanoTime;
        condition = new Condition(options.script().refusal());
        adapters = new Adapters(options.script().adapters());
        metrics = new Metrics(clock.millis() / 1000);
        ids = new AtomicLong(idSeed);
    }

    Options options() {
        return options;
    }

    Personality personality() {
        return options.personality();
    }

    boolean playsVllm() {
        return options.personality() == Personality.VLLM;
    }

    Ledger ledger() {
        return ledger;
    }

    Metrics metrics() {
        return metrics;
    }

    Condition condition() {
        return condition;
    }

    Adapters adapters() {
        return adapters;
    }

    Release release() {
        return options.script().release();
    }

    /** What takes place when the engine crashes, with its exit status. */
    void crashes(IntConsumer how) {
        crashing = how;
    }

    /** Dies as vLLM does: what runs gets errors, then the process ends, with status 0 of all (vllm#48966). */
    void crash(int status) {
        condition.dead(true);
        crashing.accept(status);
    }

    PrefixCache prefixes() {
        return prefixes;
    }

    ReplyText standardText() {
        return standardText;
    }

    ReplyText multilingualText() {
        return multilingualText;
    }

    JsonMapper json() {
        return json;
    }

    long nanos() {
        return nanoTime.getAsLong();
    }

    long epochMillis() {
        return clock.millis();
    }

    /** A name that no other request of this engine has: 32 hexadecimal digits. */
    String newId() {
        long number = ids.getAndIncrement();
        return hex(mix(number)) + hex(mix(~number));
    }

    /** Whether usage tells cached tokens. */
    boolean tellsCachedTokens() {
        return !playsVllm() || options.promptTokensDetails();
    }

    /** Whether this name may stand in a request; none at all means the served one, as vLLM takes it. */
    boolean serves(String model) {
        return (model.isEmpty() && playsVllm()) || options.servedModelNames().contains(model)
                || adapters.has(model);
    }

    /** The name that stands in a reply: the adapter's for a request that named one, else the served one. */
    String shownName(String asked) {
        return adapters.has(asked) ? asked : servedName();
    }

    String servedName() {
        return options.servedModelNames().getFirst();
    }

    boolean takeSlot() {
        int most = options.maxConcurrent();
        if (most == 0) {
            return true;
        }
        int taken = slotsTaken.get();
        while (taken < most) {
            if (slotsTaken.compareAndSet(taken, taken + 1)) {
                return true;
            }
            taken = slotsTaken.get();
        }
        return false;
    }

    /** Lets one more in than there are slots, so that it can be told that it is aborted. */
    void takeSlotForLastWords() {
        if (options.maxConcurrent() > 0) {
            slotsTaken.incrementAndGet();
        }
    }

    void giveSlotBack() {
        if (options.maxConcurrent() > 0) {
            slotsTaken.decrementAndGet();
        }
    }

    /** From now on new generations are aborted at once, as vLLM does between the stop signal and its end. */
    void drain() {
        draining = true;
    }

    boolean draining() {
        return draining;
    }

    private static long mix(long number) {
        long z = number * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    private static String hex(long number) {
        String digits = Long.toHexString(number);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
