package org.gatehouse.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;

/**
 * The token that opens a box's metrics to a scraper on another machine, and nothing else, so that no monitoring system
 * has to hold an admin token. It lies in a file that the daemon's user alone can read; a file that is taken away is made
 * anew at the next start, which is how the token is changed. Thread-safe.
 */
public final class MetricsToken {
    /** Where it lies inside the data directory. */
    public static final String FILE = "metrics-token";
    private static final String PREFIX = "ghm_";

    private final byte[] sha256;

    private MetricsToken(byte[] sha256) {
        this.sha256 = sha256;
    }

    /**
     * Reads the token; makes it if there is none.
     *
     * @param random must be a {@link java.security.SecureRandom} outside of tests
     * @throws UncheckedIOException when the file can't be read or written
     */
    public static MetricsToken open(Path dataDirectory, RandomGenerator random) {
        Path file = dataDirectory.resolve(FILE);
        try {
            String token = Files.exists(file) ? Files.readString(file).strip() : "";
            // An emptied file must not make the empty text a token.
            if (!token.startsWith(PREFIX)) {
                token = TokenFile.fresh(PREFIX, random);
                TokenFile.write(dataDirectory, FILE, token);
            }
            return new MetricsToken(TokenFile.sha256(token));
        } catch (IOException e) {
            throw new UncheckedIOException("The metrics token can't be read from " + file
                    + ". Make it readable for the daemon's user, or remove it, then start again.", e);
        }
    }

    /** Whether it is the token. Takes the same time for every text that is not. */
    public boolean is(String presented) {
        return presented.length() <= TokenFile.LONGEST
                && MessageDigest.isEqual(sha256, TokenFile.sha256(presented));
    }
}
