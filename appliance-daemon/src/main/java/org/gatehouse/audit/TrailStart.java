package org.gatehouse.audit;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.store.SigningKey;

/**
 * Where a node's kept rows start after retention removed the older ones. Immutable.
 *
 * @param removed the last removed record: what the first kept one is linked to
 * @param signature of the node's key, so that nobody else can make rows disappear this way
 */
record TrailStart(UUID node, ChainHead removed, Instant at, byte[] signature) {

    static TrailStart sign(UUID node, ChainHead removed, Instant at, SigningKey key) {
        return new TrailStart(node, removed, at, key.sign(message(node, removed, at)));
    }

    boolean isSignedBy(PublicKey key) {
        return SigningKey.verifies(key, message(node, removed, at), signature);
    }

    static @Nullable TrailStart read(Connection connection, UUID node) throws SQLException {
        try (PreparedStatement query = connection
                .prepareStatement("SELECT seq, hash, at_micros, signature FROM trail_start WHERE node = ?")) {
            query.setObject(1, node);
            try (ResultSet row = query.executeQuery()) {
                return row.next()
                        ? new TrailStart(node, new ChainHead(row.getLong(1), row.getBytes(2)),
                                Micros.instant(row.getLong(3)), row.getBytes(4))
                        : null;
            }
        }
    }

    /** Puts it in the place of the one before; does not commit. */
    void write(Connection connection) throws SQLException {
        try (PreparedStatement merge = connection.prepareStatement("""
                MERGE INTO trail_start USING (VALUES (CAST(? AS UUID), CAST(? AS BIGINT), CAST(? AS BYTEA),
                    CAST(? AS BIGINT), CAST(? AS BYTEA))) AS new (node, seq, hash, at_micros, signature)
                ON trail_start.node = new.node
                WHEN MATCHED THEN UPDATE SET seq = new.seq, hash = new.hash, at_micros = new.at_micros,
                    signature = new.signature
                WHEN NOT MATCHED THEN INSERT (node, seq, hash, at_micros, signature)
                    VALUES (new.node, new.seq, new.hash, new.at_micros, new.signature)""")) {
            merge.setObject(1, node);
            merge.setLong(2, removed.sequence());
            merge.setBytes(3, removed.hash());
            merge.setLong(4, Micros.of(at));
            merge.setBytes(5, signature);
            merge.executeUpdate();
        }
    }

    private static byte[] message(UUID node, ChainHead removed, Instant at) {
        return ("gatehouse trail start 1\n" + node + "\n" + removed + "\n" + Micros.text(at))
                .getBytes(StandardCharsets.UTF_8);
    }
}
