package org.gatehouse.setup.wizard.box;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Where set-up as a whole stands.
 *
 * @param phase       {@code unclaimed}, {@code claimed} or {@code finished}
 * @param fingerprint SHA-256 of the certificate that the box shows; empty without TLS
 * @param claimedAt   RFC 3339; empty while nobody has
 * @param isSimulated whether changes of the machine are only written down
 * @param steps       empty for strangers
 */
public record SetupView(String phase, String version, String fingerprint, String claimedAt, boolean isSimulated,
        List<StepView> steps) {
    /** Copies the steps. */
    public SetupView {
        steps = List.copyOf(steps);
    }

    static SetupView of(JsonNode view) {
        List<StepView> steps = new ArrayList<>();
        view.path("steps").forEach(step -> steps.add(StepView.of(step)));
        return new SetupView(view.path("phase").asText(), view.path("version").asText(""),
                view.path("certificateFingerprint").asText(""), view.path("claimedAt").asText(""),
                view.path("simulated").asBoolean(), steps);
    }

    /** Whether set-up is over. */
    public boolean isFinished() {
        return "finished".equals(phase);
    }

    /** Whether somebody claimed the box. */
    public boolean isClaimed() {
        return "claimed".equals(phase);
    }
}
