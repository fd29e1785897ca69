package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.JournalSettings;
import org.gatehouse.listen.ListenerSettings;
import org.gatehouse.store.DatabaseSettings;

/**
 * What the daemon must know before it can open its store; everything else is governed through the admin API. Read from
 * {@code appliance.yaml}; a variable such as {@code GATEHOUSE_LISTEN_PORT} overrides {@code listen.port}. A key that is
 * not known is an error, so that a slip of the pen never passes for a setting. Immutable.
 *
 * @param data the directory of everything of value
 * @param listen the main port
 * @param management a second port for the admin API, metrics and health; without it they share the main port
 * @param database where records are kept
 * @param journal bounds of what lies beside the database
 * @param gpus which GPUs are watched, and how
 * @param engines which engine programs there are, and how they are run
 * @param models where local models are kept
 * @param batches what files and batches of clients may take
 */
public record Settings(Path data, Listen listen, @Nullable Management management, DatabasePlace database,
        Journal journal, GpuSettings gpus, EngineSettings engines, ModelSettings models, BatchSettings batches) {

    private static final String PREFIX = "GATEHOUSE_";
    private static final ObjectMapper YAML = configured(new YAMLMapper());

    /** Fills in the defaults. */
    public Settings {
        data = Objects.requireNonNullElse(data, Path.of("/var/lib/gatehouse"));
        listen = Objects.requireNonNullElseGet(listen,
                () -> new Listen(null, null, null, null, null, null, null, null, null, null));
        database = Objects.requireNonNullElseGet(database, () -> new DatabasePlace(null, null, null, null));
        journal = Objects.requireNonNullElseGet(journal, () -> new Journal(null));
        gpus = Objects.requireNonNullElseGet(gpus, GpuSettings::standard);
        engines = Objects.requireNonNullElseGet(engines, EngineSettings::standard);
        models = Objects.requireNonNullElseGet(models, ModelSettings::standard);
        batches = Objects.requireNonNullElseGet(batches, BatchSettings::standard);
    }

    /** The usual for batches. */
    public Settings(Path data, Listen listen, @Nullable Management management, DatabasePlace database, Journal journal,
            GpuSettings gpus, EngineSettings engines, ModelSettings models) {
        this(data, listen, management, database, journal, gpus, engines, models, BatchSettings.standard());
    }

    /** The usual for engines and local models. */
    public Settings(Path data, Listen listen, @Nullable Management management, DatabasePlace database, Journal journal,
            GpuSettings gpus) {
        this(data, listen, management, database, journal, gpus, EngineSettings.standard(), ModelSettings.standard());
    }

    /**
     * The main port.
     *
     * @param address to bind; every interface by default
     * @param port 8443 by default; 0 for any
     * @param tls {@code self-signed} (default), {@code files} or {@code off}; {@code off} only on a loopback address
     * @param certificate PEM chain, for {@code files}
     * @param key PEM key, for {@code files}
     * @param maxBodyBytes the largest request body; 64 MiB by default
     * @param maxConnections 8192 by default
     * @param maxConnectionsPerClient 2048 by default
     * @param clientAuthority PEM file with the authorities whose certificates programs may show; nobody is asked without
     * @param drain how long running calls may take to end at a stop; 30 s by default
     */
    public record Listen(@Nullable String address, @Nullable Integer port, @Nullable String tls,
            @Nullable Path certificate, @Nullable Path key, @Nullable Long maxBodyBytes,
            @Nullable Integer maxConnections, @Nullable Integer maxConnectionsPerClient, @Nullable Duration drain,
            @Nullable Path clientAuthority) {

        /** One that asks no client for a certificate. */
        public Listen(@Nullable String address, @Nullable Integer port, @Nullable String tls,
                @Nullable Path certificate, @Nullable Path key, @Nullable Long maxBodyBytes,
                @Nullable Integer maxConnections, @Nullable Integer maxConnectionsPerClient,
                @Nullable Duration drain) {
            this(address, port, tls, certificate, key, maxBodyBytes, maxConnections, maxConnectionsPerClient, drain,
                    null);
        }

        /** As the listener wants it. */
        ListenerSettings toListener(Path data) {
            String bind = Objects.requireNonNullElse(address, "0.0.0.0");
            ListenerSettings.Limits usual = ListenerSettings.Limits.defaults();
            ListenerSettings.Timeouts times = ListenerSettings.Timeouts.defaults();
            int connections = Objects.requireNonNullElse(maxConnections, usual.maxConnections());
            return new ListenerSettings(bind, Objects.requireNonNullElse(port, 8443), tls(bind, data),
                    new ListenerSettings.Limits(usual.maxHeaderBytes(),
                            Objects.requireNonNullElse(maxBodyBytes, usual.maxBodyBytes()), connections,
                            Objects.requireNonNullElse(maxConnectionsPerClient,
                                    Math.min(connections, usual.maxConnectionsPerClient()))),
                    new ListenerSettings.Timeouts(times.header(), times.bodyStall(), times.minBodyBytesPerSecond(),
                            times.idle(), times.write(), Objects.requireNonNullElse(drain, times.drainGrace())),
                    clientAuthority());
        }

        private ListenerSettings.Tls tls(String bind, Path data) {
            String wanted = Objects.requireNonNullElse(tls, "self-signed");
            return switch (wanted) {
                case "self-signed" -> new ListenerSettings.Tls.SelfSigned(data.resolve("tls"));
                case "files" -> {
                    if (certificate == null || key == null) {
                        throw new SettingsException(
                                "listen.tls is 'files', so listen.certificate and listen.key must name PEM files.");
                    }
                    yield new ListenerSettings.Tls.Files(certificate, key);
                }
                case "off" -> {
                    if (clientAuthority != null) {
                        throw new SettingsException(
                                "listen.client-authority asks clients for certificates, and listen.tls is 'off'. Use"
                                        + " 'self-signed' or 'files', or leave the authority out.");
                    }
                    if (!bind.equals("127.0.0.1") && !bind.equals("::1") && !bind.equals("localhost")) {
                        throw new SettingsException(
                                "listen.tls is 'off', which is allowed on a loopback address only; listen.address is '"
                                        + bind + "'. Use 'self-signed' or 'files'.");
                    }
                    yield new ListenerSettings.Tls.Off();
                }
                default -> throw new SettingsException(
                        "listen.tls is '" + wanted + "'. Use 'self-signed', 'files' or 'off'.");
            };
        }
    }

    /**
     * A second port.
     *
     * @param address to bind; loopback by default
     * @param port 9443 by default
     */
    public record Management(@Nullable String address, @Nullable Integer port) {

        /** The main port's certificate, limits and patience, at another place. */
        ListenerSettings toListener(ListenerSettings main) {
            return new ListenerSettings(Objects.requireNonNullElse(address, "127.0.0.1"),
                    Objects.requireNonNullElse(port, 9443), main.tls(), main.limits(), main.timeouts());
        }
    }

    /**
     * Where records are kept.
     *
     * @param url {@code jdbc:postgresql://…} for a fleet; without it an embedded database in the data directory
     * @param user for the server
     * @param password for the server; better in a file
     * @param passwordFile a file that holds the password
     */
    public record DatabasePlace(@Nullable String url, @Nullable String user, @Nullable String password,
            @Nullable Path passwordFile) {

        DatabaseSettings toStore(Path embedded) {
            if (url == null) {
                return new DatabaseSettings.Embedded(embedded);
            }
            return new DatabaseSettings.Postgresql(url, Objects.requireNonNullElse(user, "gatehouse"), secret());
        }

        private String secret() {
            if (passwordFile == null) {
                return Objects.requireNonNullElse(password, "");
            }
            try {
                return Files.readString(passwordFile).strip();
            } catch (IOException e) {
                throw new SettingsException("database.password-file cannot be read: " + passwordFile + ".", e);
            }
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "DatabasePlace[url=" + url + ", user=" + user + "]";
        }
    }

    /**
     * What lies beside the database.
     *
     * @param keptMaxBytes how much disk space the records may take that are kept for a rebuild of the embedded database;
     *        16 GiB by default
     */
    public record Journal(@Nullable Long keptMaxBytes) {

        private static final long LEAST_KEPT = 256L << 20;

        JournalSettings toTrail(Path directory) {
            long kept = Objects.requireNonNullElse(keptMaxBytes, JournalSettings.USUAL_KEPT_BYTES);
            if (kept < LEAST_KEPT) {
                throw new SettingsException("journal.kept-max-bytes is " + kept + ", and a rebuild needs at least "
                        + LEAST_KEPT + " (256 MiB).");
            }
            return JournalSettings.in(directory).keeping(kept);
        }
    }

    /**
     * Reads the file, if it is there, and the variables.
     *
     * @throws SettingsException says which key of which file is wrong
     */
    public static Settings read(Path file, boolean mustExist, Map<String, String> environment) {
        ObjectNode tree = YAML.createObjectNode();
        if (Files.exists(file)) {
            try {
                JsonNode read = YAML.readTree(file.toFile());
                if (read instanceof ObjectNode object) {
                    tree = object;
                } else if (read != null && !read.isMissingNode() && !read.isNull()) {
                    throw new SettingsException(
                            file + " does not hold settings. Write lines such as 'data: /var/lib/gatehouse'.");
                }
            } catch (IOException e) {
                throw new SettingsException(file + " cannot be read: " + firstLine(e) + ".", e);
            }
        } else if (mustExist) {
            throw new SettingsException(file + " does not exist. Name a file that does, or leave --config out.");
        }
        boolean overridden = override(tree, environment);
        String where = !overridden
                ? file.toString()
                : Files.exists(file) ? file + " or a variable GATEHOUSE_…" : "A variable GATEHOUSE_…";
        try {
            return YAML.treeToValue(tree, Settings.class);
        } catch (UnrecognizedPropertyException e) {
            throw new SettingsException(where + ": the setting '" + name(e) + "' is not known. Known here: "
                    + e.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList() + ".", e);
        } catch (MismatchedInputException e) {
            throw new SettingsException(where + ": the setting '" + name(e) + "' must be " + wanted(e.getTargetType())
                    + ". Write it so.", e);
        } catch (JsonProcessingException e) {
            throw new SettingsException(where + ": " + firstLine(e) + ".", e);
        }
    }

    private static String name(JsonMappingException e) {
        return e.getPath().stream().map(JsonMappingException.Reference::getFieldName).filter(Objects::nonNull)
                .collect(Collectors.joining("."));
    }

    private static String wanted(@Nullable Class<?> type) {
        if (type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        if (type == Duration.class) {
            return "a length of time such as PT30S";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (type != null && List.class.isAssignableFrom(type)) {
            return "a list";
        }
        return type == null || type.isRecord() ? "a group of settings" : "one word or path";
    }

    /** {@code GATEHOUSE_LISTEN_MAX_BODY_BYTES} is {@code listen.max-body-bytes}; says whether any variable was set. */
    private static boolean override(ObjectNode tree, Map<String, String> environment) {
        boolean any = false;
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            if (variable.getKey().startsWith(PREFIX)) {
                any |= override(tree, variable.getKey(), variable.getValue());
            }
        }
        return any;
    }

    private static boolean override(ObjectNode tree, String name, String value) {
        String key = name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
        for (String group : new String[]{"listen", "management", "database", "journal", "gpus", "engines",
                "models", "batches"}) {
            if (key.startsWith(group + "-")) {
                ObjectNode inner = tree.get(group) instanceof ObjectNode object ? object : tree.putObject(group);
                inner.put(key.substring(group.length() + 1), value);
                return true;
            }
        }
        if (key.equals("data")) {
            tree.put(key, value);
            return true;
        }
        return false;
    }

    private static ObjectMapper configured(ObjectMapper mapper) {
        return mapper.registerModule(new JavaTimeModule())
                .setPropertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                // A variable can hold one value only.
                .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY);
    }

    private static String firstLine(Exception e) {
        String message = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
        return message.lines().findFirst().orElse("").strip();
    }
}
