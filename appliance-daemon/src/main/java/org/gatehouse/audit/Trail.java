package org.gatehouse.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.store.Database;
import org.gatehouse.store.Rebuilt;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SigningKey;
import org.gatehouse.store.StoreFailure;

/**
 * The tamper-evident trail of one node. A record is durable (chained, on the local disk) when its receipt says so; it
 * reaches the database within a fraction of a second, or when the database is back. Thread-safe.
 */
public final class Trail implements AutoCloseable {

    private static final Duration STOP_WAIT = Duration.ofSeconds(10);
    private static final String NODE_FILE = "node";

    private final UUID node;
    private final Database database;
    private final Journal journal;
    private final @Nullable KeptRecords kept;
    private final TrailWriter writer;
    private final Checkpoints checkpoints;
    private final BodyPacking packing;
    private final SigningKey key;
    private final @Nullable ChainHead remembered;
    private boolean closed;
    /** Only the thread that keeps house touches it. */
    private long tidiedUpTo;

    private Trail(UUID node, Database database, Journal journal, @Nullable KeptRecords kept, BodyPacking packing,
            SigningKey key, @Nullable ChainHead remembered, Checkpoints checkpoints, TrailWriter writer) {
        this.node = node;
        this.database = database;
        this.kept = kept;
        this.remembered = remembered;
        this.journal = journal;
        this.packing = packing;
        this.key = key;
        this.checkpoints = checkpoints;
        this.writer = writer;
    }

    /**
     * Opens the trail and brings into the database what an earlier life left in the journal (in the background: see
     * {@link #flush}).
     *
     * @param projections what is derived from call rows, each called in the rows' own transactions
     * @throws StoreFailure when journal or database cannot be read
     */
    public static Trail open(Database database, SecretBox secretBox, TrailSettings settings,
            List<CallProjection> projections, Clock clock, Supplier<UUID> ids) {
        Path directory = settings.journal().directory();
        try {
            Files.createDirectories(directory);
            UUID node = nodeOf(directory, ids);
            TrailTable table = TrailTable.open(database.dataSource(), node, projections);
            KeptRecords kept = database.embedded()
                    ? new KeptRecords(directory, node, settings.journal().keptMaximumBytes())
                    : null;
            if (kept != null) {
                kept.bound();
            }
            Rebuilt rebuilt = database.rebuilt();
            long putBack = kept == null
                    ? 0
                    : TrailRefill.run(database, table, kept, directory, node, rebuilt != null);
            ChainHead applied = table.position();
            ChainHead remembered = HeadFile.read(directory).orElse(null);
            Journal journal = Journal.open(settings.journal(), node, applied,
                    remembered == null ? applied : remembered, kept);
            if (remembered != null && remembered.sequence() > applied.sequence() && journal.backlog().waiting() == 0) {
                System.getLogger(Trail.class.getName()).log(System.Logger.Level.ERROR,
                        "The trail ends at record {0} in the database, but it had reached {1}: rows were removed, or an "
                                + "older database was put back. Verification names the gap.",
                        applied.sequence(), remembered.sequence());
            }
            SigningKey key = secretBox.signingKey(keyName(node));
            Checkpoints checkpoints = new Checkpoints(journal, node, key, clock, ids, settings);
            TrailWriter writer = new TrailWriter(database, journal, table, HeadFile.open(directory), applied,
                    checkpoints::signWhenDue);
            writer.start();
            Trail trail = new Trail(node, database, journal, kept, new BodyPacking(secretBox), key, remembered,
                    checkpoints, writer);
            trail.recordRepair(rebuilt, putBack, clock, ids);
            database.copyLocally();
            return trail;
        } catch (IOException | SQLException e) {
            throw new StoreFailure("The trail cannot be opened: " + directory + " (" + e.getMessage()
                    + "). Check the data disk and the database.", e);
        }
    }

