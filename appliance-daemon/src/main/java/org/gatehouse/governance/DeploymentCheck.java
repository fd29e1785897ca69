package org.gatehouse.governance;

import java.util.List;

import org.gatehouse.governance.form.FieldError;

/** Whoever knows the engines and the GPUs says whether a deployment can be. Thread-safe; may take a second or two. */
@FunctionalInterface
public interface DeploymentCheck {

    /** What is wrong with it, or why it does not fit; empty if it can be. */
    List<FieldError> objections(DeploymentDraft draft);

    /** Of a box without engines: everything can be written down. */
    static DeploymentCheck none() {
        return _ -> List.of();
    }
}
