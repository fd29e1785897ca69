package org.gatehouse.gateway.protocol.anthropic;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block.CacheMark;
import org.gatehouse.gateway.canonical.Losses;

/** Marks where a cached prefix of the prompt ends. */
final class CacheMarks {
    /** The service's own limit. */
    private static final int MOST = 4;
    private static final String FIELD = "cache_control";

    private CacheMarks() {}

    static void put(ObjectNode block, @Nullable CacheMark mark) {
        if (mark == null) {
            return;
        }
        ObjectNode control = block.putObject(FIELD).put("type", "ephemeral");
        if (mark == CacheMark.ONE_HOUR) {
            control.put("ttl", "1h");
        }
    }

    /** Leaves the last ones, which cover the longest prefixes, where a request has more than the service takes. */
    static void limit(ObjectNode request, Losses losses) {
        List<JsonNode> marked = request.findParents(FIELD);
        if (marked.size() <= MOST) {
            return;
        }
        losses.say("cache marks dropped: the provider takes " + MOST);
        int surplus = marked.size() - MOST;
        for (String section : new String[]{"tools", "system", "messages"}) {
            for (JsonNode block : request.path(section).findParents(FIELD)) {
                if (surplus > 0 && block instanceof ObjectNode object && object.path(FIELD).has("type")) {
                    object.remove(FIELD);
                    surplus--;
                }
            }
        }
    }
}
