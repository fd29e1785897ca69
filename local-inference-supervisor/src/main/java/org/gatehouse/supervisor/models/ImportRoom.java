package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where one import puts its files, with everything that writing one involves. Thread-safe. */
final class ImportRoom {
    private static final long SPACE_CHECK_EVERY = 32L << 20;

    private final StoreLayout.Incoming layout;
    private final DoneFiles done;
    private final SpaceGuard space;
    private final Tally tally;
    private final StopSignal stop;

    ImportRoom(StoreLayout.Incoming layout, DoneFiles done, SpaceGuard space, Tally tally, StopSignal stop) {
        this.layout = layout;
        this.done = done;
        this.space = space;
        this.tally = tally;
        this.stop = stop;
    }

    StopSignal stop() {
        return stop;
    }

    Tally tally() {
        return tally;
    }

    StoreLayout.Incoming layout() {
        return layout;
    }

    /** Counts bytes that came over, and ends the import if it should stop. */
    void took(int bytes) throws InterruptedException {
        tally.took(bytes);
        stop.check();
    }

    /** Looks at the disk now and then. */
    void checkSpace(long before, int aboutToWrite) throws ImportFailure {
        if (before == 0 || before / SPACE_CHECK_EVERY != (before + aboutToWrite) / SPACE_CHECK_EVERY) {
            space.check(aboutToWrite);
        }
    }

    /** What a failure of the store's disk means; an end that was asked for, if there was one. */
    ImportFailure failed(IOException e) throws InterruptedException {
        stop.check();
        return space.failed(e);
    }

    /** Moves a synced part to its place and notes it. */
    void complete(PlannedFile file, Path part, String sha256) throws ImportFailure, InterruptedException {
        try {
            Path target = layout.file(file.path());
            Files.createDirectories(target.getParent());
            Durable.move(part, target);
            note(file, sha256);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Notes a file that is where it should be. */
    void note(PlannedFile file, String sha256) throws ImportFailure, InterruptedException {
        try {
            done.add(new ModelManifest.File(file.path(), file.size(), sha256));
            tally.fileDone();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
