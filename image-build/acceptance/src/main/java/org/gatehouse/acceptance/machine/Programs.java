package org.gatehouse.acceptance.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Runs programs of the machine that the tests run on, to their end. Stateless. */
public final class Programs {

    private Programs() {}

    /**
     * Runs a program and gives what it wrote, both streams together.
     *
     * @throws IOException if it is not there, or ends with another status than 0; the message has its last words
     */
    public static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int status = process.waitFor();
            if (status != 0) {
                throw new IOException(
                        String.join(" ", command) + " ended with status " + status + ": " + output.strip());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + List.of(command) + " ran", e);
        }
        return output;
    }

    /** A command with one more argument. */
    static String[] with(String[] command, String more) {
        String[] longer = Arrays.copyOf(command, command.length + 1);
        longer[command.length] = more;
        return longer;
    }
}
