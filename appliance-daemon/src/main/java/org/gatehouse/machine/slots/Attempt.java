package org.gatehouse.machine.slots;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;

/** The last update that was begun, and what became of it; kept on the data partition for whichever release runs next. Immutable. */
public record Attempt(@About("The release that was installed.") String version,
        @About("The release that ran then.") String from, @About("When it was installed.") Instant at,
        @About("What became of it.") Outcome outcome,
        @About(value = "Why the box came back; null otherwise.", max = 5000, multiline = true) @Nullable String reason) {

    /** What became of it. */
    public enum Outcome {
        /** It lies in its slot; the next start tries it. */
        INSTALLED,
        /** It runs and has shown that it is good. */
        GOOD,
        /** It was not good: the box came back by itself. */
        RETURNED,
        /** Somebody had the box go back to the release before. */
        GIVEN_UP
    }

    Attempt became(Outcome what, @Nullable String why) {
        return new Attempt(version, from, at, what, why);
    }

    /** The last one of the appliance whose root that is; empty when there was none. For whoever may read it. */
    public static Optional<Attempt> lastUnder(Path root) throws IOException {
        return read(Layout.under(root).attempt());
    }

    /** The last one; empty when there was none. */
    static Optional<Attempt> read(Path file) throws IOException {
        return Files.exists(file)
                ? Optional.of(Json.trusted(Files.readString(file), Attempt.class))
                : Optional.empty();
    }

    /** Keeps it, so that a power cut leaves either this one or the one before. */
    void keep(Path file) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer text = ByteBuffer.wrap((Json.text(Json.tree(this)) + "\n").getBytes(StandardCharsets.UTF_8));
            while (text.hasRemaining()) {
                channel.write(text);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
