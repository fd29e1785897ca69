package org.gatehouse.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The file in the data directory that tells commands on the same machine where the daemon listens, while it does. */
final class WhereItRuns implements AutoCloseable {
    private static final String NAME = "daemon.json";

    private final Path file;

    WhereItRuns(Path data, String url) {
        this.file = data.resolve(NAME);
        Path fresh = data.resolve(NAME + ".new");
        try {
            Files.writeString(fresh, "{\"url\":\"" + url + "\",\"pid\":" + ProcessHandle.current().pid() + "}\n");
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
