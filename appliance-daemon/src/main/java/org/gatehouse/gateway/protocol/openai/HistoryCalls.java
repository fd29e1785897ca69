package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The ids of the tool calls of a conversation. Some servers number their calls anew in each turn, or give no id at all, and
 * clients send that back; here each call gets an id of its own, and a result finds the oldest unanswered call of its id.
 * Confined to one thread.
 */
final class HistoryCalls {
    private final Map<String, Deque<String>> unanswered = new HashMap<>();
    private final Deque<String> order = new ArrayDeque<>();
    private final Set<String> taken = new HashSet<>();

    /** Takes a call and gives its id within the conversation. */
    String called(String given) {
        String base = given.isEmpty() ? "call" : given;
        String id = given.isEmpty() ? "call_1" : given;
        for (int n = 2; !taken.add(id); n++) {
            id = base + '_' + n;
        }
        unanswered.computeIfAbsent(given, _ -> new ArrayDeque<>()).add(id);
        order.add(id);
        return id;
    }

    /** Takes a result and gives the id of the call that it answers; null when no call waits for it. */
    @Nullable
    String answered(String given) {
        Deque<String> waiting = unanswered.get(given);
        String id = waiting == null ? null : waiting.poll();
        if (id == null && given.isEmpty()) {
            id = order.peek();
            for (Deque<String> others : unanswered.values()) {
                others.remove(id);
            }
        }
        if (id != null) {
            order.remove(id);
        }
        return id;
    }
}
