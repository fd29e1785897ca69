package org.gatehouse.setup.wizard.box;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Where a step stands.
 *
 * @param status  {@code open}, {@code done} or {@code skipped}
 * @param reason  why it was skipped; empty otherwise
 * @param version counts its changes
 * @param answer  what was accepted, without secrets; a missing node where nothing was
 * @param result  what it made
 * @param found   what the box knows that helps to answer
 * @param secrets shown this once, after an answer was accepted
 */
public record StepView(String name, String status, String reason, long version, JsonNode answer, JsonNode result,
        JsonNode found, JsonNode secrets) {

    static StepView of(JsonNode step) {
        return new StepView(step.path("name").asText(), step.path("status").asText("open"),
                step.path("reason").asText(""), step.path("version").asLong(), step.path("answer"),
                step.path("result"), step.path("found"), step.path("secrets"));
    }

    /** Whether nothing is left to do here. */
    public boolean isSettled() {
        return !"open".equals(status);
    }

    /** Whether an answer is in force. */
    public boolean isDone() {
        return "done".equals(status);
    }

    /** Whether the answer was the one that the box had already. */
    public boolean isUnchanged() {
        return result.has("changed") && !result.path("changed").asBoolean();
    }
}
