package org.gatehouse.governance;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.gatehouse.governance.form.FieldError;

/** Whoever knows the engines and the GPUs says whether deployments can be. Thread-safe; may take a second or two. */
@FunctionalInterface
public interface DeploymentCheck {

    /**
     * What is wrong with deployments, or why they do not fit. What shall be in the end is judged: room that others of them give up in
     * the same change counts.
     *
     * @param all what shall be
     * @param asked which of them it is about, by name
     * @return by name, of those that cannot be
     */
    Map<String, List<FieldError>> objections(Collection<DeploymentDraft> all, Set<String> asked);

    /** Of a box without engines: everything can be written down. */
    static DeploymentCheck none() {
        return (_, _) -> Map.of();
    }
}
