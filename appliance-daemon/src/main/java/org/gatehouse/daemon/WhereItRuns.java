package org.gatehouse.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.listen.ListenerSettings;

/**
 * The file in the data directory that tells commands on the same machine where the daemon listens and which certificate it shows, while it
 * does.
 */
final class WhereItRuns implements AutoCloseable {
    private static final String NAME = "daemon.json";

    private final Path file;

    /** Tells of a daemon that hears its admin API on that port. */
    static WhereItRuns tell(Path data, ListenerSettings.Tls tls, int port) {
        return switch (tls) {
            case ListenerSettings.Tls.Off _ -> new WhereItRuns(data, "http://127.0.0.1:" + port, null);
            case ListenerSettings.Tls.SelfSigned own ->
                new WhereItRuns(data, "https://127.0.0.1:" + port, own.directory().resolve("certificate.pem"));
            case ListenerSettings.Tls.Files files ->
                new WhereItRuns(data, "https://127.0.0.1:" + port, files.certificateChain());
        };
    }

    private WhereItRuns(Path data, String url, @Nullable Path certificate) {
        this.file = data.resolve(NAME);
        Path fresh = data.resolve(NAME + ".new");
        try {
            ObjectNode place = JsonNodeFactory.instance.objectNode().put("url", url)
                    .put("pid", ProcessHandle.current().pid());
            if (certificate != null) {
                place.put("certificate", certificate.toAbsolutePath().toString());
            }
            Files.writeString(fresh, place + "\n");
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
