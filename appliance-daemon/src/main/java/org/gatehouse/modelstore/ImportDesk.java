package org.gatehouse.modelstore;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.supervisor.models.ImportJob;
import org.gatehouse.supervisor.models.ImportOutcome;
import org.gatehouse.supervisor.models.ImportProblem;
import org.gatehouse.supervisor.models.ImportStart;
import org.gatehouse.supervisor.models.ImportWish;
import org.gatehouse.supervisor.models.ModelStore;
import org.gatehouse.supervisor.models.StoredModel;

/** Where imports are begun, stopped and gone on with, each in the trail with who wanted it and what came of it. Thread-safe. */
final class ImportDesk {
    static final String IMPORTS = "model-imports";
    private static final System.Logger LOG = System.getLogger(ImportDesk.class.getName());
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Duration UNDO = Duration.ofSeconds(10);

    private final Supplier<ModelStore> store;
    private final Supplier<List<StoredModel>> models;
    private final Surroundings around;
    private final ImportEnds ends;
    private final Runnable changed;
    private final AtomicLong failed = new AtomicLong();
    /** Held while an import begins, so that no two take one name. */
    private final Object beginning = new Object();

    /**
     * A desk.
     *
     * @param models those that are there, whose names are taken
     * @param changed run when an import has ended
     */
    ImportDesk(Supplier<ModelStore> store, Supplier<List<StoredModel>> models, Surroundings around, ImportEnds ends,
            Runnable changed) {
        this.store = store;
        this.models = models;
        this.around = around;
        this.ends = ends;
        this.changed = changed;
    }

    /** Imports that failed since the start. */
    long failed() {
        return failed.get();
    }

    /**
     * Begins an import.
     *
     * @param newVersion whether another model of this name may be there already
     */
    ImportStart begin(Actor actor, ImportWish wish, boolean newVersion) {
        synchronized (beginning) {
            return beginAlone(actor, wish, newVersion);
        }
    }

    private ImportStart beginAlone(Actor actor, ImportWish wish, boolean newVersion) {
        ImportProblem.NameTaken taken = taken(wish.name(), newVersion).orElse(null);
        if (taken != null) {
            return new ImportStart.Refused(taken);
        }
        ImportStart start = store.get().begin(wish);
        if (start instanceof ImportStart.Accepted(ImportJob job)) {
            try {
                append(actor, "import", job.id(), describe(wish));
            } catch (RuntimeException e) {
                undo(job);
                throw e;
            }
            ends.watch(job, this::ended);
        }
        return start;
    }

    /** What cannot be recorded must not have happened, not even when it was done faster than the trail refused. */
    private void undo(ImportJob job) {
        store.get().cancel(job.id());
        try {
            if (job.await(UNDO).orElse(null) instanceof ImportOutcome.Imported(StoredModel model)) {
                store.get().remove(model.id());
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "Import " + job.id() + " of " + job.wish().name()
                    + " could neither be recorded nor undone. Remove its model.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<ImportProblem.NameTaken> taken(String name, boolean newVersion) {
        for (ImportJob job : store.get().imports()) {
            if (job.wish().name().equals(name) && job.outcome().map(ImportOutcome::resumable).orElse(true)) {
                return Optional.of(new ImportProblem.NameTaken(name, "import " + job.id()));
            }
        }
        return newVersion
                ? Optional.empty()
                : models.get().stream().filter(model -> model.manifest().name().equals(name)).findFirst()
                        .map(model -> new ImportProblem.NameTaken(name, "model " + model.id()));
    }

    /** Goes on with an import that stands still. */
    ImportStart resume(Actor actor, String id) {
        ImportStart start = store.get().resume(id);
        if (start instanceof ImportStart.Accepted(ImportJob job)) {
            try {
                append(actor, "resume", id, null);
            } catch (RuntimeException e) {
                store.get().pause(id);
                throw e;
            } finally {
                ends.watch(job, this::ended);
            }
        }
        return start;
    }

    /** Stops an import that runs or waits; what has arrived stays. Returns whether there was one. */
    boolean pause(Actor actor, String id) {
        if (store.get().findImport(id).filter(job -> job.outcome().isEmpty()).isEmpty()) {
            return false;
        }
        append(actor, "pause", id, null);
        return store.get().pause(id);
    }

    /** Gives up an import that runs, waits or stands still; nothing of it stays. Returns whether there was one. */
    boolean cancel(Actor actor, String id) {
        if (store.get().findImport(id).filter(job -> job.outcome().map(ImportOutcome::resumable).orElse(true))
                .isEmpty()) {
            return false;
        }
        append(actor, "cancel", id, null);
        return store.get().cancel(id);
    }

    private void ended(ImportJob job, ImportOutcome outcome) {
        changed.run();
        ObjectNode told = NODES.objectNode().put("name", job.wish().name()).put("source",
                job.wish().source().describe());
        switch (outcome) {
            case ImportOutcome.Imported(StoredModel model) ->
                tell("complete", job, told.put("model", model.id()).put("bytes", model.manifest().bytes()));
            case ImportOutcome.AlreadyThere(StoredModel model) ->
                tell("complete", job, told.put("model", model.id()).put("alreadyThere", true));
            case ImportOutcome.Failed(ImportProblem problem) -> {
                failed.incrementAndGet();
                LOG.log(System.Logger.Level.WARNING, "Import {0} of {1} failed: {2}", job.id(), job.wish().name(),
                        problem.message());
                tell("fail", job, told.put("problem", problem.kind()).put("message", problem.message()));
            }
            // Who paused or cancelled it stands in the trail, and a stop of the box ends no import.
            case ImportOutcome.Paused _,ImportOutcome.Cancelled _,ImportOutcome.Interrupted _ -> {
            }
        }
    }

    private void tell(String verb, ImportJob job, JsonNode after) {
        ends.tell(LocalModels.STORE.did(around.ids().get(), around.clock().instant(), verb, IMPORTS, job.id(), null,
                after));
    }

    private void append(Actor actor, String verb, String id, @Nullable JsonNode after) {
        around.trail().append(actor.did(around.ids().get(), around.clock().instant(), verb, IMPORTS, id, null, after));
    }

    private static ObjectNode describe(ImportWish wish) {
        ObjectNode told = NODES.objectNode().put("name", wish.name()).put("source", wish.source().describe())
                .put("pickles", wish.content().pickles().name()).put("code", wish.content().code().name());
        wish.only().forEach(told.putArray("include")::add);
        wish.except().forEach(told.putArray("exclude")::add);
        return told;
    }
}
