package org.gatehouse.audit;

import java.security.PublicKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.VerificationResult.Broken;
import org.gatehouse.audit.VerificationResult.Intact;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SigningKey;
import org.gatehouse.store.StoreFailure;

/**
 * Walks the trail in the database and finds any changed, missing, added or reordered record: recomputes every hash,
 * follows the links, holds the filter columns against the JSON, checks the signatures of checkpoints, and compares the
 * end with what this node remembers outside of the database. About 30 us a record. Thread-safe.
 */
public final class TrailVerification {

    private static final Duration CATCH_UP = Duration.ofSeconds(10);

    private final Database database;
    private final Function<UUID, @Nullable PublicKey> keys;
    private final Map<UUID, Memory> memories = new HashMap<>();

    /** What is known of a node's end besides what the database says. */
    private record Memory(Trail trail, @Nullable ChainHead remembered) {}

    private TrailVerification(Database database, Function<UUID, @Nullable PublicKey> keys) {
        this.database = database;
        this.keys = keys;
    }

    /** For the running daemon: its own trail, and every other node's on the same database. */
    public static TrailVerification of(Database database, SecretBox secretBox, Trail trail) {
        TrailVerification verification = new TrailVerification(database, node -> secretBox
                .findSigningKey(Trail.keyName(node)).map(SigningKey::publicKey).orElse(null));
        verification.memories.put(trail.node(), new Memory(trail, trail.rememberedAtOpening()));
        return verification;
    }

    /**
     * For a database without its daemon, such as a restored backup.
     *
     * @param keys the public key of each node whose signatures are to be checked
     */
    public static TrailVerification of(Database database, Map<UUID, PublicKey> keys) {
        return new TrailVerification(database, Map.copyOf(keys)::get);
    }

    /**
     * Verifies the records of a time range, or everything that retention has kept.
     *
     * @param from {@code null} for the beginning
     * @param to {@code null} for the end; then records missing from the end are noticed too
     * @throws StoreFailure when the database does not answer
     */
    public VerificationResult verify(@Nullable Instant from, @Nullable Instant to) {
        long records = 0;
        long checkpoints = 0;
        memories.values().forEach(memory -> memory.trail().flush(CATCH_UP));
        try {
            List<TrailNode> nodes = nodes();
            for (TrailNode node : nodes) {
                // Before the walk takes a connection: whoever gives keys may need one.
                PublicKey key = keys.apply(node.id());
                try (Connection connection = database.dataSource().getConnection()) {
                    Walk walk = new Walk(connection, node, key, from, to);
                    Broken broken = walk.run();
                    if (broken != null) {
                        return broken;
                    }
                    records += walk.records;
                    checkpoints += walk.checkpoints;
                }
            }
            for (UUID own : memories.keySet()) {
                if (nodes.stream().noneMatch(node -> node.id().equals(own))) {
                    return new Broken(own, 1, "the node's whole trail is missing");
                }
            }
            return new Intact(nodes.size(), records, checkpoints);
        } catch (SQLException e) {
            throw new StoreFailure(
                    "The trail could not be verified (" + e.getMessage() + "). Check the database and try again.", e);
        }
    }

    private List<TrailNode> nodes() throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            return TrailRows.nodes(connection);
        }
    }

    /** One node's walk. */
    private final class Walk {

        private final Connection connection;
        private final TrailNode node;
        private final @Nullable PublicKey key;
        private final @Nullable Instant from;
        private final @Nullable Instant to;
        private long records;
        private long checkpoints;
        private @Nullable Broken broken;

        Walk(Connection connection, TrailNode node, @Nullable PublicKey key, @Nullable Instant from,
                @Nullable Instant to) {
            this.connection = connection;
            this.node = node;
            this.key = key;
            this.from = from;
            this.to = to;
        }

        @Nullable
        Broken run() throws SQLException {
            TrailStart kept = TrailStart.read(connection, node.id());
            if (kept != null && key != null && !kept.isSignedBy(key)) {
                return new Broken(node.id(), kept.removed().sequence() + 1,
                        "the mark of what retention removed before it is not signed by this node");
            }
            ChainHead start = kept == null ? ChainHead.start(node.id()) : kept.removed();
            Memory memory = memories.get(node.id());
            ChainHead end = memory == null ? TrailRows.position(connection, node.id()) : memory.trail().applied();
            long upTo = end.sequence();
            if (from != null || to != null) {
                long[] range = TrailRows.range(connection, node, from, to);
                if (range == null) {
                    return null;
                }
                start = from == null ? start : TrailRows.at(connection, node, range[0] - 1, start);
                upTo = to == null ? upTo : Math.min(upTo, range[1]);
            }
            ChainCheck check = new ChainCheck(node.id(), start, key);
            TrailRows.read(connection, node, start.sequence(), upTo, row -> {
                broken = check.next(row);
                return broken == null;
            });
            records = check.records();
            checkpoints = check.checkpoints();
            return broken != null || to != null ? broken : atTheEnd(check, end, memory);
        }

        private @Nullable Broken atTheEnd(ChainCheck check, ChainHead end, @Nullable Memory memory)
                throws SQLException {
            ChainHead found = check.head();
            if (found.sequence() < end.sequence()) {
                return check.broken(found.sequence() + 1,
                        "missing, and all after it: the trail had reached " + end.sequence());
            }
            if (!Arrays.equals(found.hash(), end.hash())) {
                return check.broken(found.sequence(), "rewritten: the trail's end is not the one that was stored");
            }
            if (memory == null) {
                return null;
            }
            ChainHead remembered = memory.remembered();
            if (remembered == null || remembered.sequence() <= found.sequence() - check.records()) {
                return null;
            }
            if (remembered.sequence() > found.sequence()) {
                return check.broken(found.sequence() + 1,
                        "missing, and all after it: this node remembers record " + remembered.sequence());
            }
            ChainHead there = TrailRows.at(connection, node, remembered.sequence(), ChainHead.start(node.id()));
            return there.equals(remembered)
                    ? null
                    : check.broken(remembered.sequence(), "rewritten: this node remembers another hash for it");
        }
    }
}
