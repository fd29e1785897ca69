package org.gatehouse.simulated;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the engine counts; {@link MetricsText} writes it down. Thread-safe. */
final class Metrics {
    /** How a generation ended, as vLLM labels it. */
    enum Finish {
        STOP, LENGTH, ABORT, ERROR
    }

    private final long startedSeconds;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder generationTokens = new LongAdder();
    private final Map<Finish, LongAdder> finished = new EnumMap<>(Finish.class);
    private final Latencies firstToken = new Latencies();
    private final Latencies betweenTokens = new Latencies();
    private final Latencies whole = new Latencies();

    Metrics(long startedSeconds) {
        this.startedSeconds = startedSeconds;
        for (Finish finish : Finish.values()) {
            finished.put(finish, new LongAdder());
        }
    }

    void waits() {
        waiting.incrementAndGet();
    }

    void waitsNoMore() {
        waiting.decrementAndGet();
    }

    void begins(int prompt) {
        running.incrementAndGet();
        promptTokens.add(prompt);
    }

    void ends(Finish finish, int generated, long nanosToFirstToken, long nanos) {
        running.decrementAndGet();
        generationTokens.add(generated);
        of(finish).increment();
        firstToken.add(nanosToFirstToken);
        whole.add(nanos);
        if (generated > 1) {
            betweenTokens.add((nanos - nanosToFirstToken) / (generated - 1));
        }
    }

    private LongAdder of(Finish finish) {
        return Objects.requireNonNull(finished.get(finish));
    }

    /** Requests that are being generated or wait for it. */
    int load() {
        return running.get() + waiting.get();
    }

    int running() {
        return running.get();
    }

    int waiting() {
        return waiting.get();
    }

    long startedSeconds() {
        return startedSeconds;
    }

    long promptTokens() {
        return promptTokens.sum();
    }

    long generationTokens() {
        return generationTokens.sum();
    }

    long finished(Finish finish) {
        return of(finish).sum();
    }

    Latencies firstToken() {
        return firstToken;
    }

    /** One average for each reply. */
    Latencies betweenTokens() {
        return betweenTokens;
    }

    Latencies whole() {
        return whole;
    }

    /** A histogram of times in nanoseconds. */
    static final class Latencies {
        private static final long[] BOUNDS_MICROS = {1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000,
                5_000_000, 10_000_000, 60_000_000};

        private final LongAdder[] buckets = new LongAdder[BOUNDS_MICROS.length + 1];
        private final LongAdder nanosSum = new LongAdder();

        Latencies() {
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }

        void add(long nanos) {
            int bucket = 0;
            while (bucket < BOUNDS_MICROS.length && nanos > BOUNDS_MICROS[bucket] * 1000) {
                bucket++;
            }
            buckets[bucket].increment();
            nanosSum.add(nanos);
        }

        void write(String name, String labels, Bytes out) {
            out.ascii("# TYPE ").ascii(name).ascii(" histogram\n");
            long sum = 0;
            for (int i = 0; i < buckets.length; i++) {
                sum += buckets[i].sum();
                out.ascii(name).ascii("_bucket{le=\"");
                out.ascii(i < BOUNDS_MICROS.length ? Double.toString(BOUNDS_MICROS[i] / 1e6) : "+Inf");
                out.ascii("\",").ascii(labels).put(' ').number(sum).ascii(".0\n");
            }
            out.ascii(name).ascii("_count{").ascii(labels).put(' ').number(sum).ascii(".0\n");
            out.ascii(name).ascii("_sum{").ascii(labels).put(' ').ascii(Double.toString(nanosSum.sum() / 1e9));
            out.put('\n');
        }
    }
}
