package org.gatehouse.governance;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;

import org.gatehouse.governance.form.Json;

/**
 * Carries admin entries from the transaction that made them into the trail. An entry is stored with its change, appended
 * to the trail, and only then removed here; what a crash left behind is carried on at the next {@link #drain()}. The
 * trail knows an entry by its id, so none comes in twice. Thread-safe.
 */
final class Outbox {
    private static final int BATCH = 200;

    private final Jdbi jdbi;
    private final AdminTrail trail;
    private final ReentrantLock draining = new ReentrantLock();

    Outbox(Jdbi jdbi, AdminTrail trail) {
        this.jdbi = jdbi;
        this.trail = trail;
    }

    /** Stores the entries in the change's own transaction. */
    static void store(Handle handle, List<AdminEntry> entries) {
        PreparedBatch batch = handle.prepareBatch("""
                INSERT INTO admin_outbox (id, entry, created_at) VALUES (:id, :entry, :at)
                """);
        for (AdminEntry entry : entries) {
            batch.bind("id", entry.id()).bind("entry", Json.text(Json.tree(entry)))
                    .bind("at", entry.at().atOffset(java.time.ZoneOffset.UTC)).add();
        }
        batch.execute();
    }

    /** Appends everything that waits to the trail, oldest first. Returns how many there were. */
    int drain() {
        draining.lock();
        try {
            int carried = 0;
            for (List<AdminEntry> waiting = waiting(); !waiting.isEmpty(); waiting = waiting()) {
                waiting.forEach(trail::append);
                remove(waiting);
                carried += waiting.size();
            }
            return carried;
        } finally {
            draining.unlock();
        }
    }

    private List<AdminEntry> waiting() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT entry FROM admin_outbox ORDER BY id FETCH FIRST :batch ROWS ONLY
                """).bind("batch", BATCH)
                .map((row, _) -> Json.trusted(row.getString("entry"), AdminEntry.class)).list());
    }

    private void remove(List<AdminEntry> carried) {
        List<UUID> ids = carried.stream().map(AdminEntry::id).toList();
        jdbi.useTransaction(handle -> handle.createUpdate("DELETE FROM admin_outbox WHERE id IN (<ids>)")
                .bindList("ids", ids).execute());
    }
}
