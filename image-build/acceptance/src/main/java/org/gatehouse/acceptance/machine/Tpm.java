package org.gatehouse.acceptance.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A machine's TPM 2.0: a process beside QEMU, which ends with it. What it keeps lies in a folder. One machine at a time. */
public final class Tpm implements Device {
    private static final Duration STARTED = Duration.ofSeconds(30);
    private static final Duration MOMENT = Duration.ofMillis(20);

    private final Path folder;

    private Tpm(Path folder) {
        this.folder = folder;
    }

    /** The one whose state lies there, or a new one. */
    public static Tpm in(Path folder) throws IOException {
        return new Tpm(Files.createDirectories(folder));
    }

    /** Makes it as it was when it was bought, while the machine is off. */
    public void clear() throws IOException {
        try (Stream<Path> kept = Files.list(folder)) {
            for (Path file : kept.toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public List<String> plug() throws IOException {
        // A socket's path has 107 bytes; the folder's may be longer.
        Path socket = Files.createTempDirectory("tpm").resolve("socket");
        new ProcessBuilder("swtpm", "socket", "--tpm2", "--terminate", "--tpmstate", "dir=" + folder.toAbsolutePath(),
                "--ctrl", "type=unixio,path=" + socket).redirectErrorStream(true)
                .redirectOutput(folder.resolveSibling(folder.getFileName() + ".log").toFile()).start();
        long end = System.nanoTime() + STARTED.toNanos();
        while (!Files.exists(socket)) {
            if (System.nanoTime() > end) {
                throw new IOException("The TPM did not start: see " + folder + ".log");
            }
            LockSupport.parkNanos(MOMENT.toNanos());
        }
        return List.of("-chardev", "socket,id=tpm,path=" + socket, "-tpmdev", "emulator,id=tpm,chardev=tpm", "-device",
                "tpm-crb,tpmdev=tpm");
    }
}