    /**
     * Hands a call's record over without waiting for the disk.
     *
     * @param bodies what policy wants kept of the call; their digests are put into the record
     * @throws TrailUnavailable when the trail takes no records now
     */
    public Receipt append(CallRecord call, @Nullable RecordedBodies bodies) {
        return new Receipt(journal, enqueue(call, bodies, false));
    }

    /**
     * Hands a call's record over for a caller that waits on its receipt at once: quicker than {@link #append} and waiting.
     *
     * @param bodies as in {@link #append}
     * @throws TrailUnavailable when the trail takes no records now
     */
    public Receipt appendAwaited(CallRecord call, @Nullable RecordedBodies bodies) {
        return new Receipt(journal, enqueue(call, bodies, true));
    }

    /**
     * Appends a call's record and waits until it is durable: quicker than {@link #append} and waiting at once.
     *
     * @throws TrailUnavailable when it did not become durable, or not within that time
     */
    public void appendDurably(CallRecord call, @Nullable RecordedBodies bodies, Duration longest) {
        journal.await(enqueue(call, bodies, true), longest);
    }

    /**
     * Appends an admin action and waits until it is durable.
     *
     * @throws TrailUnavailable when it did not become durable, or not within that time
     */
    public void appendAdmin(AdminRecord action, Duration longest) {
        journal.await(journal.enqueue(action, RecordJson.write(action), List.of(), true), longest);
    }

    /** Waits until everything durable by now is in the database; false when it is not within that time. */
    public boolean flush(Duration longest) {
        return writer.waitFor(journal.head().sequence(), longest);
    }

    /** How it does. Cheap: reads memory only. */
    public TrailState state() {
        String trouble = journal.trouble();
        if (journal.failing() && trouble != null) {
            return new TrailState.Refusing(trouble);
        }
        if (journal.isFull()) {
            return new TrailState.Refusing(journal.fullMessage());
        }
        String away = writer.trouble();
        if (away != null || trouble != null) {
            return new TrailState.Degraded(away != null ? away : String.valueOf(trouble));
        }
        return new TrailState.Healthy();
    }

    /**
     * Figures for metrics.
     *
     * @param pending records that wait for the disk
     * @param backlog durable records that wait for the database
     * @param sequence the number of the last durable record
     * @param keptBytes the space of the records that are kept for a rebuild of the embedded database
     * @param keptFrom the first record that is not too old to be kept; those before it were dropped for want of space
     */
    public record Figures(int pending, long backlog, long sequence, long keptBytes, long keptFrom) {}

    /** Its figures now. */
    public Figures figures() {
        KeptRecords.Space space = kept == null ? new KeptRecords.Space(0, 0) : kept.space();
        return new Figures(journal.pending(), journal.head().sequence() - writer.applied().sequence(),
                journal.head().sequence(), space.bytes(), space.droppedUpTo() + 1);
    }

    /** This node's identity in the trail. */
    public UUID node() {
        return node;
    }

    /** Signs the trail's end, brings everything into the database (10 s at most), and stops. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            checkpoints.signEnd(STOP_WAIT);
        } catch (TrailUnavailable e) {
            System.getLogger(Trail.class.getName()).log(System.Logger.Level.WARNING,
                    "The end of the trail could not be signed at the stop: {0}", e.getMessage());
        }
        writer.waitFor(journal.head().sequence(), STOP_WAIT);
        writer.close();
        journal.close();
        writer.releaseAll();
        database.copyLocally();
    }

    /**
     * Lets go of the kept records that retention has removed from the database, packs the others, and asks for fresh
     * local copies. A few hundred milliseconds for each 16 MiB that came in since the last time.
     */
    void tidyKept(Instant now) {
        if (kept == null) {
            return;
        }
        try {
            ChainHead removed;
            try (Connection connection = database.dataSource().getConnection()) {
                TrailStart start = TrailStart.read(connection, node);
                removed = start == null ? ChainHead.start(node) : start.removed();
                new KeptGaps(connection, kept, node).fill(Math.max(removed.sequence(), kept.space().droppedUpTo()),
                        Math.min(applied().sequence(),
                                journal.backlog().firstHeld() - 1));
            }
            // One round late: the older of the two local copies may still start where retention ended the last time.
            kept.tidy(Math.min(removed.sequence(), tidiedUpTo), Micros.of(now));
            tidiedUpTo = removed.sequence();
            database.copyLocally();
        } catch (IOException | SQLException e) {
            System.getLogger(Trail.class.getName()).log(System.Logger.Level.WARNING,
                    "The kept records could not be tidied; it is tried again in an hour", e);
        }
    }

