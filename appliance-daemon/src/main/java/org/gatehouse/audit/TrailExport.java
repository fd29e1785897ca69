package org.gatehouse.audit;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.VerificationResult.Broken;
import org.gatehouse.audit.VerificationResult.Intact;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SigningKey;
import org.gatehouse.store.StoreFailure;

/**
 * The trail as JSON lines, to be kept and verified elsewhere. For each node a line that opens its part (with the public
 * key and what the first record is linked to), one line a record, and a signed line that closes it. A call's line also
 * has what GPUs took for it as far as that is shared out; that is no part of the record and not verified. Thread-safe.
 */
public final class TrailExport {

    private static final HexFormat HEX = HexFormat.of();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROWS_AT_ONCE = 1_000;
    private static final String RECORD_FIELD = ",\"record\":";

    private final Database database;
    private final SecretBox secretBox;
    private final Trail trail;

    /** Exports of that trail's database. */
    public TrailExport(Database database, SecretBox secretBox, Trail trail) {
        this.database = database;
        this.secretBox = secretBox;
        this.trail = trail;
    }

    /** What of a node's records is exported: behind a link of its chain, up to a number. */
    private record Stretch(ChainHead start, long last) {}

    /** Some records in order, with what their calls took. */
    private record Page(List<TrailRow> rows, Map<UUID, CallEnergy> energies) {}

    /**
     * Writes the records of a time range, or all. Holds no connection to the database while it writes: readers may be slow.
     *
     * @param out not closed
     * @return how many records were written
     * @throws StoreFailure when the database does not answer
     */
    public long write(OutputStream out, @Nullable Instant from, @Nullable Instant to) throws IOException {
        trail.flush(Duration.ofSeconds(10));
        BufferedOutputStream lines = new BufferedOutputStream(out, 1 << 16);
        long records = 0;
        try {
            for (TrailNode node : nodes()) {
                SigningKey key = secretBox.signingKey(Trail.keyName(node.id()));
                Stretch stretch = stretch(node, from, to);
                if (stretch != null) {
                    records += writeNode(lines, node, key, stretch);
                }
            }
        } catch (SQLException e) {
            throw new StoreFailure("The trail could not be exported (" + e.getMessage() + "). Check the database.", e);
        }
        lines.flush();
        return records;
    }

