package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** The visible models: what stands in {@code models/}. A model appears and goes by one rename. Thread-safe. */
final class ModelShelf {
    private final StoreLayout layout;
    private final ManifestKeys keys;
    private final ModelStore.InUse inUse;

    ModelShelf(StoreLayout layout, ManifestKeys keys, ModelStore.InUse inUse) {
        this.layout = layout;
        this.keys = keys;
        this.inUse = inUse;
    }

    /** A model with what its seal says, or with what is wrong with the seal. */
    record Standing(String id, @Nullable StoredModel model, List<Verification.Finding> findings) {}

    /** All of them, by name, the newest of a name first. */
    List<Standing> all() throws IOException {
        List<Standing> all = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(layout.models())) {
            for (Path directory : directories) {
                String id = String.valueOf(directory.getFileName());
                if (ModelNames.isDirectory(id) && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                    all.add(read(id));
                }
            }
        }
        all.sort(Comparator.comparing(Standing::id));
        return all;
    }

    Optional<Standing> find(String id) {
        return ModelNames.isDirectory(id) && Files.isDirectory(directory(id), LinkOption.NOFOLLOW_LINKS)
                ? Optional.of(read(id))
                : Optional.empty();
    }

    private Standing read(String id) {
        try {
            ManifestFile.Read read = ManifestFile.read(directory(id), keys);
            ModelManifest manifest = read.manifest();
            // A sound manifest of another model, copied here, must not make this one sound.
            if (read.signatureHolds() && ModelNames.directory(manifest.name(), manifest.digest()).equals(id)) {
                Path files = manifest.location().isEmpty() ? directory(id) : Path.of(manifest.location());
                return new Standing(id, new StoredModel(id, files, manifest), List.of());
            }
        } catch (IOException unreadable) {
            // A seal that cannot be read is as good as none.
        }
        return new Standing(id, null, List.of(new Verification.BadSignature()));
    }

    private Path directory(String id) {
        return layout.models().resolve(id);
    }

    /** Whether a model with a sound seal stands there. */
    boolean has(String name, String digest) {
        return find(ModelNames.directory(name, digest)).filter(standing -> standing.model() != null).isPresent();
    }

    /** Seals these files and makes them visible, all or nothing. */
    synchronized ImportOutcome place(Path files, ModelManifest manifest) throws IOException {
        String id = ModelNames.directory(manifest.name(), manifest.digest());
        Standing standing = find(id).orElse(null);
        StoredModel present = standing == null ? null : standing.model();
        if (present != null && Verifier.verify(present, Verification.Depth.QUICK) instanceof Verification.Sound) {
            return new ImportOutcome.AlreadyThere(present);
        }
        ManifestFile.write(files, manifest, keys);
        Durable.freeze(files, false);
        Durable.syncDirectories(files);
        if (Files.exists(directory(id), LinkOption.NOFOLLOW_LINKS)) {
            Durable.delete(takeAway(id)); // It is damaged; an engine that still reads it keeps its open files.
        }
        Durable.move(files, directory(id));
        // Only now: a directory that is read-only cannot be moved by anybody but root.
        Durable.freeze(directory(id), true);
        StoredModel placed = read(id).model();
        if (placed == null) {
            throw new IOException(id + " cannot be read back from " + layout.models());
        }
        return new ImportOutcome.Imported(placed);
    }

    RemoveOutcome remove(String id) throws IOException {
        Path away;
        synchronized (this) {
            if (find(id).isEmpty()) {
                return new RemoveOutcome.NoSuchModel(id);
            }
            String user = inUse.userOf(id).orElse("");
            if (!user.isEmpty()) {
                return new RemoveOutcome.Used(id, user);
            }
            away = takeAway(id);
        }
        Durable.delete(away);
        return new RemoveOutcome.Removed(id);
    }

    private Path takeAway(String id) throws IOException {
        Durable.thaw(directory(id));
        Path away = Files.createTempDirectory(layout.leaving(), "model-");
        Durable.move(directory(id), away.resolve(id));
        return away;
    }

    Verification verify(String id, Verification.Depth depth) throws IOException {
        Standing standing = find(id).orElse(null);
        if (standing == null) {
            return new Verification.NoSuchModel(id);
        }
        StoredModel model = standing.model();
        return model == null
                ? new Verification.Unsound(id, depth, standing.findings())
                : Verifier.verify(model, depth);
    }
}
