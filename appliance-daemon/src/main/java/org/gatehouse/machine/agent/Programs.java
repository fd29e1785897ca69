package org.gatehouse.machine.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Runs the system's own programs. Replaced in tests. */
@FunctionalInterface
public interface Programs {

    /**
     * Runs one to its end: no shell, no input, an environment of a path and a language alone.
     *
     * @param command the program and its arguments, as they are
     * @throws IOException when it could not be started, or took longer; then it was ended
     */
    Ended run(List<String> command, Duration longest) throws IOException, InterruptedException;

    /** Runs one that must succeed. */
    default String must(Duration longest, String... command) throws IOException, InterruptedException {
        Ended ended = run(List.of(command), longest);
        if (ended.status() != 0) {
            throw new IOException("The program " + command[0] + " failed (" + ended.status() + "): " + ended.lastLine()
                    + ". Try again; if it stays so, make a support bundle");
        }
        return ended.output();
    }

    /**
     * How one ended.
     *
     * @param output what it wrote, errors included; at most 256 KiB of it
     */
    record Ended(int status, String output) {

        /** The last thing that it said. */
        public String lastLine() {
            return lastLine(output);
        }

        /** The last line of a text that holds anything. */
        public static String lastLine(String text) {
            return text.lines().filter(line -> !line.isBlank()).reduce((_, later) -> later).orElse("it said nothing");
        }
    }
}
