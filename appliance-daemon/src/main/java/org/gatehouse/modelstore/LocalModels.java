package org.gatehouse.modelstore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.Actor;
import org.gatehouse.supervisor.fleet.ModelLibrary;
import org.gatehouse.supervisor.models.ImportJob;
import org.gatehouse.supervisor.models.ImportStart;
import org.gatehouse.supervisor.models.ImportWish;
import org.gatehouse.supervisor.models.ModelStore;
import org.gatehouse.supervisor.models.RemoveOutcome;
import org.gatehouse.supervisor.models.StoredModel;
import org.gatehouse.supervisor.models.Verification;
import org.gatehouse.supervisor.planning.ModelDirectory;
import org.gatehouse.supervisor.planning.ModelReading;

/**
 * The model store of this box. Opened when somebody first needs it, so that a box without local models pays nothing, and one whose model disk
 * is not mounted still carries calls. What changes it stands in the trail: who wanted it, and, of imports and full checks, what came of it.
 * Thread-safe.
 */
public final class LocalModels implements AutoCloseable {
    static final String MODELS = "stored-models";
    private static final System.Logger LOG = System.getLogger(LocalModels.class.getName());
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    static final Actor STORE = Actor.system("model-store");
    private static final Duration FIGURES_LAST = Duration.ofSeconds(30);

    private final ModelStorePlan plan;
    private final Surroundings around;
    private final ImportEnds ends;
    private final Map<String, ModelReading> shapes = new ConcurrentHashMap<>();
    private final ImportDesk desk;
    private volatile Function<String, Optional<String>> users = _ -> Optional.empty();
    private volatile @Nullable Open open;
    // Guarded by this.
    private boolean closed;
    private String trouble = "";
    private @Nullable ModelFigures figures;
    private long figuresAtNanos;

    /** The store once it is open. */
    private record Open(ModelStore store, Checks checks) {}

    private LocalModels(ModelStorePlan plan, Surroundings around) {
        this.plan = plan;
        this.around = around;
        this.ends = new ImportEnds(around.trail());
        this.desk = new ImportDesk(this::store, this::models, around, ends, this::forgetFigures);
    }

    /** A store that is opened when it is first needed. */
    public static LocalModels lazily(ModelStorePlan plan, Surroundings surroundings) {
        return new LocalModels(plan, surroundings);
    }

    /** Has this asked who needs a model, in words such as {@code deployment chat-large}; until then nobody does. */
    public void usedBy(Function<String, Optional<String>> whoNeeds) {
        users = whoNeeds;
    }

    /** Who needs the model of this id; empty when nobody does. */
    public Optional<String> userOf(String id) {
        return users.apply(id);
    }

    /** How the store was set up. */
    public ModelStorePlan plan() {
        return plan;
    }

    /**
     * The store itself, opened if need be.
     *
     * @throws ModelStoreUnavailable when it cannot be opened
     */
    public ModelStore store() {
        return open().store();
    }

    private Open open() {
        Open there = open;
        return there != null ? there : openNow();
    }

    private synchronized Open openNow() {
        Open there = open;
        if (there != null) {
            return there;
        }
        if (closed) {
            throw new ModelStoreUnavailable("The model store is closed, because the box is stopping. Ask again later.");
        }
        Path directory = plan.settings().directory();
        try {
            ModelStore store = ModelStore.open(plan.settings(), new ModelStore.Surroundings(around.keys().get(),
                    plan::hubs, this::userOf, around.clock(), around.nanoTime()));
            Open fresh = new Open(store, new Checks(directory.resolve("checks.json"), around.clock()));
            open = fresh;
            trouble = "";
            return fresh;
        } catch (IOException e) {
            String message = "The model store in " + directory + " cannot be opened: " + e
                    + ". Check models.directory, its disk, and that the daemon may write there.";
            if (!message.equals(trouble)) {
                LOG.log(System.Logger.Level.ERROR, message);
            }
            trouble = message;
            throw new ModelStoreUnavailable(message, e);
        }
    }

    /** Where the engines find models; a model whose bytes were found changed is not given to them. */
    public ModelLibrary library() {
        return new StoredLibrary(this);
    }

    /** The models whose seal holds, by name. */
    public List<StoredModel> models() {
        return read(ModelStore::models);
    }

    /** Those that cannot be trusted any more. */
    public List<Verification.Unsound> untrusted() {
        return read(ModelStore::untrusted);
    }

    /** The model of this id, or the newest of this name. */
    public Optional<StoredModel> find(String idOrName) {
        return read(store -> store.find(idOrName));
    }

    /** What a model is, as far as its files tell. */
    public ModelReading shape(StoredModel model) {
        ModelReading known = shapes.get(model.id());
        if (known != null) {
            return known;
        }
        ModelReading fresh = ModelDirectory.read(model.directory());
        // What cannot be read now (a model in place whose disk is away) may be readable later.
        if (fresh instanceof ModelReading.Known) {
            shapes.put(model.id(), fresh);
        }
        return fresh;
    }

    /** The check of a model that runs, or the last there was. */
    public Optional<ModelCheck> check(String id) {
        return open().checks().last(id);
    }

    /** Imports that run, stand still, or ended since the start; the oldest first. */
    public List<ImportJob> imports() {
        return store().imports();
    }

    /**
     * Begins an import.
     *
     * @param newVersion whether another model of this name may be there already
     */
    public ImportStart begin(Actor actor, ImportWish wish, boolean newVersion) {
        return desk.begin(actor, wish, newVersion);
    }

    /** Goes on with an import that stands still. */
    public ImportStart resume(Actor actor, String id) {
        return desk.resume(actor, id);
    }

