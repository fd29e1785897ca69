package org.gatehouse.supervisor.fleet;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A LoRA adapter of a deployment, loaded and unloaded while the engine runs. Immutable.
 *
 * @param name the public name of the model with it; no other model's name
 * @param directory where it lies on this box
 */
public record LoraAdapter(String name, Path directory) {
    /** Checks that both are there. */
    public LoraAdapter {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(directory, "directory");
    }
}
