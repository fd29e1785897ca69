package org.gatehouse.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command has: which box to talk to, as whom, and how to print. */
final class Connection {
    static final Path USUAL_DATA = Path.of("/var/lib/gatehouse");

    private final Map<String, String> environment;

    @Option(names = "--server", paramLabel = "URL", description = "The box's address. Default: GATEHOUSE_URL, else what the running daemon wrote into daemon.json of its data directory.")
    private @Nullable URI server;

    @Option(names = "--token", paramLabel = "TOKEN", description = "The admin token, or one that was made with 'gatehouse tokens create' or in the console. Default: GATEHOUSE_ADMIN_TOKEN, else the file admin-token of the data directory. Other users of this machine can see it on the command line.")
    private @Nullable String token;

    @Option(names = "--data", paramLabel = "DIR", description = "The daemon's data directory. Default: GATEHOUSE_DATA, else /var/lib/gatehouse.")
    private @Nullable Path data;

    @Option(names = "--cacert", paramLabel = "FILE", description = "Certificates to trust, PEM. Default: what daemon.json of the data directory names, else its tls/certificate.pem.")
    private @Nullable Path certificates;

    @Option(names = "--output", paramLabel = "table|json", description = "How to print. Default: table.", defaultValue = "table")
    private Format format = Format.table;

    Connection(Map<String, String> environment) {
        this.environment = environment;
    }

    /** How to print; in lower case, as users write it. */
    enum Format {
        table, json
    }

    Format format() {
        return format;
    }

    Path dataDirectory() {
        if (data != null) {
            return data;
        }
        String said = environment.get("GATEHOUSE_DATA");
        return said == null || said.isEmpty() ? USUAL_DATA : Path.of(said);
    }

    String environment(String name) {
        return environment.getOrDefault(name, "");
    }

    /** A client for the box that the options name. The caller closes it. */
    AdminClient open() {
        URI address = address();
        Path pinned = certificates != null ? certificates : certificateOfTheDaemon();
        boolean pin = "https".equals(address.getScheme()) && (certificates != null || Files.isReadable(pinned));
        return new AdminClient(address, token(), pin ? pinned : null);
    }

    /** The one that the running daemon shows, its own or an admin's. */
    private Path certificateOfTheDaemon() {
        Path own = dataDirectory().resolve("tls").resolve("certificate.pem");
        try {
            String told = place().path("certificate").asText();
            return told.isEmpty() ? own : Path.of(told);
        } catch (IOException _) {
            return own; // No daemon runs on this directory: it may run elsewhere, and this may be a copy of its files.
        }
    }

    private JsonNode place() throws IOException {
        return new ObjectMapper().readTree(Files.readAllBytes(placeFile()));
    }

    private Path placeFile() {
        return dataDirectory().resolve("daemon.json");
    }

    private URI address() {
        if (server != null) {
            return checked(server);
        }
        if (!environment("GATEHOUSE_URL").isEmpty()) {
            return checked(URI.create(environment("GATEHOUSE_URL")));
        }
        try {
            return checked(URI.create(place().path("url").asText()));
        } catch (IOException e) {
            throw new CommandFailed("It is not known where the daemon is: " + placeFile()
                    + " can't be read. Start the daemon, or name it with --server or --data.", e);
        }
    }

    private static URI checked(URI address) {
        boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
        if (!http || address.getHost() == null) {
            throw new CommandFailed("'" + address + "' is no server address; write https://host:port.");
        }
        return address;
    }

    private String token() {
        if (token != null) {
            return checkedToken(token);
        }
        if (!environment("GATEHOUSE_ADMIN_TOKEN").isEmpty()) {
            return checkedToken(environment("GATEHOUSE_ADMIN_TOKEN"));
        }
        Path file = dataDirectory().resolve("admin-token");
        try {
            return checkedToken(Files.readString(file).strip());
        } catch (IOException e) {
            throw new CommandFailed("The admin token can't be read from " + file
                    + ". Run this as the daemon's user, or set GATEHOUSE_ADMIN_TOKEN, to a token that the console"
                    + " made under API tokens, for example.", e);
        }
    }

    private static String checkedToken(String text) {
        if (text.isEmpty() || !text.chars().allMatch(letter -> letter > 32 && letter < 127)) {
            throw new CommandFailed("The admin token holds characters that no token has. Copy it again.");
        }
        return text;
    }
}
