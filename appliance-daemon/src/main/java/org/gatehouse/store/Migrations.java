package org.gatehouse.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import javax.sql.DataSource;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/**
 * Brings the schema to this build's version: the scripts {@code db/migration/V*.sql}, forward only, one text for both
 * databases.
 *
 * <p>
 * Flyway takes about 0.4 s of a cold start even when there is nothing to do (measured: plug-in loading 0.3 s, checks
 * 0.13 s). So the digest of all scripts is kept beside its own history, and Flyway is only loaded when that differs.
 */
final class Migrations {

    private static final String FOLDER = "db/migration";
    private static final String FIRST = "V001__store.sql";
    /** Flyway's own table; its name is in lower case on both databases. */
    private static final String HISTORY = "flyway_schema_history";

    private final List<Script> scripts;

    private Migrations(List<Script> scripts) {
        this.scripts = scripts;
    }

    /** The scripts that this build carries. */
    static Migrations ofThisBuild() {
        ClassLoader loader = Migrations.class.getClassLoader();
        // Found by a file that only we have: another library on the class path may hold a folder of this name.
        URL first = Objects.requireNonNull(loader.getResource(FOLDER + "/" + FIRST), "the build carries no " + FIRST);
        try {
            URL folder = new URI(first.toString().substring(0, first.toString().length() - FIRST.length())).toURL();
            return new Migrations(names(folder).sorted().map(name -> Script.read(loader, name)).toList());
        } catch (IOException | URISyntaxException e) {
            throw new StoreFailure("The schema scripts cannot be read from " + first
                    + " (" + e + "). The installation is damaged: install it again.", e);
        }
    }

    /** Runs what is missing; on a shared database only one box at a time does so (Flyway locks its history). */
    void migrate(DataSource dataSource) throws SQLException {
        String digest = digest();
        if (isUpToDate(dataSource, digest)) {
            return;
        }
        forgetFailures(dataSource);
        Flyway.configure(Migrations.class.getClassLoader()).dataSource(dataSource)
                .resourceProvider(new Provider(scripts)).javaMigrationClassProvider(List::of).load().migrate();
        remember(dataSource, digest);
    }

    /** Brings an empty database to the schema of an older version, to be filled with that version's rows. */
    void migrateTo(DataSource dataSource, String version) {
        Flyway.configure(Migrations.class.getClassLoader()).dataSource(dataSource).target(version)
                .resourceProvider(new Provider(scripts)).javaMigrationClassProvider(List::of).load().migrate();
    }

    /** The version of the newest script, such as {@code 020}: versions compare as text. */
    String latest() {
        return scripts.getLast().version();
    }

    /** Whether this build has a script of that version. */
    boolean knows(String version) {
        return scripts.stream().anyMatch(script -> script.version().equals(version));
    }

    /**
     * Where statements are kept one by one (H2), Flyway notes a script that failed, such as for want of space, and runs nothing until somebody
     * has taken that note away. Our scripts can be run again.
     */
    private static void forgetFailures(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            if (hasTable(connection, HISTORY)) {
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate("DELETE FROM \"" + HISTORY + "\" WHERE \"success\" = FALSE");
                }
            }
        }
    }

    private static boolean hasTable(Connection connection, String name) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(connection.getCatalog(), connection.getSchema(),
                name, null)) {
            return tables.next();
        }
    }

    private static boolean isUpToDate(DataSource dataSource, String digest) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            if (!hasTable(connection,
                    connection.getMetaData().storesLowerCaseIdentifiers() ? "schema_digest" : "SCHEMA_DIGEST")) {
                return false;
            }
            try (PreparedStatement query = connection
                    .prepareStatement("SELECT 1 FROM schema_digest WHERE digest = ?")) {
                query.setString(1, digest);
                try (ResultSet row = query.executeQuery()) {
                    return row.next();
                }
            }
        }
    }

    private static void remember(DataSource dataSource, String digest) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement merge = connection.prepareStatement("""
                        MERGE INTO schema_digest USING (VALUES (1, CAST(? AS VARCHAR(64)))) AS new (id, digest)
                        ON schema_digest.id = new.id
                        WHEN MATCHED THEN UPDATE SET digest = new.digest
                        WHEN NOT MATCHED THEN INSERT (id, digest) VALUES (new.id, new.digest)""")) {
            merge.setString(1, digest);
            merge.executeUpdate();
        }
    }

    private String digest() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (Script script : scripts) {
                sha256.update(script.name().getBytes(StandardCharsets.UTF_8));
                sha256.update(script.text().getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<String> names(URL folder) throws IOException, URISyntaxException {
        if (folder.openConnection() instanceof JarURLConnection inJar) {
            JarFile jar = inJar.getJarFile();
            return jar.stream().map(JarEntry::getName)
                    .filter(name -> name.startsWith(FOLDER + "/") && name.endsWith(".sql"))
                    .map(name -> name.substring(FOLDER.length() + 1));
        }
        URI uri = folder.toURI();
        try (Stream<Path> files = Files.list(Path.of(uri))) {
            return files.map(file -> Objects.requireNonNull(file.getFileName()).toString())
                    .filter(name -> name.endsWith(".sql")).toList().stream();
        }
    }

    private record Script(String name, String text) {

        String version() {
            return name.substring(1, name.indexOf("__"));
        }

        static Script read(ClassLoader loader, String name) {
            try (InputStream in = Objects.requireNonNull(loader.getResourceAsStream(FOLDER + "/" + name), name)) {
                return new Script(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new StoreFailure("The schema script " + name + " cannot be read: install the software again.", e);
            }
        }
    }

    /** Hands Flyway the scripts that were read already, so that it need not search the class path. */
    private record Provider(List<Script> scripts) implements ResourceProvider {

        @Override
        public @Nullable LoadableResource getResource(String name) {
            return scripts.stream().filter(script -> script.name().equals(name)).findFirst().map(ScriptResource::new)
                    .orElse(null);
        }

        @Override
        public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
            return scripts.stream()
                    .filter(script -> script.name().startsWith(prefix)
                            && Stream.of(suffixes).anyMatch(script.name()::endsWith))
                    .<LoadableResource>map(ScriptResource::new).toList();
        }
    }

    private static final class ScriptResource extends LoadableResource {

        private final Script script;

        ScriptResource(Script script) {
            this.script = script;
        }

        @Override
        public Reader read() {
            return new InputStreamReader(
                    new java.io.ByteArrayInputStream(script.text().getBytes(StandardCharsets.UTF_8)),
                    StandardCharsets.UTF_8);
        }

        @Override
        public String getAbsolutePath() {
            return FOLDER + "/" + script.name();
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return getAbsolutePath();
        }

        @Override
        public String getFilename() {
            return script.name();
        }

        @Override
        public String getRelativePath() {
            return script.name();
        }
    }
}
