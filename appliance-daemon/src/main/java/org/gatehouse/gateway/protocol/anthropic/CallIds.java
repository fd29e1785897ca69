package org.gatehouse.gateway.protocol.anthropic;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

import org.gatehouse.gateway.protocol.ToolIds;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * Which result answers which call while a conversation is written. Anthropic wants ids that are unique in the whole
 * conversation, and one result for each call of a turn in the next one; some engines give the same ids in each turn.
 */
final class CallIds {
    private final Set<String> used = new HashSet<>();
    private final Map<String, Queue<String>> open = new LinkedHashMap<>();

    /** The id to write for a call. */
    String called(String id) {
        String plain = ToolIds.write(id);
        String unique = plain;
        for (int i = 2; !used.add(unique); i++) {
            unique = plain + "_" + i;
        }
        open.computeIfAbsent(id, _ -> new ArrayDeque<>(1)).add(unique);
        return unique;
    }

    /** The id to write for a result. */
    String answered(String id) throws UntranslatableException {
        Queue<String> calls = open.get(id);
        String written = calls == null ? null : calls.poll();
        if (written == null) {
            throw new UntranslatableException("messages", "The tool result for '" + Shown.of(id)
                    + "' answers no open call of the assistant message before it. Send each call's result once, right behind it.");
        }
        return written;
    }

    /** Checks that every call has its result. */
    void nothingOpen() throws UntranslatableException {
        for (Map.Entry<String, Queue<String>> call : open.entrySet()) {
            if (!call.getValue().isEmpty()) {
                throw new UntranslatableException("messages", "The tool call '" + Shown.of(call.getKey())
                        + "' has no result in the message behind it. Send one result for each call.");
            }
        }
        open.clear();
    }
}