    /** Stops an import that runs or waits; what has arrived stays. Returns whether there was one. */
    public boolean pause(Actor actor, String id) {
        return desk.pause(actor, id);
    }

    /** Gives up an import that runs, waits or stands still; nothing of it stays. Returns whether there was one. */
    public boolean cancel(Actor actor, String id) {
        return desk.cancel(actor, id);
    }

    /**
     * Holds a model against its manifest: quickly at once, fully in the background.
     *
     * @return empty when no full check can begin, because as many run as may
     */
    public Optional<ModelCheck> verify(Actor actor, String id, Verification.Depth depth) {
        Open now = open();
        ObjectNode asked = NODES.objectNode().put("depth", depth.name().toLowerCase(java.util.Locale.ROOT));
        if (depth == Verification.Depth.QUICK) {
            ModelCheck result = now.checks().quick(now.store(), id);
            append(actor, "verify", id, describe(result, asked));
            return Optional.of(result);
        }
        append(actor, "verify", id, asked);
        return now.checks().full(now.store(), id, this::checked) ? now.checks().last(id) : Optional.empty();
    }

    private void checked(String id, ModelCheck result) {
        ends.tell(STORE.did(around.ids().get(), around.clock().instant(), "verify", MODELS, id, null,
                describe(result, NODES.objectNode().put("depth", "full"))));
    }

    /** Removes a model that nobody needs. */
    public RemoveOutcome remove(Actor actor, String id) {
        String user = userOf(id).orElse("");
        if (!user.isEmpty()) {
            return new RemoveOutcome.Used(id, user);
        }
        JsonNode before = known(id).orElse(null);
        if (before == null) {
            return new RemoveOutcome.NoSuchModel(id);
        }
        ModelStore store = store();
        // Recorded before it is done: what is gone without a record would be the worse lie.
        AdminRecord record = actor.did(around.ids().get(), around.clock().instant(), "delete", MODELS, id, before,
                null);
        around.trail().append(record);
        RemoveOutcome outcome;
        try {
            outcome = store.remove(id);
        } catch (IOException e) {
            refuse(actor, id, e.toString());
            throw new ModelStoreUnavailable("Model " + id + " cannot be removed: " + e
                    + ". Check the store's disk, then remove it again.", e);
        }
        switch (outcome) {
            case RemoveOutcome.Removed _ -> {
                shapes.remove(id);
                open().checks().forget(id);
                forgetFigures();
            }
            case RemoveOutcome.Used used -> refuse(actor, id, used.message());
            case RemoveOutcome.NoSuchModel none -> refuse(actor, id, none.message());
        }
        return outcome;
    }

    private void refuse(Actor actor, String id, String why) {
        append(actor, "refuse", id, NODES.objectNode().put("action", "delete").put("why", why));
    }

    private Optional<JsonNode> known(String id) {
        Optional<JsonNode> sound = models().stream().filter(model -> model.id().equals(id)).findFirst()
                .map(model -> NODES.objectNode().put("name", model.manifest().name())
                        .put("digest", model.manifest().digest()).put("source", model.manifest().source())
                        .put("bytes", model.manifest().bytes()));
        return sound.or(() -> untrusted().stream().filter(model -> model.id().equals(id)).findFirst()
                .map(_ -> NODES.objectNode().put("untrusted", true)));
    }

    private void append(Actor actor, String verb, String id, @Nullable JsonNode after) {
        around.trail().append(actor.did(around.ids().get(), around.clock().instant(), verb, MODELS, id, null, after));
    }

    private static ObjectNode describe(ModelCheck result, ObjectNode told) {
        return told.put("state", result.state().name().toLowerCase(java.util.Locale.ROOT)).put("findings",
                result.findingCount());
    }

    /** The store in numbers. Makes no store where there is none yet. */
    public synchronized ModelFigures figures() {
        ModelFigures known = figures;
        long now = around.nanoTime().getAsLong();
        if (known == null || now - figuresAtNanos > FIGURES_LAST.toNanos()) {
            known = count();
            figures = known;
            figuresAtNanos = now;
        }
        return known;
    }

    private ModelFigures count() {
        if (open == null && !Files.isDirectory(plan.settings().directory())) {
            return ModelFigures.NONE;
        }
        try {
            List<StoredModel> models = models();
            long bytes = models.stream().filter(model -> model.manifest().location().isEmpty())
                    .mapToLong(model -> model.manifest().bytes()).sum();
            return new ModelFigures(bytes, models.size(), untrusted().size());
        } catch (ModelStoreUnavailable away) {
            return ModelFigures.NONE;
        }
    }

    private synchronized void forgetFigures() {
        figures = null;
    }

    /** Imports that run or wait for their turn; 0 while nobody needed the store. */
    public long activeImports() {
        Open there = open;
        return there == null ? 0 : there.store().imports().stream().filter(job -> job.outcome().isEmpty()).count();
    }

    /** Imports that failed since the start. */
    public long failedImports() {
        return desk.failed();
    }

    /** A look into the store that may fail. */
    private interface Look<T> {
        T at(ModelStore store) throws IOException;
    }

    private <T> T read(Look<T> look) {
        ModelStore store = store();
        try {
            return look.at(store);
        } catch (IOException e) {
            throw new ModelStoreUnavailable("The model store in " + plan.settings().directory() + " cannot be read: "
                    + e + ". Check its disk and the rights on it.", e);
        }
    }

    /** Interrupts imports, which can be resumed after the next start, and lets go of the directory. */
    @Override
    public void close() throws IOException, InterruptedException {
        Open there;
        synchronized (this) {
            closed = true;
            there = open;
        }
        try {
            if (there != null) {
                there.store().close();
            }
        } finally {
            ends.close();
        }
    }
}
