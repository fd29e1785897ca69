package org.gatehouse.daemon;

import java.util.UUID;

import org.gatehouse.admin.AnswerCache;
import org.gatehouse.gateway.cache.ExactCache;
import org.gatehouse.telemetry.CallMetrics;
import org.gatehouse.telemetry.MetricText;

/** The gateway's cache as the admin API and the metrics see it. Thread-safe. */
record KeptAnswers(ExactCache cache) implements AnswerCache {

    @Override
    public State state() {
        ExactCache.Figures now = cache.figures();
        return new State(now.hits(), now.misses(), now.entries(), now.bytes(), now.mostBytes(), now.evicted(),
                now.savedInputTokens(), now.savedOutputTokens(), now.savedMoney());
    }

    @Override
    public int kept(UUID model) {
        return cache.kept(model);
    }

    @Override
    public int purge(UUID model) {
        return cache.purge(model);
    }

    @Override
    public int purge() {
        return cache.purge();
    }

    /** Shows what the cache counts. */
    void show(CallMetrics metrics) {
        metrics.counter("gatehouse.cache.hits", "Calls that were answered with a kept answer", cache,
                it -> it.figures().hits());
        metrics.counter("gatehouse.cache.misses", "Calls that would have been, had there been one", cache,
                it -> it.figures().misses());
        metrics.counter("gatehouse.cache.evictions", "Kept answers that had to go to make room", cache,
                it -> it.figures().evicted());
        metrics.counter("gatehouse.cache.saved.tokens", "Tokens that no model had to read or produce", cache,
                it -> it.figures().savedInputTokens(), "kind", "input");
        metrics.counter("gatehouse.cache.saved.tokens", "Tokens that no model had to read or produce", cache,
                it -> it.figures().savedOutputTokens(), "kind", "output");
        metrics.gauge("gatehouse.cache.entries", "Answers that are kept", cache, it -> it.figures().entries());
        metrics.gauge("gatehouse.cache.bytes", "Memory that kept answers take", cache, it -> it.figures().bytes());
    }

    /** What was saved in money: the currencies come with the prices. */
    String page() {
        MetricText text = new MetricText().counter("gatehouse_cache_saved_cost_total",
                "Money that no upstream had to be paid");
        cache.figures().savedMoney()
                .forEach((currency, amount) -> text.sample(amount.doubleValue(), "currency", currency));
        return text.toString();
    }
}