    private List<TrailNode> nodes() throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            return TrailRows.nodes(connection);
        }
    }

    private @Nullable Stretch stretch(TrailNode node, @Nullable Instant from, @Nullable Instant to)
            throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            long[] range = TrailRows.range(connection, node, from, to);
            if (range == null) {
                return null;
            }
            TrailStart kept = TrailStart.read(connection, node.id());
            return new Stretch(TrailRows.at(connection, node, range[0] - 1,
                    kept == null ? ChainHead.start(node.id()) : kept.removed()), range[1]);
        }
    }

    private Page page(TrailNode node, long after, long last) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            List<TrailRow> rows = new ArrayList<>(ROWS_AT_ONCE);
            TrailRows.read(connection, node, after, last, row -> {
                rows.add(row);
                return rows.size() < ROWS_AT_ONCE;
            });
            return new Page(rows, CallEnergyTable.of(connection,
                    rows.stream().map(row -> RecordJson.callId(row.json())).flatMap(Optional::stream).toList()));
        }
    }

    private long writeNode(OutputStream out, TrailNode node, SigningKey key, Stretch stretch)
            throws SQLException, IOException {
        ChainHead start = stretch.start();
        line(out,
                "{\"export\":1,\"node\":\"" + node.id() + "\",\"after\":" + start.sequence() + ",\"hash\":\""
                        + start.hex()
                        + "\",\"publicKey\":\"" + HEX.formatHex(key.publicKey().getEncoded()) + "\"}");
        ChainHead end = start;
        Page page = page(node, end.sequence(), stretch.last());
        while (!page.rows().isEmpty()) {
            rows(out, page);
            TrailRow read = page.rows().getLast();
            end = new ChainHead(read.sequence(), read.hash());
            page = page(node, end.sequence(), stretch.last());
        }
        line(out,
                "{\"end\":1,\"node\":\"" + node.id() + "\",\"seq\":" + end.sequence() + ",\"hash\":\"" + end.hex()
                        + "\",\"signature\":\"" + HEX.formatHex(key.sign(closing(node.id(), start, end))) + "\"}");
        return end.sequence() - start.sequence();
    }

    /** Writes rows, with what their calls took before the record: readers take the record for the rest of the line. */
    private static void rows(OutputStream out, Page page) throws IOException {
        for (TrailRow row : page.rows()) {
            CallEnergy energy = RecordJson.callId(row.json()).map(page.energies()::get).orElse(null);
            line(out, "{\"seq\":" + row.sequence() + ",\"prev\":\"" + HEX.formatHex(row.previous())
                    + "\",\"hash\":\"" + HEX.formatHex(row.hash()) + "\""
                    + (energy == null ? "" : ",\"energy\":" + json(energy)) + RECORD_FIELD + row.json() + "}");
        }
    }

    private static ObjectNode json(CallEnergy energy) {
        ObjectNode json = JSON.createObjectNode().put("microWattHours", energy.microWattHours()).put("gpuMicros",
                energy.gpuMicros());
        ArrayNode costs = json.putArray("localCosts");
        energy.costs().forEach(cost -> costs.addObject().put("amount", cost.amount().toPlainString()).put("currency",
                cost.currency()));
        return json;
    }

    /**
     * Verifies an export, on any machine, without a database.
     *
     * @param trusted the nodes' public keys, from a source other than the export; a node that is not among them is
     *        checked with the key in the export itself, which whoever made the export chose
     * @throws IOException when it cannot be read
     */
    public static VerificationResult verify(InputStream in, Map<UUID, PublicKey> trusted) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        int nodes = 0;
        long records = 0;
        long checkpoints = 0;
        Part part = null;
        String line;
        long number = 0;
        while ((line = lines.readLine()) != null) {
            number++;
            try {
                if (part == null) {
                    part = Part.open(JSON.readTree(line), trusted);
                    nodes++;
                    continue;
                }
                if (line.startsWith("{\"end\":")) {
                    Broken broken = part.close(JSON.readTree(line));
                    if (broken != null) {
                        return broken;
                    }
                    records += part.check.records();
                    checkpoints += part.check.checkpoints();
                    part = null;
                    continue;
                }
                Broken broken = part.check.next(part.row(line));
                if (broken != null) {
                    return broken;
                }
            } catch (IOException | RuntimeException e) {
                UUID node = part == null ? new UUID(0, 0) : part.node;
                long sequence = part == null ? 0 : part.check.head().sequence() + 1;
                return new Broken(node, sequence, "line " + number + " of the export is not readable");
            }
        }
        return part == null
                ? new Intact(nodes, records, checkpoints)
                : part.check.broken(part.check.head().sequence() + 1, "missing: the export was cut off");
    }

    private static byte[] closing(UUID node, ChainHead start, ChainHead end) {
        return ("gatehouse trail export 1\n" + node + "\n" + start + "\n" + end).getBytes(StandardCharsets.UTF_8);
    }

    private static void line(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.write('\n');
    }

    /** One node's part of an export, while it is read. */
    private record Part(UUID node, ChainHead start, PublicKey key, ChainCheck check) {

        static Part open(JsonNode json, Map<UUID, PublicKey> trusted) {
            if (json.path("export").asInt() != 1) {
                throw new IllegalArgumentException("not the start of an export");
            }
            UUID node = UUID.fromString(json.get("node").textValue());
            ChainHead start = new ChainHead(json.get("after").longValue(),
                    HEX.parseHex(json.get("hash").textValue()));
            PublicKey key = publicKey(json.get("publicKey").textValue());
            PublicKey known = trusted.get(node);
            if (known != null && !known.equals(key)) {
                throw new IllegalArgumentException("the export names a key that is not the node's");
            }
            return new Part(node, start, key, new ChainCheck(node, start, key));
        }

        TrailRow row(String line) throws IOException {
            int at = line.indexOf(RECORD_FIELD);
            if (at < 0 || !line.endsWith("}")) {
                throw new IOException("not a record's line");
            }
            JsonNode json = JSON.readTree(line.substring(0, at) + "}");
            return new TrailRow(node, json.get("seq").longValue(), HEX.parseHex(json.get("prev").textValue()),
                    HEX.parseHex(json.get("hash").textValue()),
                    line.substring(at + RECORD_FIELD.length(), line.length() - 1), null);
        }

        @Nullable
        Broken close(JsonNode json) {
            ChainHead end = new ChainHead(json.get("seq").longValue(), HEX.parseHex(json.get("hash").textValue()));
            if (!end.equals(check.head())) {
                return check.broken(check.head().sequence() + 1,
                        "missing: the export was closed at record " + end.sequence());
            }
            if (!SigningKey.verifies(key, closing(node, start, end), HEX.parseHex(json.get("signature").textValue()))) {
                return check.broken(end.sequence(), "the export's closing signature is not this node's");
            }
            return null;
        }

        private static PublicKey publicKey(String hex) {
            try {
                return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(HEX.parseHex(hex)));
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException("not a public key", e);
            }
        }
    }
}
