package org.gatehouse.batch;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.Batch.Counts;
import org.gatehouse.batch.Batch.State;
import org.gatehouse.batch.StoredFile.Purpose;
import org.gatehouse.gateway.Pipeline;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;

/**
 * The batches of this box, and the files that belong to them. From its opening on it carries out what is ordered and what an earlier
 * life has left. Thread-safe.
 */
public final class Batches implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Batches.class.getName());
    private static final String NOUN = "batches";
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration TIDY = Duration.ofMinutes(10);

    private final BatchRows rows;
    private final ClientFiles files;
    private final Vault vault;
    private final Floor floor;
    private final Deeds deeds;
    private final BatchLimits limits;
    private final UUID box;
    private final Clock clock;
    private final Supplier<UUID> ids;
    private final Duration grace;
    private final Map<UUID, BatchRun> live = new ConcurrentHashMap<>();
    private final Map<UUID, Thread> threads = new ConcurrentHashMap<>();
    /** Between counting a project's batches and adding one, and against adding while stopping. */
    private final ReentrantLock adding = new ReentrantLock();
    // Guarded by adding.
    private boolean closed;
    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("batches").factory());

    /**
     * What batches need of the box.
     *
     * @param place the directory of their contents
     * @param grace how long rows that run may take to end at a stop
     */
    public record Rooms(Path place, Database database, SecretBox secrets, AdminTrail trail, Pipeline pipeline,
            Supplier<PolicySnapshot> snapshots, Clock clock, LongSupplier nanoTime, Supplier<UUID> ids,
            RandomGenerator random, Duration grace) {}

    private Batches(Rooms rooms, BatchLimits limits) throws IOException {
        this.limits = limits;
        this.box = rooms.trail().node();
        this.clock = rooms.clock();
        this.ids = rooms.ids();
        this.grace = rooms.grace();
        this.vault = new Vault(rooms.place(), rooms.secrets());
        this.rows = new BatchRows(rooms.database());
        this.deeds = new Deeds(rooms.trail(), clock, ids);
        FileRows fileRows = new FileRows(rooms.database());
        this.files = new ClientFiles(vault, fileRows, rows, deeds, limits, box, clock, ids);
        RowCaller caller = new RowCaller(rooms.pipeline(), rooms.snapshots(), ids, clock, rooms.nanoTime(),
                rooms.random());
        this.floor = Floor.of(caller, vault, rows, files, limits, clock, ids);
        List<Batch> left = rows.live(box);
        sweep(fileRows, left);
        left.forEach(this::begin);
        timer.scheduleWithFixedDelay(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        timer.scheduleWithFixedDelay(this::tidy, TIDY.toSeconds(), TIDY.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * Opens the room and goes on with what an earlier life has left.
     *
     * @throws IOException when the directory cannot be made or read
     */
    public static Batches open(Rooms rooms, BatchLimits limits) throws IOException {
        return new Batches(rooms, limits);
    }

    /** Removes contents that belong to nobody: of uploads that a kill broke off. */
    private void sweep(FileRows fileRows, List<Batch> left) throws IOException {
        Set<UUID> known = new HashSet<>();
        fileRows.at(box).forEach(file -> known.add(file.id()));
        left.forEach(batch -> known.addAll(List.of(batch.outputFile(), batch.errorFile())));
        for (UUID file : vault.all()) {
            if (!known.contains(file)) {
                vault.delete(file);
            }
        }
    }

    private void begin(Batch batch) {
        BatchRun run = new BatchRun(batch, floor, () -> {
            live.remove(batch.id());
            threads.remove(batch.id());
        });
        live.put(batch.id(), run);
        Thread thread = Thread.ofVirtual().name(batch.publicId()).unstarted(run);
        threads.put(batch.id(), thread);
        thread.start();
    }

    /** The files. */
    public ClientFiles files() {
        return files;
    }

    /** Takes an order. */
    public Decision<Batch> create(Client client, NewBatch order) {
        Optional<StoredFile> input = files.find(client.project(), order.inputFile());
        if (input.isEmpty() || input.get().purpose() != Purpose.BATCH) {
            return new Decision.Denied<>(Refusal.invalid("input_file_id", "The project has no file "
                    + PublicIds.FILE.write(order.inputFile())
                    + " with the purpose 'batch'. Hand one in with POST /v1/files."));
        }
        if (!vault.holds(order.inputFile())) {
            return new Decision.Denied<>(Refusal.invalid("input_file_id",
                    "The content of " + input.get().publicId() + " is not on this box. Hand it in here."));
        }
        Refusal full = files.full(client);
        if (full != null) {
            return new Decision.Denied<>(full);
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        Duration kept = order.outputKept();
        adding.lock();
        try {
            if (closed) {
                return new Decision.Denied<>(Refusal.retry(Reason.UNAVAILABLE,
                        "The box is stopping. Try again when it is back.", Duration.ofSeconds(10)));
            }
            if (rows.liveOf(client.project()) >= limits.projectBatches()) {
                return new Decision.Denied<>(Refusal.retry(Reason.RATE_LIMITED, "The project has "
                        + limits.projectBatches() + " batches that have not ended, as many as it may."
                        + " Wait for one, or cancel one.", Duration.ofMinutes(1)));
            }
            Batch batch = new Batch(ids.get(), box, client.project(), client.key().id(), client.key().name(),
                    client.address(), client.scenario(), order.endpoint(), order.inputFile(), ids.get(), ids.get(),
                    false, false, kept == null ? limits.retention() : kept, order.metadata(), State.VALIDATING,
                    List.of(), Counts.NONE, now, now.plus(limits.window()), null, null, null, null);
            deeds.did(client, "create", NOUN, batch.publicId(),
                    JsonNodeFactory.instance.objectNode().put("endpoint", batch.endpoint().path())
                            .put("inputFile", input.get().publicId()));
            rows.insert(batch);
            begin(batch);
            return new Decision.Given<>(batch);
        } finally {
            adding.unlock();
        }
    }

    /** The batch of that id, if it is the project's. */
    public Optional<Batch> find(UUID project, UUID id) {
        return find(id).filter(batch -> batch.project().equals(project));
    }

    /** The batch of that id, whosever it is. */
    public Optional<Batch> find(UUID id) {
        BatchRun run = live.get(id);
        return run == null ? rows.find(id) : Optional.of(run.batch());
    }

    /**
     * Batches, newest first.
     *
     * @param project whose; {@code null} for all
     * @param state only those in it, as of their last turn; {@code null} for all
     * @param after the last one of the piece before; {@code null} for the first piece
     */
    public List<Batch> list(@Nullable UUID project, @Nullable State state, @Nullable UUID after, int most) {
        return rows.list(project, state, after, most).stream().map(batch -> {
            BatchRun run = live.get(batch.id());
            return run == null ? batch : run.batch();
        }).toList();
    }

    /** Has a client's batch cancelled. */
    public Decision<Batch> cancel(Client client, Batch batch) {
        if (batch.state() == State.VALIDATING || batch.state() == State.IN_PROGRESS) {
            deeds.did(client, "cancel", NOUN, batch.publicId(), null);
        }
        return cancel(batch);
    }

    /** Has a batch cancelled; whoever asks for it notes it in the trail. */
    public Decision<Batch> cancel(Batch batch) {
        BatchRun run = live.get(batch.id());
        if (run != null) {
            return new Decision.Given<>(run.cancel());
        }
        Batch now = rows.find(batch.id()).orElse(batch);
        if (now.state().last()) {
            return now.state() == State.CANCELLED
                    ? new Decision.Given<>(now)
                    : new Decision.Denied<>(Refusal.invalid("id", "The batch " + now.publicId() + " is "
                            + now.state().word() + ". Only a batch that has not ended can be cancelled."));
        }
        return new Decision.Denied<>(Refusal.invalid("id", "The batch " + now.publicId()
                + " is carried out by another box of this fleet. Cancel it there."));
    }

    private void look() {
        try {
            Instant now = clock.instant();
            live.values().forEach(run -> run.look(now));
        } catch (RuntimeException e) {
            // An exception that escaped would end the timer.
            LOG.log(System.Logger.Level.WARNING, "Batches could not be looked after", e);
        }
    }

    private void tidy() {
        try {
            int removed = files.expire();
            int batches = rows.prune(box, clock.instant().minus(limits.retention()));
            if (removed + batches > 0) {
                LOG.log(System.Logger.Level.INFO, "Retention removed {0} files of clients and {1} batches", removed,
                        batches);
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Old files of clients could not be removed: {0}", e.getMessage());
        }
    }

    /**
     * How the batches of this box stand.
     *
     * @param live those that have not ended, by their state
     * @param rowsDone rows that were answered since the start
     * @param rowsFailed rows that were not
     * @param rowsRunning rows that run
     * @param fileBytes what clients have in files
     */
    public record Figures(Map<State, Long> live, long rowsDone, long rowsFailed, long rowsRunning, long fileBytes) {}

    /** How the batches of this box stand. */
    public Figures figures() {
        Map<State, Long> states = new EnumMap<>(State.class);
        live.values().forEach(run -> states.merge(run.batch().state(), 1L, Long::sum));
        return new Figures(states, floor.done().get(), floor.failed().get(),
                limits.rowsOnBox() - floor.rowsRunning().availablePermits(), files.bytes());
    }

    /** Begins no row any more, lets those that run end for a while, then cuts them; the next start goes on. */
    @Override
    public void close() throws InterruptedException {
        timer.shutdownNow();
        adding.lock();
        try {
            closed = true;
        } finally {
            adding.unlock();
        }
        live.values().forEach(BatchRun::halt);
        Instant deadline = Instant.now().plus(grace);
        for (Thread thread : List.copyOf(threads.values())) {
            Duration left = Duration.between(Instant.now(), deadline);
            thread.join(left.isPositive() ? left : Duration.ofMillis(1));
        }
        live.values().forEach(BatchRun::cut);
        for (Thread thread : List.copyOf(threads.values())) {
            thread.join(grace.plusSeconds(1));
        }
    }
}