    /** Puts a record into the trail that rows were put back; the rebuilt database is whole then. */
    private void recordRepair(@Nullable Rebuilt rebuilt, long putBack, Clock clock, Supplier<UUID> ids) {
        if (rebuilt == null && putBack == 0) {
            return;
        }
        ObjectNode after = JsonNodeFactory.instance.objectNode().put("rowsPutBack", putBack);
        if (rebuilt != null) {
            long missing = database.noteMissingRows();
            if (missing > 0) {
                System.getLogger(Trail.class.getName()).log(System.Logger.Level.ERROR,
                        "{0} of the trail''s last rows are lost: they are neither in the journal nor in the kept records. "
                                + "Verification names the first.",
                        missing);
            }
            after.put("rowsMissing", missing).put("reason", rebuilt.reason()).put("damagedFile", rebuilt.movedTo())
                    .put("settingsFrom", rebuilt.settingsFrom().toString())
                    .put("sumsFrom", rebuilt.sumsFrom().toString());
        }
        System.getLogger(Trail.class.getName()).log(System.Logger.Level.WARNING,
                "The database had lost part of the trail; {0} rows were put back from the kept records.", putBack);
        UUID id = ids.get();
        appendAdmin(new AdminRecord(id, clock.instant(), "system", null, rebuilt == null ? "refill" : "rebuild",
                "database", "embedded", null, after.toString(), id.toString()), STOP_WAIT);
        database.rebuiltIsRecorded();
    }

    /** Appends a record of the trail about itself. */
    void append(RetentionRecord retention, Duration longest) {
        journal.await(journal.enqueue(retention, RecordJson.write(retention), List.of(), true), longest);
    }

    /** Up to where the database has this node's records. */
    ChainHead applied() {
        return writer.applied();
    }

    /** What the head file said when the trail was opened; {@code null} when there was none. */
    @Nullable
    ChainHead rememberedAtOpening() {
        return remembered;
    }

    SigningKey key() {
        return key;
    }

    BodyPacking packing() {
        return packing;
    }

    /** The name under which a node's signing key lies in the store. */
    static String keyName(UUID node) {
        return "trail:" + node;
    }

    private Pending enqueue(CallRecord call, @Nullable RecordedBodies bodies, boolean waited) {
        if (bodies == null) {
            return journal.enqueue(call, RecordJson.write(call), List.of(), waited);
        }
        byte[] request = bodies.request();
        byte[] reply = bodies.reply();
        CallRecord digested = call.withDigests(request == null ? null : sha256(request),
                reply == null ? null : sha256(reply));
        long expiresAt = Micros.of(bodies.expiresAt());
        List<BodyChunk> chunks = new ArrayList<>();
        if (request != null) {
            chunks.addAll(packing.pack(call.id(), 0, request, expiresAt));
        }
        if (reply != null) {
            chunks.addAll(packing.pack(call.id(), 1, reply, expiresAt));
        }
        return journal.enqueue(digested, RecordJson.write(digested), List.copyOf(chunks), waited);
    }

    private static String sha256(byte[] body) {
        return HexFormat.of().formatHex(ChainHead.sha256().digest(body));
    }

    private static UUID nodeOf(Path directory, Supplier<UUID> ids) throws IOException {
        Path file = directory.resolve(NODE_FILE);
        if (Files.exists(file)) {
            return UUID.fromString(Files.readString(file).strip());
        }
        UUID made = ids.get();
        Files.writeString(file, made + "\n");
        return made;
    }
}
