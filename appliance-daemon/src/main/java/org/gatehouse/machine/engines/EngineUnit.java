package org.gatehouse.machine.engines;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.machine.agent.Refused;

/**
 * The name of an engine's unit, and no other unit's.
 *
 * @param id the instance
 */
record EngineUnit(String name, String id) {
    /** Of all of them, for systemd's own lists; {@link #NAME} is what counts. */
    static final String ALL = "gatehouse-engine-*.service";
    private static final Pattern NAME = Pattern
            .compile("gatehouse-engine-([a-z0-9][a-z0-9-]{0,62})-g[0-9]{1,9}\\.service");

    /** That of a request. */
    static EngineUnit read(JsonNode asked) throws Refused {
        return of(asked.path("unit").asText()).orElseThrow(() -> new Refused("engine_unknown",
                "The unit is no engine's. Name one that runs an engine of this box."));
    }

    /** That of a name, if it is an engine's. */
    static Optional<EngineUnit> of(String name) {
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? Optional.of(new EngineUnit(name, matcher.group(1))) : Optional.empty();
    }
}
