package org.gatehouse.simulated;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The last 10,000 requests that the engine saw, oldest first. Thread-safe, lock-free. */
public final class Ledger {
    /** How many requests are remembered. */
    public static final int CAPACITY = 10_000;

    private final AtomicReferenceArray<LedgerEntry> ring = new AtomicReferenceArray<>(CAPACITY);
    private final AtomicLong next = new AtomicLong();

    Ledger() {}

    void add(LedgerEntry entry) {
        ring.set((int) (next.getAndIncrement() % CAPACITY), entry);
    }

    /** The remembered requests, oldest first. */
    public List<LedgerEntry> entries() {
        long end = next.get();
        List<LedgerEntry> entries = new ArrayList<>();
        for (long i = Math.max(0, end - CAPACITY); i < end; i++) {
            LedgerEntry entry = ring.get((int) (i % CAPACITY));
            if (entry != null) {
                entries.add(entry);
            }
        }
        return entries;
    }

    /** Forgets everything. Requests that still run do not come back. */
    public void clear() {
        for (int i = 0; i < CAPACITY; i++) {
            ring.set(i, null);
        }
    }

    void write(Bytes out) {
        List<LedgerEntry> entries = entries();
        long prompt = 0;
        long output = 0;
        Map<LedgerEntry.State, Integer> states = new EnumMap<>(LedgerEntry.State.class);
        out.ascii("{\"simulated\":true,\"requests\":[");
        String separator = "";
        for (LedgerEntry entry : entries) {
            out.ascii(separator);
            write(entry, out);
            prompt += entry.promptTokens();
            output += entry.outputTokens();
            states.merge(entry.state(), 1, Integer::sum);
            separator = ",\n";
        }
        out.ascii("],\"totals\":{\"requests\":").number(entries.size());
        out.ascii(",\"prompt_tokens\":").number(prompt).ascii(",\"output_tokens\":").number(output);
        for (LedgerEntry.State state : LedgerEntry.State.values()) {
            out.ascii(",\"").ascii(word(state)).ascii("\":").number(states.getOrDefault(state, 0));
        }
        out.ascii("}}");
    }

    private static void write(LedgerEntry entry, Bytes out) {
        LedgerEntry.State state = entry.state();
        out.ascii("{\"id\":").quoted(entry.id()).ascii(",\"path\":").quoted(entry.path());
        out.ascii(",\"model\":").quoted(entry.model()).ascii(",\"status\":").number(entry.status());
        out.ascii(",\"state\":\"").ascii(word(state)).ascii("\",\"prompt_tokens\":").number(entry.promptTokens());
        out.ascii(",\"cached_tokens\":").number(entry.cachedTokens());
        out.ascii(",\"output_tokens\":").number(entry.outputTokens());
        Integer priority = entry.priority();
        out.ascii(",\"cache_salt\":").quoted(entry.cacheSalt()).ascii(",\"priority\":");
        out.ascii(priority == null ? "null" : priority.toString());
        out.ascii(",\"received_at_ms\":").number(entry.receivedAtMillis()).ascii(",\"took_ms\":");
        decimal(entry.tookMillis(), out);
        out.ascii(",\"aborted_after_ms\":");
        if (state == LedgerEntry.State.ABORTED) {
            decimal(entry.tookMillis(), out);
        } else {
            out.ascii("null");
        }
        out.ascii(",\"received_headers\":{");
        String separator = "";
        for (Map.Entry<String, String> header : entry.headers().entrySet()) {
            out.ascii(separator).quoted(header.getKey()).put(':').quoted(header.getValue());
            separator = ",";
        }
        out.ascii("},\"body\":");
        String body = entry.body();
        if (body == null) {
            out.ascii("null}");
        } else {
            out.quoted(body).put('}');
        }
    }

    private static void decimal(double millis, Bytes out) {
        if (millis < 0) {
            out.ascii("null");
        } else {
            long micros = Math.round(millis * 1000);
            out.number(micros / 1000).put('.').number(micros / 100 % 10).number(micros / 10 % 10).number(micros % 10);
        }
    }

    private static String word(LedgerEntry.State state) {
        return switch (state) {
            case RUNNING -> "running";
            case FINISHED -> "finished";
            case ABORTED -> "aborted";
            case FAULTED -> "faulted";
            case REFUSED -> "refused";
        };
    }
}
