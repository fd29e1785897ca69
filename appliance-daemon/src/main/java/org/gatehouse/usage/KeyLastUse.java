package org.gatehouse.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import org.gatehouse.audit.CallProjection;
import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Caller;
import org.gatehouse.store.StoredText;

/** Keeps when and from where each key was last used. Confined to the trail's writer thread. */
public final class KeyLastUse implements CallProjection {
    private static final int ADDRESS_LENGTH = 64;
    private static final String MERGE = """
            MERGE INTO key_last_use t
            USING (VALUES (CAST(? AS UUID), CAST(? AS TIMESTAMP(6) WITH TIME ZONE), CAST(? AS VARCHAR(64))))
            AS s (key_id, last_used_at, last_address)
            ON t.key_id = s.key_id
            WHEN MATCHED AND s.last_used_at > t.last_used_at THEN UPDATE SET last_used_at = s.last_used_at, last_address = s.last_address
            WHEN NOT MATCHED THEN INSERT (key_id, last_used_at, last_address)
            VALUES (s.key_id, s.last_used_at, s.last_address)""";

    @Override
    public void apply(Connection connection, List<CallRecord> calls) throws SQLException {
        // In one order everywhere: two boxes on one database must not lock rows crosswise.
        Map<UUID, CallRecord> last = new TreeMap<>();
        for (CallRecord call : calls) {
            Caller caller = call.caller();
            if (caller != null) {
                last.merge(caller.keyId(), call, (one, other) -> one.at().isAfter(other.at()) ? one : other);
            }
        }
        if (last.isEmpty()) {
            return;
        }
        try (PreparedStatement merge = connection.prepareStatement(MERGE)) {
            for (Map.Entry<UUID, CallRecord> entry : last.entrySet()) {
                merge.setObject(1, entry.getKey());
                merge.setObject(2, entry.getValue().at().atOffset(ZoneOffset.UTC));
                merge.setString(3, StoredText.fit(entry.getValue().clientAddress(), ADDRESS_LENGTH));
                merge.addBatch();
            }
            merge.executeBatch();
        }
    }
}
