package org.gatehouse.simulated;

import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;

/** Sleep and wake, and what a wake from the deepest sleep needs. vLLM has these in developer mode alone. */
final class SleepSurface {
    private static final long POLL_NANOS = 5_000_000;
    private static final int DEEPEST = 2;

    /** Returns when the engine sleeps; with {@code mode=wait} when the last request has ended. */
    void sleep(Exchange exchange) throws IOException, Refused {
        Engine engine = exchange.engine();
        needSleepMode(engine);
        int level = level(exchange.request().query("level", "1"));
        Condition.SleepMode mode;
        try {
            mode = Condition.SleepMode.valueOf(exchange.request().query("mode", "abort").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new Refused(Problem.badRequest("Invalid pause mode. Use abort, wait or keep.", "mode"));
        }
        engine.condition().sleep(level, mode);
        while (mode != Condition.SleepMode.KEEP && engine.metrics().running() > 0) {
            exchange.caller().pause(POLL_NANOS);
        }
        empty(exchange);
    }

    private static int level(String word) throws Refused {
        try {
            int level = Integer.parseInt(word);
            if (level >= 0 && level <= DEEPEST) {
                return level;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new Refused(Problem.badRequest("level must be 0, 1 or 2, got " + word + ".", "level"));
    }

    void wake(Exchange exchange) throws IOException, Refused {
        Engine engine = exchange.engine();
        needSleepMode(engine);
        engine.condition().wake(new HashSet<>(exchange.request().queryAll("tags")));
        empty(exchange);
    }

    void isSleeping(Exchange exchange) throws IOException {
        exchange.json(200, exchange.scratch().ascii("{\"is_sleeping\":")
                .ascii(Boolean.toString(exchange.engine().condition().asleep())).put('}'));
    }

    /** Knows {@code reload_weights} alone. */
    void collectiveRpc(Exchange exchange) throws IOException, Refused {
        String method = exchange.jsonBody().path("method").asText("");
        if (!method.equals("reload_weights")) {
            throw new Refused(Problem.badRequest("A simulated engine knows no method `" + method + "`.", "method"));
        }
        exchange.engine().condition().weightsReloaded();
        exchange.json(200, exchange.scratch().ascii("{\"results\":[null]}"));
    }

    void resetPrefixCache(Exchange exchange) throws IOException {
        exchange.engine().prefixes().clear();
        exchange.json(200, exchange.scratch().ascii("{\"success\":true}"));
    }

    private static void needSleepMode(Engine engine) throws Refused {
        if (!engine.options().script().sleepMode()) {
            throw new Refused(new Problem(500, "InternalServerError", null,
                    "Sleep mode is not enabled. Start the engine with --enable-sleep-mode.", null));
        }
    }

    private static void empty(Exchange exchange) throws IOException {
        exchange.reply().whole(200, "", exchange.scratch());
    }
}
