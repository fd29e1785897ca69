package org.gatehouse.simulated.providers;

import java.util.List;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What Azure says of its content filters. Stateless. */
final class ContentFilter {
    private ContentFilter() {}

    static ObjectNode results(boolean filtered) {
        ObjectNode results = Json.object();
        for (String category : List.of("hate", "self_harm", "sexual", "violence")) {
            boolean hit = filtered && category.equals("violence");
            results.putObject(category).put("filtered", hit).put("severity", hit ? "high" : "safe");
        }
        return results;
    }
}
