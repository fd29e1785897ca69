package org.gatehouse.governance;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.gatehouse.governance.form.About;

/** A model that this box shall serve by itself, and how. Whether it does so now is the engines' room to tell. */
public record Deployment(@About("UUIDv7.") UUID id,
        @About("Unique; names its engines, their logs and its upstream.") String name,
        @About("The model name that callers use.") String publicName,
        @About("A model of the model store by its id or its name, or an absolute path on this box.") String model,
        @About("Which engine program serves it.") DeploymentDraft.Engine engine,
        @About("Which of the engine's installed releases; empty for the first.") String release,
        @About("More arguments for the engine.") List<String> extraArguments,
        @About("How many engines serve it side by side.") int replicas,
        @About("How large its engines are.") DeploymentDraft.Sizing sizing,
        @About("Whether it is loaded when somebody calls it, instead of always.") boolean onDemand,
        @About("With onDemand: unloaded after so many seconds without a call.") int idleSeconds,
        @About("Whether an engine that nobody calls may sleep instead of ending.") DeploymentDraft.Sleep sleep,
        @About("A model gives way only to one of the same or a higher priority.") int priority,
        @About("LoRA adapters, each a model of its own.") List<DeploymentDraft.Adapter> adapters,
        @About("How long things may take.") DeploymentDraft.Patience patience,
        @About("How calls stand in line for it.") DeploymentDraft.Queue queue,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** Copies the lists. */
    public Deployment {
        extraArguments = List.copyOf(extraArguments);
        adapters = List.copyOf(adapters);
    }

    static Deployment of(UUID id, DeploymentDraft draft, Instant createdAt, Instant updatedAt, long version) {
        return new Deployment(id, draft.name(), draft.publicName(), draft.model(), draft.engine(), draft.release(),
                draft.extraArguments(), draft.replicas(), draft.sizing(), draft.onDemand(), draft.idleSeconds(),
                draft.sleep(), draft.priority(), draft.adapters(), draft.patience(), draft.queue(), createdAt,
                updatedAt, version);
    }

    @Override
    public String title() {
        return name;
    }

    /** What to send to get what is stored: the desired state, as the engines' room takes it. */
    public DeploymentDraft draft() {
        return new DeploymentDraft(name, publicName, model, engine, release, extraArguments, replicas, sizing, onDemand,
                idleSeconds, sleep, priority, adapters, patience, queue);
    }
}
