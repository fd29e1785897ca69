package org.gatehouse.setup.wizard.box;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One thing that the box tried with an answer.
 *
 * @param name    what was tried
 * @param ok      whether it went well
 * @param message what was seen, and what to do where it did not
 * @param millis  how long it took
 * @param models  models that an upstream's key can see; empty otherwise
 */
public record Check(String name, boolean ok, String message, long millis, List<String> models) {
    /** Copies the models. */
    public Check {
        models = List.copyOf(models);
    }

    static List<Check> list(JsonNode checks) {
        List<Check> all = new ArrayList<>();
        for (JsonNode check : checks) {
            List<String> models = new ArrayList<>();
            check.path("models").forEach(model -> models.add(model.asText()));
            all.add(new Check(check.path("name").asText(), check.path("ok").asBoolean(),
                    check.path("message").asText(""), check.path("millis").asLong(), models));
        }
        return all;
    }
}
