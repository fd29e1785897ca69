package org.gatehouse.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A program among the console's sources that drives a browser and writes a line of JSON for each of its checks. It runs
 * beside the test that started it, so that several can share the time.
 */
final class BrowserProgram implements AutoCloseable {
    static final Path CONSOLE = Path.of("src/main/console").toAbsolutePath();
    private static final Duration LONGEST = Duration.ofMinutes(12);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> command;
    private final Process process;
    private final Path written;

    private BrowserProgram(List<String> command, Process process, Path written) {
        this.command = command;
        this.process = process;
        this.written = written;
    }

    /** One line that the program wrote. */
    record Check(String name, boolean passed, String detail) {}

    /** Why no browser can be driven here, if so. */
    static Optional<String> missing() {
        if (chromium().isEmpty()) {
            return Optional.of("Chromium is not there (Debian: apt-get install chromium; or name it in CHROMIUM)");
        }
        return Files.exists(CONSOLE.resolve("node_modules/playwright-core/package.json"))
                ? Optional.empty()
                : Optional.of("the console's packages are not installed (Node.js 20 or later, npm and a registry are"
                        + " needed once)");
    }

    /** Leaves a test out, by name and with the reason. */
    static void skipUnless(String what, Optional<String> missing) {
        missing.ifPresent(why -> System.out.println("SKIPPED " + what + ": " + why));
        Assumptions.assumeTrue(missing.isEmpty(), missing.orElse(""));
    }

    private static Optional<Path> chromium() {
        return Stream.of(Optional.ofNullable(System.getenv("CHROMIUM")).orElse(""), "/usr/bin/chromium",
                "/usr/bin/chromium-browser", "/usr/bin/google-chrome").filter(path -> !path.isEmpty()).map(Path::of)
                .filter(Files::isExecutable).findFirst();
    }

    /** Starts one; what it writes on both streams is kept in a file. */
    static BrowserProgram start(List<String> arguments, Map<String, String> environment) {
        try {
            Path written = Files.createTempFile("console", ".txt");
            List<String> command = new ArrayList<>(List.of("node"));
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command).directory(CONSOLE.toFile()).redirectErrorStream(true)
                    .redirectOutput(written.toFile());
            builder.environment().putAll(environment);
            chromium().ifPresent(path -> builder.environment().put("CHROMIUM", path.toString()));
            return new BrowserProgram(command, builder.start(), written);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end; each check that it wrote. Fails when it broke without a check that did. */
    List<Check> checks() {
        List<String> lines = lines();
        List<Check> checks = lines.stream().filter(line -> line.startsWith("{\"check\"")).map(BrowserProgram::check)
                .toList();
        boolean told = checks.stream().anyMatch(check -> !check.passed());
        assertThat(told || process.exitValue() == 0).as("%s: %s", command, String.join("\n", lines)).isTrue();
        return checks;
    }

    /** The same as tests, at least so many. */
    Stream<DynamicTest> tests(int least) {
        List<Check> checks = checks();
        assertThat(checks).hasSizeGreaterThan(least);
        return checks.stream().map(check -> DynamicTest.dynamicTest(check.name(),
                () -> assertThat(check.passed()).as(check.detail()).isTrue()));
    }

    /** Waits for its end; every line that it wrote. */
    List<String> lines() {
        try {
            boolean ended = process.waitFor(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
            close();
            List<String> lines = new ArrayList<>(Files.readAllLines(written, StandardCharsets.UTF_8));
            if (!ended) {
                lines.add("It took longer than " + LONGEST + ".");
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How it ended; after {@link #lines}. */
    int exit() {
        return process.exitValue();
    }

    private static Check check(String line) {
        try {
            JsonNode check = JSON.readTree(line);
            return new Check(check.path("check").asText(), check.path("ok").asBoolean(), check.path("detail").asText());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it, with the browser that it started. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
