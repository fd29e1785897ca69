package org.gatehouse.setup.wizard.console;

import java.util.List;

import org.gatehouse.setup.wizard.box.Readiness;

/** How the box was when it was last asked. */
sealed interface Standing {

    /**
     * It does not answer.
     *
     * @param again whether it did before
     * @param why   it could not start when it was last tried; empty where nobody knows
     */
    record Starting(boolean again, String why) implements Standing {}

    /**
     * Nobody has set it up.
     *
     * @param fingerprint SHA-256 of its certificate; empty without TLS
     * @param code        the claim code; empty where somebody has claimed the box already
     */
    record Fresh(String version, String fingerprint, String code) implements Standing {}

    /**
     * It is set up.
     *
     * @param fingerprint SHA-256 of its certificate; empty without TLS
     * @param readiness   whether it carries calls
     * @param troubles    parts of it that do not work, a line each
     * @param engines     local models and GPUs in a few words; empty where there are none
     */
    record Serving(String version, String fingerprint, Readiness readiness, List<String> troubles,
            String engines) implements Standing {
        /** Copies the troubles. */
        public Serving {
            troubles = List.copyOf(troubles);
        }
    }
}
