package org.gatehouse.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Rows of a table as JSON lines, out of one database and into another: the same text from H2 and from PostgreSQL, so that
 * a backup also moves a box from one to the other. Stateless.
 */
final class TableCopy {

    private static final Set<String> OWN = Set.of("flyway_schema_history", "schema_digest");
    private static final int FETCH = 500;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonFactory LINES = new JsonFactory().setRootValueSeparator("\n")
            .configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false);

    private TableCopy() {}

    /** The schema's tables, each behind those that it refers to. */
    static List<String> tables(Connection connection) throws SQLException {
        Map<String, Set<String>> references = new HashMap<>();
        DatabaseMetaData metaData = connection.getMetaData();
        try (ResultSet row = metaData.getTables(connection.getCatalog(), connection.getSchema(), "%",
                new String[]{"TABLE", "BASE TABLE"})) {
            while (row.next()) {
                String table = row.getString("TABLE_NAME");
                if (!OWN.contains(table.toLowerCase(Locale.ROOT))) {
                    references.put(table, new HashSet<>());
                }
            }
        }
        for (Map.Entry<String, Set<String>> entry : references.entrySet()) {
            try (ResultSet row = metaData.getImportedKeys(connection.getCatalog(), connection.getSchema(),
                    entry.getKey())) {
                while (row.next()) {
                    entry.getValue().add(row.getString("PKTABLE_NAME"));
                }
            }
        }
        List<String> ordered = new ArrayList<>();
        while (ordered.size() < references.size()) {
            int before = ordered.size();
            for (String table : new TreeSet<>(references.keySet())) {
                if (!ordered.contains(table) && ordered.containsAll(references.get(table))) {
                    ordered.add(table);
                }
            }
            if (ordered.size() == before) {
                throw new StoreFailure("Backups do not know tables that refer to themselves or in a circle: "
                        + references + ". This is a defect of this version: report it.");
            }
        }
        return ordered.stream().map(table -> table.toLowerCase(Locale.ROOT)).toList();
    }

    /** Writes a table's rows; the first line names the columns. Gives the number of rows. */
    static long write(Connection connection, String table, OutputStream out) throws SQLException, IOException {
        long rows = 0;
        try (Statement statement = connection.createStatement(); JsonGenerator json = LINES.createGenerator(out)) {
            statement.setFetchSize(FETCH);
            try (ResultSet row = statement.executeQuery("SELECT * FROM " + table)) {
                ResultSetMetaData columns = row.getMetaData();
                List<ColumnKind> kinds = new ArrayList<>();
                json.writeStartArray();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    kinds.add(ColumnKind.of(columns.getColumnTypeName(i)));
                    json.writeString(columns.getColumnName(i).toLowerCase(Locale.ROOT));
                }
                json.writeEndArray();
                while (row.next()) {
                    json.writeStartArray();
                    for (int i = 0; i < kinds.size(); i++) {
                        kinds.get(i).write(row, i + 1, json);
                    }
                    json.writeEndArray();
                    rows++;
                }
            }
        }
        return rows;
    }

    /** Puts rows into an empty table; does not commit. */
    static void read(Connection connection, String table, InputStream in) throws SQLException, IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        JsonNode header = JSON.readTree(lines.readLine());
        List<String> names = new ArrayList<>();
        header.forEach(name -> names.add(name.textValue()));
        if (!names.stream().allMatch(name -> name.matches("[a-z_0-9]+"))) {
            throw new StoreFailure("The backup names columns that no schema has, in table " + table
                    + ": it was not written by this software.");
        }
        List<ColumnKind> kinds = new ArrayList<>();
        String columns = String.join(", ", names);
        try (Statement statement = connection.createStatement();
                ResultSet none = statement.executeQuery("SELECT " + columns + " FROM " + table + " WHERE 1 = 0")) {
            for (int i = 1; i <= names.size(); i++) {
                kinds.add(ColumnKind.of(none.getMetaData().getColumnTypeName(i)));
            }
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + table + " (" + columns
                + ") VALUES (" + String.join(", ", Collections.nCopies(names.size(), "?")) + ")")) {
            int batch = 0;
            String line;
            while ((line = lines.readLine()) != null) {
                JsonNode row = JSON.readTree(line);
                for (int i = 0; i < kinds.size(); i++) {
                    kinds.get(i).bind(insert, i + 1, row.get(i));
                }
                insert.addBatch();
                if (++batch == FETCH) {
                    insert.executeBatch();
                    batch = 0;
                }
            }
            insert.executeBatch();
        }
    }
}
