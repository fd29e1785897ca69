package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The models of this box, and the way in. One store has a directory at a time. Thread-safe.
 *
 * <p>Imports run on threads of their own and survive the program's death: an import that was under way stands in {@link #imports()}
 * after the next {@link #open} and waits for {@link #resume}. Verifying and removing work on the caller's thread; a full
 * verification reads every byte, so give it a platform thread.
 */
public final class ModelStore implements AutoCloseable {

    /** Tells whether somebody still needs a model. Must be thread-safe. */
    @FunctionalInterface
    public interface InUse {
        /** Who uses the model of this id, in words such as {@code deployment chat-large}; empty when nobody does. */
        Optional<String> userOf(String id);
    }

    /**
     * What a store works with.
     *
     * @param keys signs and checks manifests
     * @param hubs the hubs that are set up; asked anew for each import
     * @param inUse asked before a model is removed
     * @param clock for the times in manifests
     * @param nanoTime for rates and silences
     */
    public record Surroundings(ManifestKeys keys, Supplier<List<HubSettings>> hubs, InUse inUse, Clock clock,
            LongSupplier nanoTime) {}

    private final FileChannel lock;
    private final ModelShelf shelf;
    private final ImportQueue queue;

    private ModelStore(FileChannel lock, ModelShelf shelf, ImportQueue queue) {
        this.lock = lock;
        this.shelf = shelf;
        this.queue = queue;
    }

    /**
     * Opens the store, deletes what was being deleted, and finds the imports that were under way.
     *
     * @throws IOException when the directory cannot be used, or another process has it open
     */
    public static ModelStore open(ModelStoreSettings settings, Surroundings surroundings) throws IOException {
        return open(settings, surroundings, SpaceGuard.FreeSpace.ofFileSystem());
    }

    static ModelStore open(ModelStoreSettings settings, Surroundings surroundings, SpaceGuard.FreeSpace freeSpace)
            throws IOException {
        StoreLayout layout = new StoreLayout(settings.directory());
        layout.create();
        FileChannel lock = lock(layout.lock());
        try {
            deleteChildren(layout.leaving());
            ModelShelf shelf = new ModelShelf(layout, surroundings.keys(), surroundings.inUse());
            SpaceGuard space = new SpaceGuard(settings.directory(), settings.reserveBytes(), freeSpace);
            return new ModelStore(lock, shelf, ImportQueue.open(settings, surroundings, layout, shelf, space));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException alsoTaken) {
            // By this very process.
        }
        channel.close();
        throw new IOException("The model store " + file.getParent()
                + " is open already. Stop the other program, or give this one another directory.");
    }

    private static void deleteChildren(Path directory) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                Durable.delete(child);
            }
        }
    }

    /** Begins an import. It waits while as many run as the settings allow. */
    public ImportStart begin(ImportWish wish) {
        return queue.begin(wish);
    }

    /** Goes on with an import that was paused, failed with a resumable problem, or was interrupted. */
    public ImportStart resume(String id) {
        return queue.resume(id);
    }

    /** Stops an import and keeps what has arrived. Returns whether there was one running or waiting. */
    public boolean pause(String id) {
        return queue.pause(id);
    }

    /** Stops an import, or gives up one that stands still, and deletes what has arrived. Returns whether there was one. */
    public boolean cancel(String id) {
        return queue.cancel(id);
    }

    /** The imports that run or could be resumed, and the last ones that ended; the oldest first. */
    public List<ImportJob> imports() {
        return queue.jobs();
    }

    /** The import of this id. */
    public Optional<ImportJob> findImport(String id) {
        return queue.find(id);
    }

    /** The models whose seal holds, by name. */
    public List<StoredModel> models() throws IOException {
        List<StoredModel> models = new ArrayList<>();
        for (ModelShelf.Standing standing : shelf.all()) {
            StoredModel model = standing.model();
            if (model != null) {
                models.add(model);
            }
        }
        return models;
    }

    /** Models that cannot be trusted any more, because their manifest is damaged or not signed by this box. */
    public List<Verification.Unsound> untrusted() throws IOException {
        List<Verification.Unsound> untrusted = new ArrayList<>();
        for (ModelShelf.Standing standing : shelf.all()) {
            if (standing.model() == null) {
                untrusted.add(new Verification.Unsound(standing.id(), Verification.Depth.QUICK, standing.findings()));
            }
        }
        return untrusted;
    }

    /** The model of this id, or the one imported last of this name; only if its seal holds. */
    public Optional<StoredModel> find(String idOrName) throws IOException {
        StoredModel newest = null;
        for (StoredModel model : models()) {
            if (model.id().equals(idOrName)) {
                return Optional.of(model);
            }
            if (model.manifest().name().equals(idOrName)
                    && (newest == null || model.manifest().importedAt().isAfter(newest.manifest().importedAt()))) {
                newest = model;
            }
        }
        return Optional.ofNullable(newest);
    }

    /** Holds a model against its manifest. */
    public Verification verify(String id, Verification.Depth depth) throws IOException {
        return shelf.verify(id, depth);
    }

    /**
     * The look that every start of an engine needs: only a {@link Verification.Sound} model may serve. Quick for models inside of the
     * store, whose files are read-only; every byte of models in place, whose files belong to somebody else. To be safe from
     * {@link #remove}, let {@link InUse} name the user before this is called.
     */
    public Verification verifyToServe(String id) throws IOException {
        boolean inPlace = find(id).map(model -> !model.manifest().location().isEmpty()).orElse(false);
        return shelf.verify(id, inPlace ? Verification.Depth.FULL : Verification.Depth.QUICK);
    }

    /** Removes a model, unless it is in use. The files of a model in place stay. */
    public RemoveOutcome remove(String id) throws IOException {
        return shelf.remove(id);
    }

    /** Interrupts all imports, waits for them at most half a minute, and lets go of the directory. */
    @Override
    public void close() throws IOException {
        try (lock) {
            queue.close();
        }
    }
}
