package org.gatehouse.telemetry;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import org.gatehouse.audit.CallRecord;

/**
 * The box's metrics. Label values come from what admins configured, never from what a client sent, so the number of
 * series stays bounded. Thread-safe.
 */
public final class CallMetrics implements AutoCloseable {
    private static final Duration[] LATENCIES = {Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(20),
            Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(250), Duration.ofMillis(500),
            Duration.ofSeconds(1), Duration.ofMillis(2500), Duration.ofSeconds(5), Duration.ofSeconds(10),
            Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(300)};
    private static final String NONE = "none";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ConcurrentHashMap<Labels, Series> series = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Object> sources = new ConcurrentLinkedQueue<>();
    private final JvmGcMetrics collector = new JvmGcMetrics();

    /** Starts the registry with the JVM's own figures. */
    public CallMetrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collector.bindTo(registry);
    }

    private record Labels(String surface, String model, String upstream, String outcome, String code,
            boolean simulated) {}

    private record Series(Counter calls, Timer total, Timer firstByte, Counter input, Counter output, Counter cached,
            Counter reasoning) {}

    /** A call was recorded. */
    public void ended(CallRecord record) {
        // The model asked for is the client's text; it is a configured name only when a target was found for it.
        boolean routed = record.upstream() != null || record.saved() != null;
        Labels labels = new Labels(record.surface(), routed ? or(record.modelAsked()) : NONE, or(record.upstream()),
                record.outcome().name().toLowerCase(java.util.Locale.ROOT), or(record.errorCode()), record.simulated());
        Series found = series.get(labels);
        if (found == null) {
            found = series.computeIfAbsent(labels, this::open);
        }
        found.calls().increment();
        found.total().record(record.totalMicros(), TimeUnit.MICROSECONDS);
        Long firstByte = record.firstByteMicros();
        if (firstByte != null) {
            found.firstByte().record(firstByte, TimeUnit.MICROSECONDS);
        }
        found.input().increment(record.usage().inputTokens());
        found.output().increment(record.usage().outputTokens());
        found.cached().increment(record.usage().cachedInputTokens());
        found.reasoning().increment(record.usage().reasoningTokens());
    }

    private Series open(Labels labels) {
        Tags tags = Tags.of("surface", labels.surface(), "model", labels.model(), "upstream", labels.upstream(),
                "simulated", Boolean.toString(labels.simulated()));
        Tags ended = tags.and("outcome", labels.outcome());
        return new Series(
                Counter.builder("gatehouse.calls").description("Calls by how they ended")
                        .tags(ended.and("code", labels.code()))
                        .register(registry),
                Timer.builder("gatehouse.call.duration").description("From the request line to the end of the call")
                        .tags(ended).serviceLevelObjectives(LATENCIES).register(registry),
                Timer.builder("gatehouse.first.byte").description("From the request line to the first reply byte")
                        .tags(ended).serviceLevelObjectives(LATENCIES).register(registry),
                tokens(tags, "input"), tokens(tags, "output"), tokens(tags, "cached_input"), tokens(tags, "reasoning"));
    }

    private Counter tokens(Tags tags, String kind) {
        return Counter.builder("gatehouse.tokens").description("Tokens as settled").tags(tags.and("kind", kind))
                .register(registry);
    }

    /** Shows a number of some other room; tags as in {@link #count}. */
    public <T> void gauge(String name, String description, T source, ToDoubleFunction<T> value, String... tags) {
        Gauge.builder(name, source, value).description(description).tags(tags).strongReference(true).register(registry);
    }

    /**
     * Counts one event of some other room.
     *
     * @param tags names and values in turn; values from a small set, never from what a client sent
     */
    public void count(String name, String description, String... tags) {
        Counter.builder(name).description(description).tags(tags).register(registry).increment();
    }

    /** Shows a number of some other room that only grows; tags as in {@link #count}. */
    public <T> void counter(String name, String description, T source, ToDoubleFunction<T> value, String... tags) {
        // The registry itself holds sources of counters weakly, and reads 0 when they are gone.
        sources.add(source);
        FunctionCounter.builder(name, source, value).description(description).tags(tags).register(registry);
    }

    /** Everything, as Prometheus reads it. */
    public String scrape() {
        return registry.scrape();
    }

    private static String or(@org.jspecify.annotations.Nullable String text) {
        return text == null ? NONE : text;
    }

    @Override
    public void close() {
        collector.close();
        registry.close();
    }
}
