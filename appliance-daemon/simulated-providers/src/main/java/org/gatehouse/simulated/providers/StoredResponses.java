package org.gatehouse.simulated.providers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The responses that OpenAI keeps, so that a next one may follow them. Bounded; thread-safe. */
final class StoredResponses {
    private static final int MOST = 1_000;

    private final Map<String, Stored> responses = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Stored> eldest) {
            return size() > MOST;
        }
    };

    /**
     * One of them.
     *
     * @param response as it was answered
     * @param history what was said until then, for counting
     * @param openCalls the calls of tools that it ended with
     */
    record Stored(ObjectNode response, String history, List<String> openCalls) {}

    synchronized void keep(String id, Stored response) {
        responses.put(id, response);
    }

    synchronized @Nullable Stored find(String id) {
        return responses.get(id);
    }

    synchronized boolean forget(String id) {
        return responses.remove(id) != null;
    }
}
