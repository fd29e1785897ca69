package org.gatehouse.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Completes the kept records from the database where they lack rows that never went through this journal, such as those
 * of a restored backup. Confined to one thread.
 */
final class KeptGaps {

    private static final int RUN = 10_000;

    private final Connection connection;
    private final KeptRecords kept;
    private final UUID node;

    KeptGaps(Connection connection, KeptRecords kept, UUID node) {
        this.connection = connection;
        this.kept = kept;
        this.node = node;
    }

    /** Writes the rows behind the one and up to the other that no file has. */
    void fill(long after, long upTo) throws SQLException, IOException {
        long covered = after;
        for (KeptRecords.Kept file : kept.files()) {
            copy(covered, Math.min(file.first() - 1, upTo));
            covered = Math.max(covered, file.last());
        }
        copy(covered, upTo);
    }

    private void copy(long after, long upTo) throws SQLException, IOException {
        if (after >= upTo) {
            return;
        }
        TrailNode own = TrailRows.nodes(connection).stream().filter(one -> one.id().equals(node)).findFirst()
                .orElseThrow();
        List<Committed> run = new ArrayList<>();
        try {
            TrailRows.read(connection, own, after, upTo, row -> {
                run.add(new Committed(row.previous(), new ChainHead(row.sequence(), row.hash()),
                        row.json().getBytes(StandardCharsets.UTF_8), null, List.of()));
                if (run.size() == RUN) {
                    write(run);
                }
                return true;
            });
            write(run);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void write(List<Committed> run) {
        if (run.isEmpty()) {
            return;
        }
        try {
            kept.add(run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run.clear();
    }
}
