package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The way of an import through its phases: look, fetch, check, seal. Goes on where an earlier attempt stopped, by the record and the
 * journal of complete files. Belongs to one thread.
 */
final class ImportRun {
    private final ImportWish wish;
    private final StoreLayout.Incoming layout;
    private final ModelStoreSettings settings;
    private final Supplier<List<HubSettings>> hubs;
    private final ModelShelf shelf;
    private final SpaceGuard space;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private ImportRecord record;

    ImportRun(ImportRecord record, StoreLayout.Incoming layout, ModelStoreSettings settings,
            Supplier<List<HubSettings>> hubs, ModelShelf shelf, SpaceGuard space, Clock clock, LongSupplier nanoTime) {
        this.record = record;
        this.wish = record.wish();
        this.layout = layout;
        this.settings = settings;
        this.hubs = hubs;
        this.shelf = shelf;
        this.space = space;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** The record, with the plan once there is one. */
    ImportRecord record() {
        return record;
    }

    /** Runs until the model is visible. Whatever is thrown, what has arrived stays in the import's room. */
    ImportOutcome run(Tally tally, StopSignal stop) throws ImportFailure, InterruptedException, IOException {
        tally.phase(ImportProgress.Phase.LOOKING);
        layout.create();
        DoneFiles done = DoneFiles.open(layout.done());
        ImportPlan plan;
        try (Fetch fetch = fetch(new ImportRoom(layout, done, space, tally, stop))) {
            plan = plan(fetch);
            tally.planned(plan.files().size(), plan.bytes());
            List<ModelManifest.File> complete = List.copyOf(done.files().values());
            if (complete.size() == plan.files().size() && shelf.has(wish.name(), ModelManifest.digest(complete))) {
                // The last attempt was killed between making the model visible and clearing up.
                return seal(plan, complete, tally, stop);
            }
            List<PlannedFile> missing = missing(plan, done.files(), tally);
            space.reserve(record.id(), inPlace() ? 0 : plan.bytes() - layout.arrivedBytes(plan),
                    () -> inPlace() ? 0 : tally.bytesLeft());
            tally.phase(ImportProgress.Phase.FETCHING);
            fetch.bring(plan, missing);
        } finally {
            space.release(record.id());
        }
        tally.phase(ImportProgress.Phase.CHECKING);
        ModelShape.check(inPlace() ? location() : layout.files(),
                plan.files().stream().map(PlannedFile::path).toList());
        return seal(plan, List.copyOf(done.files().values()), tally, stop);
    }

    private ImportPlan plan(Fetch fetch) throws ImportFailure, InterruptedException, IOException {
        ImportPlan known = record.plan();
        if (known != null) {
            return known;
        }
        ImportPlan made = fetch.look();
        record = record.with(made);
        record.write(layout.state());
        return made;
    }

    private List<PlannedFile> missing(ImportPlan plan, Map<String, ModelManifest.File> done, Tally tally)
            throws IOException {
        List<PlannedFile> missing = new ArrayList<>();
        for (PlannedFile file : plan.files()) {
            if (done.containsKey(file.path())
                    && (inPlace() || StoreLayout.Incoming.size(layout.file(file.path())) == file.size())) {
                tally.had(file.size());
                tally.fileDone();
            } else {
                missing.add(file);
            }
        }
        return missing;
    }

    private ImportOutcome seal(ImportPlan plan, List<ModelManifest.File> files, Tally tally, StopSignal stop)
            throws IOException, InterruptedException {
        stop.check();
        // A stop that comes from here on comes too late: half a sealing is neither an import nor a cancel.
        stop.leave();
        tally.phase(ImportProgress.Phase.SEALING);
        return shelf.place(layout.files(),
                new ModelManifest(wish.name(), ModelManifest.digest(files), wish.source().describe(), plan.revision(),
                        clock.instant(), wish.by(), inPlace() ? location().toString() : "", files, plan.leftOut()));
    }

    private Fetch fetch(ImportRoom room) throws ImportFailure {
        Selection selection = new Selection(wish, settings);
        return switch (wish.source()) {
            case ModelSource.Directory directory -> new DirectoryFetch(directory, selection, settings, room);
            case ModelSource.Archive archive -> new ArchiveFetch(archive, selection, settings, room);
            case ModelSource.Hub hub -> new HubFetch(hub(hub.hub()), hub, selection, settings, room, clock, nanoTime);
        };
    }

    private HubSettings hub(String name) throws ImportFailure {
        return hubs.get().stream().filter(hub -> hub.name().equals(name)).findFirst()
                .orElseThrow(() -> new ImportFailure(new ImportProblem.UnknownHub(name)));
    }

    private boolean inPlace() {
        return wish.source() instanceof ModelSource.Directory(_, ModelSource.Placement placement)
                && placement == ModelSource.Placement.IN_PLACE;
    }

    private Path location() throws IOException {
        if (wish.source() instanceof ModelSource.Directory(Path path, _)) {
            return path.toRealPath();
        }
        throw new IllegalStateException("only directories stay where they are");
    }
}
