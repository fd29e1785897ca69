package org.gatehouse.supervisor.fleet;

import java.util.List;
import java.util.Objects;

/**
 * A model that shall be served, and how: the desired state. Immutable; holds what somebody wrote, right or wrong. Only
 * {@link Fleet#apply} makes it count, after {@link DeploymentRules} and the planner had no objection.
 *
 * @param name names it for good: 1 to 40 of {@code a-z 0-9 -}, a letter or digit first; its instances are {@code <name>-0} and so on
 * @param publicName the model name that callers use
 * @param model which model
 * @param engine by which program
 * @param replicas how many, 0 to 64; 0 keeps the definition and runs nothing
 * @param sizing how large they are and where they may lie
 * @param mode when they are in GPU memory
 * @param priority 0 to 100; a model gives way only to one of the same or a higher priority
 * @param sleep whether unloading may be a sleep
 * @param adapters LoRA adapters; need {@link Sizing#adapterSlots}
 * @param timing how long things may take
 */
public record ModelDeployment(String name, String publicName, ModelChoice model, EngineChoice engine, int replicas,
        Sizing sizing, LoadMode mode, int priority, SleepRule sleep, List<LoraAdapter> adapters, Timing timing) {
    /** The priority of those that have no particular one. */
    public static final int USUAL_PRIORITY = 50;

    /** Copies the list and checks that everything is there. */
    public ModelDeployment {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(publicName, "publicName");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(sizing, "sizing");
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(sleep, "sleep");
        Objects.requireNonNull(timing, "timing");
        adapters = List.copyOf(adapters);
    }

    /** One pinned replica with the planner's choice and the defaults for everything. */
    public static ModelDeployment of(String name, String publicName, ModelChoice model, EngineChoice engine) {
        return new ModelDeployment(name, publicName, model, engine, 1, Sizing.PLANNED, new LoadMode.Pinned(),
                USUAL_PRIORITY, SleepRule.NEVER, List.of(), Timing.DEFAULT);
    }

    /** The same by this program. */
    public ModelDeployment by(EngineChoice other) {
        return new ModelDeployment(name, publicName, model, other, replicas, sizing, mode, priority, sleep, adapters,
                timing);
    }

    /** The same with so many replicas. */
    public ModelDeployment replicas(int other) {
        return new ModelDeployment(name, publicName, model, engine, other, sizing, mode, priority, sleep, adapters,
                timing);
    }

    /** The same in this size. */
    public ModelDeployment sized(Sizing other) {
        return new ModelDeployment(name, publicName, model, engine, replicas, other, mode, priority, sleep, adapters,
                timing);
    }

    /** The same in this mode, with this rule for sleeping. */
    public ModelDeployment mode(LoadMode otherMode, SleepRule otherSleep) {
        return new ModelDeployment(name, publicName, model, engine, replicas, sizing, otherMode, priority, otherSleep,
                adapters, timing);
    }

    /** The same with this priority. */
    public ModelDeployment priority(int other) {
        return new ModelDeployment(name, publicName, model, engine, replicas, sizing, mode, other, sleep, adapters,
                timing);
    }

    /** The same with these adapters. */
    public ModelDeployment adapters(List<LoraAdapter> other) {
        return new ModelDeployment(name, publicName, model, engine, replicas, sizing, mode, priority, sleep, other,
                timing);
    }

    /** The same with this timing. */
    public ModelDeployment timing(Timing other) {
        return new ModelDeployment(name, publicName, model, engine, replicas, sizing, mode, priority, sleep, adapters,
                other);
    }
}
