package org.gatehouse.gateway.cache;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.KeptAnswer;

/**
 * Kept answers in memory, at most so many bytes; the one that was not asked for the longest goes first. Thread-safe: one
 * lock, held for a look into a map.
 */
final class AnswerStore {
    private final long mostBytes;
    private final Map<Question, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long evicted;

    /** Takes the bound. */
    AnswerStore(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * A kept answer.
     *
     * @param weight bytes that it takes, estimated
     * @param madeNanos when it was made, on the monotonic clock
     */
    record Entry(KeptAnswer answer, long weight, long madeNanos) {}

    /** The answer to that question, if it is not older than that; an older one is forgotten. */
    synchronized @Nullable Entry find(Question question, long now, long longestNanos) {
        Entry entry = entries.get(question);
        if (entry != null && now - entry.madeNanos() >= longestNanos) {
            entries.remove(question);
            bytes -= entry.weight();
            return null;
        }
        return entry;
    }

    /** Keeps an answer, in place of any before; not one that is larger than everything together may be. */
    synchronized void keep(Question question, Entry entry) {
        if (entry.weight() > mostBytes) {
            return;
        }
        Entry before = entries.put(question, entry);
        bytes += entry.weight() - (before == null ? 0 : before.weight());
        Iterator<Entry> oldest = entries.values().iterator();
        while (bytes > mostBytes) {
            bytes -= oldest.next().weight();
            oldest.remove();
            evicted++;
        }
    }

    /** Forgets what matches; says how many. */
    synchronized int forget(Predicate<Question> matching) {
        int before = entries.size();
        entries.entrySet().removeIf(entry -> {
            boolean gone = matching.test(entry.getKey());
            if (gone) {
                bytes -= entry.getValue().weight();
            }
            return gone;
        });
        return before - entries.size();
    }

    synchronized int count(Predicate<Question> matching) {
        return (int) entries.keySet().stream().filter(matching).count();
    }

    synchronized int size() {
        return entries.size();
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized long evicted() {
        return evicted;
    }

    long mostBytes() {
        return mostBytes;
    }
}
