package org.gatehouse.setup.wizard.box;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Why the box refused: problem details as of RFC 9457.
 *
 * @param status the HTTP status
 * @param code   the kind, such as {@code claim_code_wrong}; empty where the answer named none
 * @param detail what happened, with which thing, what to do
 * @param fields members of the answer that are wrong
 * @param checks checks of the step, where they are why
 */
public record Problem(int status, String code, String detail, List<Field> fields, List<Check> checks) {
    /** The caller's claim is over: somebody claimed with a newer code. */
    public static final String TAKEN_OVER = "setup_taken_over";

    /** A member that is wrong, by its path in the answer. */
    public record Field(String path, String message) {}

    /** Copies the lists. */
    public Problem {
        fields = List.copyOf(fields);
        checks = List.copyOf(checks);
    }

    static Problem of(int status, JsonNode body) {
        String type = body.path("code").asText(body.path("type").asText(""));
        String detail = body.path("detail").asText("");
        List<Field> fields = new ArrayList<>();
        body.path("errors").forEach(error -> fields
                .add(new Field(error.path("field").asText(""), error.path("message").asText(""))));
        return new Problem(status, type.substring(type.lastIndexOf(':') + 1),
                detail.isEmpty()
                        ? "The box answered " + status + " and nothing else. Is this a Gatehouse of the same release?"
                        : detail,
                fields, Check.list(body.path("checks")));
    }

    /** Whether the caller has no claim, or no longer. */
    public boolean isAboutTheClaim() {
        return status == 401;
    }
}
