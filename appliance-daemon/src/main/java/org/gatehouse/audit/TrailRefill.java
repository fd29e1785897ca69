package org.gatehouse.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.store.Database;

/**
 * Puts back what the embedded database has lost of this node's trail, from the kept records and the journal: rows that a
 * rebuilt database never had, and rows that it forgot because it fell back to an older state of its file after a crash.
 * Done in transactions of its own and again from where it stopped when it is cut short. For one thread, before the
 * trail's writer starts.
 */
final class TrailRefill {

    private static final int BATCH = 1_000;

    private final TrailTable table;
    private final KeptRecords kept;
    private final Path journal;
    private final UUID node;
    private final List<Committed> batch = new ArrayList<>();
    private ChainHead previous;
    private ChainHead position;
    private long present;
    private long rows;

    private TrailRefill(TrailTable table, KeptRecords kept, Path journal, UUID node, ChainHead start,
            ChainHead position) {
        this.table = table;
        this.kept = kept;
        this.journal = journal;
        this.node = node;
        this.previous = start;
        this.position = position;
    }

    /**
     * Does it.
     *
     * @param emptied whether the database was rebuilt without trail rows: all of them are put back, else only those
     *        behind its position
     * @return how many rows came back
     */
    static long run(Database database, TrailTable table, KeptRecords kept, Path journal, UUID node, boolean emptied)
            throws SQLException, IOException {
        ChainHead position = table.position();
        if (!emptied && kept.files().stream().noneMatch(file -> file.last() > position.sequence())) {
            return 0;
        }
        ChainHead start = position;
        long present = position.sequence();
        if (emptied) {
            try (Connection connection = database.dataSource().getConnection()) {
                TrailStart mark = TrailStart.read(connection, node);
                start = mark == null ? ChainHead.start(node) : mark.removed();
                TrailNode own = TrailRows.nodes(connection).stream().filter(one -> one.id().equals(node)).findFirst()
                        .orElseThrow();
                long[] range = TrailRows.range(connection, own, null, null);
                present = range == null ? start.sequence() : range[1];
            }
        }
        TrailRefill refill = new TrailRefill(table, kept, journal, node, start, position);
        refill.present = present;
        refill.readAll(emptied);
        return refill.rows;
    }

    private void readAll(boolean emptied) throws SQLException, IOException {
        for (KeptRecords.Kept file : kept.files()) {
            if (file.last() > previous.sequence()) {
                Collector collector = new Collector(file.path());
                kept.read(file, collector);
                collector.rethrow();
            }
        }
        if (emptied) {
            // What the journal itself holds up to the position: behind that it is stored as after any other start.
            for (Path file : Journal.segments(journal)) {
                if (previous.sequence() < position.sequence()) {
                    Collector collector = new Collector(file);
                    Segment.walk(file, node, 0, previous.sequence(), position.sequence() + 1, collector);
                    collector.rethrow();
                }
            }
        }
        store();
    }

    /** Records up to the position are in the sums already: their rows alone are missing. */
    private void store() throws SQLException {
        if (batch.isEmpty()) {
            return;
        }
        if (batch.getLast().sequence() <= position.sequence()) {
            table.putBack(batch);
        } else {
            table.store(position, batch);
            position = batch.getLast().head();
        }
        rows += batch.size();
        batch.clear();
    }

    /** Takes what follows the last record, and nothing twice. */
    private final class Collector implements Segment.Visitor {

        private final Path file;
        private @Nullable SQLException failure;

        Collector(Path file) {
            this.file = file;
        }

        @Override
        public boolean record(ChainHead head, Supplier<byte[]> json, List<BodyChunk> bodies, int end) {
            if (head.sequence() <= previous.sequence()) {
                return true;
            }
            try {
                boolean counted = head.sequence() <= position.sequence();
                if (!counted && !batch.isEmpty() && batch.getLast().sequence() <= position.sequence()) {
                    store();
                }
                if (head.sequence() > present) {
                    batch.add(Committed.read(previous.hash(), head, json, bodies));
                }
                previous = head;
                if (batch.size() == BATCH) {
                    store();
                }
                return true;
            } catch (SQLException e) {
                failure = e;
                return false;
            }
        }

        @Override
        public void damage(int at) {
            System.getLogger(TrailRefill.class.getName()).log(System.Logger.Level.ERROR,
                    "The kept records in {0} are damaged at byte {1}: records are missing from the trail there.", file,
                    at);
        }

        void rethrow() throws SQLException {
            if (failure != null) {
                throw failure;
            }
        }
    }
}
