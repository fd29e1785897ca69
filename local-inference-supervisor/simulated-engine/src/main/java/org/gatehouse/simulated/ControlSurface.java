package org.gatehouse.simulated;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

/** Makes the whole engine misbehave while it runs, and says how it is. Only there where a test asked for it. */
final class ControlSurface {
    private static final int HIGHEST_STATUS = 255;

    /** Does what the fields say: {@code hang}, {@code refuse}, {@code dead}, {@code crash}, {@code kv_cache_usage}. Others are refused. */
    void change(Exchange exchange) throws IOException, Refused {
        Engine engine = exchange.engine();
        Condition condition = engine.condition();
        int crash = -1;
        for (Map.Entry<String, JsonNode> field : exchange.jsonBody().properties()) {
            JsonNode value = field.getValue();
            switch (field.getKey()) {
                case "hang" -> condition.hang(hang(value.asText()));
                case "refuse" -> condition.refusal(refusal(value.asText()));
                case "dead" -> condition.dead(value.asBoolean());
                case "kv_cache_usage" -> condition.kvCacheUsage(value.asDouble(-1));
                case "crash" -> crash = status(value);
                default -> throw new Refused(Problem.badRequest("Unknown field `" + field.getKey()
                        + "`. Use hang, refuse, dead, crash or kv_cache_usage.", field.getKey()));
            }
        }
        state(exchange);
        if (crash >= 0) {
            engine.crash(crash);
        }
    }

    private static Condition.Hang hang(String word) throws Refused {
        try {
            return Condition.Hang.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new Refused(Problem.badRequest("hang must be none, engine or server.", "hang"));
        }
    }

    private static Refusal refusal(String word) throws Refused {
        try {
            return Refusal.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new Refused(Problem.badRequest("refuse must be none, completions or everything.", "refuse"));
        }
    }

    private static int status(JsonNode value) throws Refused {
        if (!value.canConvertToInt() || value.asInt() < 0 || value.asInt() > HIGHEST_STATUS) {
            throw new Refused(Problem.badRequest("crash must be an exit status, 0 to 255.", "crash"));
        }
        return value.asInt();
    }

    void state(Exchange exchange) throws IOException {
        Engine engine = exchange.engine();
        Condition condition = engine.condition();
        Bytes out = exchange.scratch().ascii("{\"simulated\":true,\"hang\":\"");
        out.ascii(condition.hang().name().toLowerCase(Locale.ROOT)).ascii("\",\"refuse\":\"")
                .ascii(condition.refusal().name().toLowerCase(Locale.ROOT)).ascii("\",\"dead\":");
        out.ascii(Boolean.toString(condition.dead())).ascii(",\"asleep\":").ascii(Boolean.toString(condition.asleep()));
        out.ascii(",\"sleep_level\":").number(condition.sleepLevel()).ascii(",\"weights_lost\":");
        out.ascii(Boolean.toString(condition.weightsLost())).ascii(",\"running\":").number(engine.metrics().running());
        out.ascii(",\"waiting\":").number(engine.metrics().waiting()).ascii(",\"adapters\":[");
        String separator = "";
        for (String name : engine.adapters().paths().keySet()) {
            out.ascii(separator).quoted(name);
            separator = ",";
        }
        exchange.json(200, out.ascii("]}"));
    }
}
