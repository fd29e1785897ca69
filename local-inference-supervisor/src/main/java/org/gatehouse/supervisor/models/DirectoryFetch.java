package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Brings a model from a directory of this machine: copies it, or digests it where it lies. */
final class DirectoryFetch implements Fetch {
    private static final int DEEPEST = 12;

    private final ModelSource.Directory source;
    private final Selection selection;
    private final ModelStoreSettings settings;
    private final ImportRoom room;

    DirectoryFetch(ModelSource.Directory source, Selection selection, ModelStoreSettings settings, ImportRoom room) {
        this.source = source;
        this.selection = selection;
        this.settings = settings;
        this.room = room;
    }

    @Override
    public ImportPlan look() throws ImportFailure, InterruptedException {
        List<PlannedFile> files = new ArrayList<>();
        try {
            Path root = source.path().toRealPath();
            if (!Files.isDirectory(root)) {
                throw unreadable("it is not a directory");
            }
            list(root, "", files, 0);
        } catch (IOException e) {
            throw unreadable(e.getClass().getSimpleName() + " " + e.getMessage());
        }
        ImportPlan plan = selection.plan(source.path().toString(), "", "", files);
        try {
            // Broken weights are told before hours of copying, not after.
            ModelShape.check(source.path(), plan.files().stream().map(PlannedFile::path).toList());
        } catch (IOException e) {
            throw unreadable(e.getClass().getSimpleName() + " " + e.getMessage());
        }
        return plan;
    }

    private void list(Path root, String prefix, List<PlannedFile> files, int depth)
            throws IOException, ImportFailure, InterruptedException {
        room.stop().check();
        if (depth > DEEPEST || files.size() > settings.mostFiles()) {
            throw new ImportFailure(new ImportProblem.TooLarge(source.path().toString(), "it has more than "
                    + settings.mostFiles() + " files or lies more than " + DEEPEST + " directories deep"));
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(prefix))) {
            for (Path entry : entries) {
                String path = prefix + entry.getFileName();
                BasicFileAttributes attributes = Files.readAttributes(entry, BasicFileAttributes.class,
                        LinkOption.NOFOLLOW_LINKS);
                if (entry.getFileName().toString().startsWith(".")) {
                    continue; // .git, .cache, .gitattributes: nothing that an engine reads.
                }
                if (attributes.isDirectory()) {
                    list(root, path + "/", files, depth + 1);
                    continue;
                }
                SafePath.checked(path);
                if (attributes.isSymbolicLink()) {
                    attributes = target(root, path, entry);
                } else if (!attributes.isRegularFile()) {
                    throw refused(path, "it is a device, a pipe or a socket");
                }
                files.add(PlannedFile.local(path, path, attributes.size(), attributes.lastModifiedTime().toMillis()));
            }
        }
    }

    /** A hub client's cache links each file of a snapshot to a blob beside it; no other link is followed. */
    private static BasicFileAttributes target(Path root, String path, Path link) throws IOException, ImportFailure {
        Path real = link.toRealPath();
        Path snapshots = root.getParent();
        boolean cache = snapshots != null && snapshots.getParent() != null
                && String.valueOf(snapshots.getFileName()).equals("snapshots")
                && real.startsWith(snapshots.resolveSibling("blobs"));
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        if (!attributes.isRegularFile() || !cache && !real.startsWith(root)) {
            throw refused(path, "it is a link that leads out of the directory");
        }
        return attributes;
    }

    @Override
    public void bring(ImportPlan plan, List<PlannedFile> missing) throws ImportFailure, InterruptedException {
        Workers.forEach(missing, settings.parallelFiles(), room.stop(), file -> {
            checkUnchanged(file);
            switch (source.placement()) {
                case COPY -> copy(file, plan.files().indexOf(file));
                case IN_PLACE -> room.note(file, digest(file, from(file)));
            }
            checkUnchanged(file);
        });
    }

    private Path from(PlannedFile file) {
        return source.path().resolve(file.origin());
    }

    private void copy(PlannedFile file, int number) throws ImportFailure, InterruptedException {
        byte[] buffer = new byte[Digests.CHUNK];
        try (PartFile part = PartFile.open(room, file, number); InputStream in = read(file)) {
            for (int count = next(in, buffer); count >= 0; count = next(in, buffer)) {
                part.write(buffer, count);
            }
            part.finish();
        } catch (IOException e) {
            room.stop().check(); // From closing the stream alone.
        }
    }

    private String digest(PlannedFile file, Path path) throws ImportFailure, InterruptedException {
        MessageDigest digest = Digests.sha256();
        byte[] buffer = new byte[Digests.CHUNK];
        room.tally().began(file.path());
        try (InputStream in = Files.newInputStream(path)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                room.took(count);
            }
        } catch (IOException e) {
            room.stop().check();
            throw unreadable(file.path() + ": " + e.getMessage());
        } finally {
            room.tally().left(file.path());
        }
        return Digests.hex(digest);
    }

    private InputStream read(PlannedFile file) throws ImportFailure {
        try {
            return Files.newInputStream(from(file));
        } catch (IOException e) {
            throw unreadable(file.path() + ": " + e.getClass().getSimpleName() + " " + e.getMessage());
        }
    }

    private int next(InputStream in, byte[] buffer) throws ImportFailure, InterruptedException {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            room.stop().check();
            throw unreadable(String.valueOf(e.getMessage()));
        }
    }

    private void checkUnchanged(PlannedFile file) throws ImportFailure {
        try {
            BasicFileAttributes now = Files.readAttributes(from(file), BasicFileAttributes.class);
            if (now.size() != file.size() || now.lastModifiedTime().toMillis() != file.modified()) {
                throw new ImportFailure(new ImportProblem.SourceChanged("file " + Text.shown(file.path())
                        + " has another size or time"));
            }
        } catch (IOException e) {
            throw unreadable(file.path() + ": " + e.getClass().getSimpleName() + " " + e.getMessage());
        }
    }

    private ImportFailure unreadable(String why) {
        return new ImportFailure(new ImportProblem.SourceUnreadable(source.path(), why));
    }

    private static ImportFailure refused(String path, String why) {
        return new ImportFailure(new ImportProblem.UnsafeEntry(path, why));
    }
}
