package org.gatehouse.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assumptions.abort;

/** Ways to take a daemon's disk space away and to give it back. */
enum Shortage {
    /** A small file system of its own under the data directory, filled by another's file. Needs the right to mount. */
    FULL_FILE_SYSTEM {
        @Override
        Disk prepare(Path directory) {
            if (!succeeds("mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", directory.toString())) {
                abort("skipped: mounting a small file system needs more rights than this user has");
            }
            return new Disk() {
                private final Path filler = directory.resolve("filler");

                @Override
                public void fill(long pid) {
                    byte[] block = new byte[64 * 1024];
                    try (OutputStream out = Files.newOutputStream(filler)) {
                        while (true) {
                            out.write(block);
                        }
                    } catch (IOException _) {
                        // There is no space left, which was the purpose.
                    }
                }

                @Override
                public void empty(long pid) throws IOException {
                    Files.delete(filler);
                }

                @Override
                public void close() {
                    if (!succeeds("umount", directory.toString())) {
                        succeeds("umount", "-l", directory.toString());
                    }
                }
            };
        }
    },
    /** The process may write no file beyond a size, which it meets in the middle of a journal file: setrlimit(2). */
    FILE_SIZE_LIMIT {
        @Override
        Disk prepare(Path directory) {
            return new Disk() {
                @Override
                public void fill(long pid) {
                    limit(pid, Integer.toString(1 << 20));
                }

                @Override
                public void empty(long pid) {
                    limit(pid, "unlimited");
                }

                private void limit(long pid, String size) {
                    if (!succeeds("prlimit", "--pid", Long.toString(pid), "--fsize=" + size + ":unlimited")) {
                        throw new IllegalStateException("prlimit failed; it is part of util-linux");
                    }
                }

                @Override
                public void close() {
                    // The limit goes with its process.
                }
            };
        }
    };

    /** The space of one daemon. */
    interface Disk extends AutoCloseable {

        /** Takes all of it away from the process, whose data lies in the directory that was prepared. */
        void fill(long pid) throws IOException;

        /** Gives it back. */
        void empty(long pid) throws IOException;

        @Override
        void close();
    }

    /** Makes the directory one that can run out of space. */
    abstract Disk prepare(Path directory);

    private static boolean succeeds(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
