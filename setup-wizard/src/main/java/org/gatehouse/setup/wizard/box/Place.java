package org.gatehouse.setup.wizard.box;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What lies in the data directory of a daemon on this machine: where it listens, the certificate it shows, its claim code. Everything is
 * read anew each time, because a restart changes it.
 */
public record Place(Path data) {
    /** Where the daemon's data lies on an appliance. */
    public static final Path USUAL = Path.of("/var/lib/gatehouse");
    private static final String START_FAILURE = "start-failure";
    private static final int LARGEST = 1 << 16;

    /** The address of the running daemon; empty where none runs on this directory. */
    public Optional<URI> address() {
        String url = running().path("url").asText("");
        return url.isEmpty() ? Optional.empty() : Optional.of(URI.create(url));
    }

    /** SHA-256 of the certificate that the running daemon shows; empty without TLS. */
    public Optional<String> fingerprint() {
        String named = running().path("certificate").asText("");
        Path file = named.isEmpty() ? data.resolve("tls").resolve("certificate.pem") : Path.of(named);
        try (InputStream in = Files.newInputStream(file)) {
            X509Certificate first = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            return Optional.of(PinnedTrust.fingerprint(first));
        } catch (IOException | CertificateException _) {
            return Optional.empty();
        }
    }

    /** The claim code that the daemon wrote; empty where there is none, or where this user may not read it. */
    public Optional<String> claimCode() {
        return line("claim-code");
    }

    /** The admin token; empty where there is none, or where this user may not read it. */
    public Optional<String> adminToken() {
        return line("admin-token");
    }

    /**
     * Why the daemon could not start.
     *
     * @param since what was written down before is of another time
     */
    public Optional<String> startFailure(Instant since) {
        try {
            return Files.getLastModifiedTime(data.resolve(START_FAILURE)).toInstant().isBefore(since)
                    ? Optional.empty()
                    : line(START_FAILURE);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private Optional<String> line(String name) {
        try {
            String text = Files.readString(data.resolve(name)).strip();
            return text.isEmpty() || text.length() > LARGEST ? Optional.empty() : Optional.of(text);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private JsonNode running() {
        ObjectMapper json = new ObjectMapper();
        try {
            return json.readTree(Files.readAllBytes(data.resolve("daemon.json")));
        } catch (IOException _) {
            return json.missingNode();
        }
    }
}
