package org.gatehouse.listen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** Certificate files for tests of other rooms. */
public final class ExpiredCertificate {

    private ExpiredCertificate() {}

    /** Writes {@code certificate.pem} and {@code key.pem}, whose certificate ended some weeks ago. */
    public static Instant write(Path directory) throws IOException {
        return write(directory, Instant.now().minus(Duration.ofDays(900)));
    }

    /** Writes the same files with a certificate that is good for years. */
    public static Instant writeGood(Path directory) throws IOException {
        return write(directory, Instant.now());
    }

    private static Instant write(Path directory, Instant madeAt) throws IOException {
        TlsMaterial made = SelfSignedCertificate.obtain(Files.createTempDirectory(directory, "made"), madeAt);
        Files.writeString(directory.resolve("certificate.pem"), PemFiles.text(made.chain()));
        Files.writeString(directory.resolve("key.pem"), PemFiles.text(made.key()));
        return made.expires();
    }
}
