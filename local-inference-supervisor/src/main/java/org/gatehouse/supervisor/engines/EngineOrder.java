package org.gatehouse.supervisor.engines;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

import org.gatehouse.supervisor.planning.Wish;

/**
 * What an engine shall serve. Immutable.
 *
 * @param publicName the name that callers use: up to 128 letters, digits and {@code . _ : / -}
 * @param model the directory, or the GGUF file
 * @param wish what was planned for
 * @param program how the engine is called, the program first; empty for its usual name in {@code PATH}
 * @param version the engine's release; {@link EngineVersion#UNKNOWN} to take it for a recent one
 * @param stateDirectory a directory of its own that it may write to: caches, generated files
 * @param apiKey the key that it shall ask for; empty for none. Given by environment where the engine can, never logged
 * @param adapters LoRA adapters to load at the start
 * @param sleepMode whether it must be able to give its memory back without ending; only with a Unix socket
 * @param priorities whether calls carry priorities
 * @param drain how long calls in flight may go on after SIGTERM
 * @param adjustments what earlier failures taught
 * @param extraArguments more arguments, of those that {@link Engine#argumentRules} allow
 */
public record EngineOrder(String publicName, Path model, Wish wish, List<String> program, EngineVersion version,
        Path stateDirectory, String apiKey, List<Adapter> adapters, boolean sleepMode, boolean priorities,
        Duration drain, Adjustments adjustments, List<String> extraArguments) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");

    /**
     * A LoRA adapter.
     *
     * @param name the public name of the model with it
     * @param path its directory or file
     */
    public record Adapter(String name, Path path) {
        /** Checks the name: it stands before an equals sign on a command line. */
        public Adapter {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("not a model name: " + name);
            }
            Objects.requireNonNull(path, "path");
        }
    }

    /** Copies the lists and checks the name. */
    public EngineOrder {
        if (!NAME.matcher(publicName).matches()) {
            throw new IllegalArgumentException("not a model name: " + publicName);
        }
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(wish, "wish");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(stateDirectory, "stateDirectory");
        Objects.requireNonNull(apiKey, "apiKey");
        Objects.requireNonNull(adjustments, "adjustments");
        program = List.copyOf(program);
        adapters = List.copyOf(adapters);
        extraArguments = List.copyOf(extraArguments);
        if (drain.isNegative()) {
            throw new IllegalArgumentException("drain must not be negative");
        }
    }

    /** An order with nothing out of the ordinary: a minute to drain, no key, no adapters. */
    public static EngineOrder of(String publicName, Path model, Wish wish, Path stateDirectory) {
        return new EngineOrder(publicName, model, wish, List.of(), EngineVersion.UNKNOWN, stateDirectory, "", List.of(),
                false, false, Duration.ofMinutes(1), Adjustments.NONE, List.of());
    }

    /** The same for this program in this release. */
    public EngineOrder program(List<String> other, EngineVersion release) {
        return new EngineOrder(publicName, model, wish, other, release, stateDirectory, apiKey, adapters, sleepMode,
                priorities, drain, adjustments, extraArguments);
    }

    /** The same guarded by this key. */
    public EngineOrder key(String other) {
        return new EngineOrder(publicName, model, wish, program, version, stateDirectory, other, adapters, sleepMode,
                priorities, drain, adjustments, extraArguments);
    }

    /** The same with these adapters. */
    public EngineOrder adapters(List<Adapter> other) {
        return new EngineOrder(publicName, model, wish, program, version, stateDirectory, apiKey, other, sleepMode,
                priorities, drain, adjustments, extraArguments);
    }

    /** The same with or without sleep and priorities. */
    public EngineOrder modes(boolean sleep, boolean priority) {
        return new EngineOrder(publicName, model, wish, program, version, stateDirectory, apiKey, adapters, sleep,
                priority, drain, adjustments, extraArguments);
    }

    /** The same with so long to drain. */
    public EngineOrder draining(Duration other) {
        return new EngineOrder(publicName, model, wish, program, version, stateDirectory, apiKey, adapters, sleepMode,
                priorities, other, adjustments, extraArguments);
    }

    /** The same with these adjustments. */
    public EngineOrder adjusted(Adjustments other) {
        return new EngineOrder(publicName, model, wish, program, version, stateDirectory, apiKey, adapters, sleepMode,
                priorities, drain, other, extraArguments);
    }

    /** The same with these extra arguments. */
    public EngineOrder extra(List<String> other) {
        return new EngineOrder(publicName, model, wish, program, version, stateDirectory, apiKey, adapters, sleepMode,
                priorities, drain, adjustments, other);
    }

    /** Leaves the key out. */
    @Override
    public String toString() {
        return "EngineOrder[" + publicName + " from " + model + " by " + wish.engine() + "]";
    }
}
