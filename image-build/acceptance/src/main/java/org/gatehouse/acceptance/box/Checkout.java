package org.gatehouse.acceptance.box;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The checkout's own {@code gatehouse}, as an administrator runs it on another machine than the box. Stateless. */
public final class Checkout {
    private static final long LONGEST_MINUTES = 10;

    private Checkout() {}

    /**
     * How a command ended.
     *
     * @param said what it wrote, errors included
     */
    public record Outcome(int status, String said) {}

    /**
     * Runs a command.
     *
     * @param folder for what it writes and remembers; made
     * @param environment beside this process's
     * @throws IOException if it can't be run
     * @throws AssertionError if it does not end
     */
    public static Outcome run(Path folder, Map<String, String> environment, String... words) throws IOException {
        Files.createDirectories(folder);
        Path log = folder.resolve("output.txt");
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("acceptance.house"), "bin", "gatehouse").toString());
        line.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("GATEHOUSE_NO_BUILD", "1");
        builder.environment().put("XDG_STATE_HOME", folder.resolve("state").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            boolean hasEnded = process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES);
            String said = Files.readString(log, StandardCharsets.UTF_8);
            if (!hasEnded) {
                throw new AssertionError("gatehouse " + words[0] + " did not end: " + said);
            }
            return new Outcome(process.exitValue(), said);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
