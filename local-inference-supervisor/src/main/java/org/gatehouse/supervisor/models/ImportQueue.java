package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/** All imports, running or not: starts them in turn, stops them, remembers them on the disk. Thread-safe. */
final class ImportQueue {
    /** Running and waiting ones together; each has a thread. */
    private static final int MOST_ACTIVE = 16;
    private static final int MOST_ENDED = 50;
    private static final Duration PATIENCE_AT_CLOSE = Duration.ofSeconds(30);
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,99}");
    private static final DateTimeFormatter ID_TIME = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss")
            .withZone(ZoneOffset.UTC);

    private final ModelStoreSettings settings;
    private final ModelStore.Surroundings surroundings;
    private final StoreLayout layout;
    private final ModelShelf shelf;
    private final SpaceGuard space;
    private final Semaphore turns;
    /** Guarded by this, like the records beside it. */
    private final Map<String, ImportJob> jobs = new LinkedHashMap<>();
    private final Map<String, ImportRecord> records = new LinkedHashMap<>();
    private boolean closed;
    /** Those that work or still clear up. */
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    private ImportQueue(ModelStoreSettings settings, ModelStore.Surroundings surroundings, StoreLayout layout,
            ModelShelf shelf, SpaceGuard space) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.layout = layout;
        this.shelf = shelf;
        this.space = space;
        turns = new Semaphore(settings.parallelImports(), true);
    }

    /** Finds the imports that an earlier run left. A room without a readable record can never be resumed and is cleared. */
    static ImportQueue open(ModelStoreSettings settings, ModelStore.Surroundings surroundings, StoreLayout layout,
            ModelShelf shelf, SpaceGuard space) throws IOException {
        ImportQueue queue = new ImportQueue(settings, surroundings, layout, shelf, space);
        List<Path> rooms = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(layout.incoming())) {
            directories.forEach(rooms::add);
        }
        rooms.sort(null);
        for (Path room : rooms) {
            try {
                StoreLayout.Incoming incoming = new StoreLayout.Incoming(room);
                ImportRecord record = ImportRecord.read(incoming.state());
                ImportPlan plan = record.plan();
                if (!record.id().equals(String.valueOf(room.getFileName()))) {
                    throw new IOException(room + " holds the record of another import");
                }
                queue.records.put(record.id(), record);
                queue.jobs.put(record.id(), ImportJob.left(record,
                        plan == null ? 0 : incoming.arrivedBytes(plan), new Tally(surroundings.nanoTime())));
            } catch (IOException unreadable) {
                Durable.delete(room);
            }
        }
        return queue;
    }

    synchronized ImportStart begin(ImportWish wish) {
        try {
            check(wish);
        } catch (ImportFailure failure) {
            return new ImportStart.Refused(failure.problem());
        }
        return start(new ImportRecord(freshId(), wish, null, new ImportOutcome.Interrupted()));
    }

    private String freshId() {
        String time = ID_TIME.format(surroundings.clock().instant());
        int number = 1;
        while (jobs.containsKey(time + "-" + number)) {
            number++;
        }
        return time + "-" + number;
    }

    private void check(ImportWish wish) throws ImportFailure {
        if (!ModelNames.isName(wish.name())) {
            throw bad("name", wish.name(),
                    "Give `name` or `organisation/name` of letters, digits, dots, dashes and underscores.");
        }
        new Selection(wish, settings);
        switch (wish.source()) {
            case ModelSource.Directory(Path path, _) -> checkAbsolute(path);
            case ModelSource.Archive(Path path) -> checkAbsolute(path);
            case ModelSource.Hub(String hub, String repository, String revision) -> {
                if (surroundings.hubs().get().stream().noneMatch(settled -> settled.name().equals(hub))) {
                    throw new ImportFailure(new ImportProblem.UnknownHub(hub));
                }
                if (!ModelNames.isName(repository)) {
                    throw bad("repository", repository, "Give it as `organisation/model`, as the hub shows it.");
                }
                if (!REVISION.matcher(revision).matches() || revision.contains("..")) {
                    throw bad("revision", revision, "Give a branch, a tag or a commit, such as `main`.");
                }
            }
        }
    }

    private static void checkAbsolute(Path path) throws ImportFailure {
        if (!path.isAbsolute()) {
            throw bad("path", path.toString(), "Give an absolute path on this machine.");
        }
    }

    private static ImportFailure bad(String field, String value, String advice) {
        return new ImportFailure(new ImportProblem.BadWish(field, value, advice));
    }

    synchronized ImportStart resume(String id) {
        ImportRecord record = records.get(id);
        ImportJob job = jobs.get(id);
        if (record == null || job == null || !job.outcome().map(ImportOutcome::resumable).orElse(false)) {
            return new ImportStart.Refused(new ImportProblem.NoSuchImport(id));
        }
        return start(record.with(new ImportOutcome.Interrupted()));
    }

    /** Under the lock. The record is on the disk before the import is. */
    private ImportStart start(ImportRecord record) {
        long active = jobs.values().stream().filter(job -> job.outcome().isEmpty()).count();
        if (closed || active >= MOST_ACTIVE) {
            return new ImportStart.Refused(new ImportProblem.TooManyImports(MOST_ACTIVE));
        }
        StoreLayout.Incoming room = layout.incoming(record.id());
        try {
            room.create();
            record.write(room.state());
        } catch (IOException e) {
            return new ImportStart.Refused(space.failed(e).problem());
        }
        ImportJob job = new ImportJob(record.id(), record.wish(), new Tally(surroundings.nanoTime()));
        records.put(record.id(), record);
        jobs.put(record.id(), job);
        Thread thread = Thread.ofPlatform().daemon().name("model-import-" + record.id())
                .unstarted(() -> work(job, record, room));
        threads.add(thread);
        thread.start();
        return new ImportStart.Accepted(job);
    }

    private void work(ImportJob job, ImportRecord record, StoreLayout.Incoming room) {
        ImportRun run = new ImportRun(record, room, settings, surroundings.hubs(), shelf, space, surroundings.clock(),
                surroundings.nanoTime());
        ImportOutcome outcome = attempt(job, run);
        settle(job, run.record().with(outcome), room);
        clear(job.id());
        threads.remove(Thread.currentThread());
    }

    private ImportOutcome attempt(ImportJob job, ImportRun run) {
        job.stop().join();
        boolean turn = false;
        try {
            turns.acquire();
            turn = true;
            return run.run(job.tally(), job.stop());
        } catch (InterruptedException e) {
            return stopped(job);
        } catch (ImportFailure failure) {
            return new ImportOutcome.Failed(failure.problem());
        } catch (IOException e) {
            // A stop closes files that are being read or written.
            return job.stop().reason() != null ? stopped(job) : new ImportOutcome.Failed(space.failed(e).problem());
        } catch (RuntimeException bug) {
            return new ImportOutcome.Failed(new ImportProblem.StoreFailed("of an error in the program, " + bug));
        } finally {
            job.stop().leave();
            if (turn) {
                turns.release();
            }
        }
    }

    private static ImportOutcome stopped(ImportJob job) {
        return switch (job.stop().reason()) {
            case CANCEL -> new ImportOutcome.Cancelled();
            case PAUSE -> new ImportOutcome.Paused();
            case CLOSE -> new ImportOutcome.Interrupted();
            case null -> new ImportOutcome.Interrupted();
        };
    }

    /** Whatever cannot be resumed leaves the room of imports at once; {@link #clear} deletes it, which may take long. */
    private synchronized void settle(ImportJob job, ImportRecord record, StoreLayout.Incoming room) {
        try {
            if (record.outcome().resumable()) {
                countWhatIsKept(job, record, room);
                records.put(job.id(), record);
                record.write(room.state());
            } else {
                records.remove(job.id());
                Durable.move(room.directory(), layout.leaving().resolve(job.id()));
            }
        } catch (IOException e) {
            // The record on the disk still says that it runs, which the next start takes for interrupted.
        }
        job.end(record.outcome());
        forgetOldest();
    }

    /** A file under way was discounted when its part was closed; what stays of it counts for who looks at the import. */
    private static void countWhatIsKept(ImportJob job, ImportRecord record, StoreLayout.Incoming room)
            throws IOException {
        ImportPlan plan = record.plan();
        if (plan != null) {
            job.tally().had(Math.max(0, room.arrivedBytes(plan) - job.progress().bytesDone()));
        }
    }

    private void clear(String id) {
        try {
            Durable.delete(layout.leaving().resolve(id));
        } catch (IOException e) {
            // The next start deletes it.
        }
    }

    private void forgetOldest() {
        List<String> ended = jobs.values().stream()
                .filter(job -> job.outcome().filter(outcome -> !outcome.resumable()).isPresent()).map(ImportJob::id)
                .toList();
        ended.stream().limit(Math.max(0, ended.size() - MOST_ENDED)).forEach(jobs::remove);
    }

    synchronized boolean pause(String id) {
        return stop(id, StopSignal.Reason.PAUSE);
    }

    boolean cancel(String id) {
        synchronized (this) {
            if (stop(id, StopSignal.Reason.CANCEL)) {
                return true;
            }
            ImportRecord record = records.get(id);
            ImportJob job = jobs.get(id);
            if (record == null || job == null) {
                return false;
            }
            settle(job, record.with(new ImportOutcome.Cancelled()), layout.incoming(id));
        }
        clear(id);
        return true;
    }

    /** Under the lock. */
    private boolean stop(String id, StopSignal.Reason reason) {
        ImportJob job = jobs.get(id);
        if (job == null || job.outcome().isPresent()) {
            return false;
        }
        job.stop().stop(reason);
        return true;
    }

    synchronized List<ImportJob> jobs() {
        return List.copyOf(jobs.values());
    }

    synchronized Optional<ImportJob> find(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    void close() {
        synchronized (this) {
            closed = true;
            jobs.keySet().forEach(id -> stop(id, StopSignal.Reason.CLOSE));
        }
        long end = System.nanoTime() + PATIENCE_AT_CLOSE.toNanos();
        try {
            for (Thread thread : threads) {
                thread.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
