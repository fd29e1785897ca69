package org.gatehouse.governance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;

import org.gatehouse.audit.AdminRecord;

/**
 * Carries admin records from the transaction that made them into the trail, each exactly once. A record is stored with its
 * change, appended to the trail, and only then removed here. What a crash or a failing trail left behind is carried on by
 * {@link #repair()}, which first looks whether the trail took it after all. Each box carries its own. Thread-safe.
 */
final class Outbox {
    private static final int BATCH = 200;

    private final Jdbi jdbi;
    private final AdminTrail trail;
    private final ReentrantLock carrying = new ReentrantLock();
    private volatile boolean leftBehind = true;

    Outbox(Jdbi jdbi, AdminTrail trail) {
        this.jdbi = jdbi;
        this.trail = trail;
    }

    /** Stores records in their change's own transaction. */
    void store(Handle handle, List<AdminRecord> records) {
        PreparedBatch batch = handle.prepareBatch("""
                INSERT INTO admin_outbox (id, node, at, actor, address, action, object_type, object_id, json_before,
                    json_after, request_id)
                VALUES (:id, :node, :at, :actor, :address, :action, :objectType, :objectId, :before, :after, :requestId)
                """);
        for (AdminRecord record : records) {
            batch.bind("id", record.id()).bind("node", trail.node()).bind("at", record.at().atOffset(ZoneOffset.UTC))
                    .bind("actor", record.actor()).bind("address", record.address()).bind("action", record.action())
                    .bind("objectType", record.objectType()).bind("objectId", record.objectId())
                    .bind("before", record.before()).bind("after", record.after())
                    .bind("requestId", record.requestId()).add();
        }
        batch.execute();
    }

    /** Appends records whose transaction has just committed. */
    void carry(List<AdminRecord> records) {
        carrying.lock();
        try {
            // A repair that ran since the commit may have carried them already.
            Set<UUID> waiting = waitingOf(records);
            List<AdminRecord> mine = records.stream().filter(record -> waiting.contains(record.id())).toList();
            mine.forEach(trail::append);
            remove(mine);
        } catch (RuntimeException e) {
            leftBehind = true;
            throw e;
        } finally {
            carrying.unlock();
        }
    }

    /** Appends what was left behind, oldest first, unless the trail holds it. Does nothing when nothing was. */
    void repair() {
        if (!leftBehind) {
            return;
        }
        carrying.lock();
        try {
            for (List<AdminRecord> waiting = waiting(); !waiting.isEmpty(); waiting = waiting()) {
                waiting.stream().filter(record -> !trail.holds(record)).forEach(trail::append);
                remove(waiting);
            }
            leftBehind = false;
        } finally {
            carrying.unlock();
        }
    }

    private Set<UUID> waitingOf(List<AdminRecord> records) {
        List<UUID> ids = records.stream().map(AdminRecord::id).toList();
        return new HashSet<>(jdbi.withHandle(handle -> {
            // In pieces: PostgreSQL takes at most 65,535 bound values in a statement.
            Set<UUID> found = new HashSet<>();
            for (int i = 0; i < ids.size(); i += 10_000) {
                found.addAll(handle.createQuery("SELECT id FROM admin_outbox WHERE id IN (<ids>)")
                        .bindList("ids", ids.subList(i, Math.min(i + 10_000, ids.size()))).mapTo(UUID.class).list());
            }
            return found;
        }));
    }

    private List<AdminRecord> waiting() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                SELECT id, at, actor, address, action, object_type, object_id, json_before, json_after, request_id
                FROM admin_outbox WHERE node = :node ORDER BY id FETCH FIRST :batch ROWS ONLY
                """).bind("node", trail.node()).bind("batch", BATCH).map((row, _) -> record(row)).list());
    }

    private static AdminRecord record(ResultSet row) throws SQLException {
        return new AdminRecord(Columns.id(row, "id"), Columns.time(row, "at"), Columns.text(row, "actor"),
                row.getString("address"), Columns.text(row, "action"), Columns.text(row, "object_type"),
                Columns.text(row, "object_id"), row.getString("json_before"), row.getString("json_after"),
                Columns.text(row, "request_id"));
    }

    private void remove(List<AdminRecord> carried) {
        if (carried.isEmpty()) {
            return;
        }
        List<UUID> ids = carried.stream().map(AdminRecord::id).toList();
        jdbi.useTransaction(handle -> {
            for (int i = 0; i < ids.size(); i += 10_000) {
                handle.createUpdate("DELETE FROM admin_outbox WHERE id IN (<ids>)")
                        .bindList("ids", ids.subList(i, Math.min(i + 10_000, ids.size()))).execute();
            }
        });
    }
}
