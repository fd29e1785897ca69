package org.gatehouse.simulated.providers;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What a simulated provider received and produced: the last 10,000 requests. Thread-safe. A reply that has arrived whole
 * is already here as ended.
 */
public final class Ledger {
    private static final int MOST = 10_000;

    private final ConcurrentSkipListMap<Long, LedgerEntry> entries = new ConcurrentSkipListMap<>();
    private final AtomicLong numbers = new AtomicLong();

    Ledger() {}

    long open(UnaryOperator<LedgerEntry> filled) {
        long number = numbers.incrementAndGet();
        entries.put(number, filled.apply(LedgerEntry.opened(number)));
        if (number > MOST) {
            entries.remove(number - MOST);
        }
        return number;
    }

    void change(long number, UnaryOperator<LedgerEntry> change) {
        entries.computeIfPresent(number, (key, entry) -> change.apply(entry));
    }

    /** All requests, oldest first. */
    public List<LedgerEntry> entries() {
        return List.copyOf(entries.values());
    }

    /** The requests that a model answered or began to answer, oldest first. */
    public List<LedgerEntry> modelCalls() {
        return entries.values().stream().filter(entry -> !entry.model().isEmpty()).toList();
    }

    /** The newest request. */
    public LedgerEntry last() {
        Map.Entry<Long, LedgerEntry> last = entries.lastEntry();
        if (last == null) {
            throw new IllegalStateException("Nothing has been received yet; send a request first.");
        }
        return last.getValue();
    }

    /** Output tokens that left the provider, by the caller's {@code x-request-id} (or else the provider's own). */
    public Map<String, Integer> outputTokensByRequest() {
        return entries.values().stream().filter(entry -> entry.outputTokens() > 0).collect(Collectors
                .toMap(LedgerEntry::billedTo, LedgerEntry::outputTokens, Integer::sum, TreeMap::new));
    }

    /** The caller's request ids for which a whole answer was produced more than once: a duplicate bill. */
    public List<String> answeredMoreThanOnce() {
        return entries.values().stream()
                .filter(entry -> entry.state() == LedgerEntry.State.FINISHED && entry.outputTokens() > 0)
                .collect(Collectors.groupingBy(LedgerEntry::billedTo, TreeMap::new, Collectors.counting())).entrySet()
                .stream().filter(entry -> entry.getValue() > 1).map(Map.Entry::getKey).toList();
    }

    /** Forgets everything. */
    public void clear() {
        entries.clear();
    }
}
