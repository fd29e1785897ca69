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
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console in a real browser against the demo: the way of a new customer, every screen in both themes and on a
 * phone, accessibility, security policy, size and speed; the set-up of a new box, from its claim to its first key.
 * Pictures of every screen lie in {@code target/console-screens}. Skipped by name where Chromium or the console's
 * packages are missing.
 */
class ConsoleIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path CONSOLE = Path.of("src/main/console").toAbsolutePath();
    private static final Path BUILT = Path.of("target/classes/org/gatehouse/admin/console").toAbsolutePath();
    private static final Path PICTURES = Path.of("target/console-screens").toAbsolutePath();
    private static final Duration LOGIC = Duration.ofMinutes(2);
    private static final Duration BROWSER = Duration.ofMinutes(12);

    @Test
    void logicOfTheConsoleHolds() throws IOException {
        skipUnless("logic of the console", Files.exists(CONSOLE.resolve("node_modules/vitest/vitest.mjs")),
                "its packages are not installed (Node.js 20 or later, npm and a registry are needed once)");
        Ran ran = run(List.of("node", "node_modules/vitest/vitest.mjs", "run", "--no-color"),
                Map.of(),
                LOGIC);
        assertThat(ran.exit()).as(String.join("\n", ran.lines())).isZero();
    }

    @TestFactory
    Stream<DynamicTest> consoleInABrowser(@TempDir Path data) throws IOException {
        Path chromium = browser("console in a browser");
        try (DemoProcess demo = new DemoProcess(data.resolve("box"))) {
            return checks("e2e/run.mjs", Map.of("GATEHOUSE_BOX", demo.file().toString(), "CHROMIUM",
                    chromium.toString()), 150);
        }
    }

    /** The pages of the set-up against a box that keeps to the contract: every step, whatever is wrong, others. */
    @TestFactory
    Stream<DynamicTest> setUpInABrowser() throws IOException {
        Path chromium = browser("set-up in a browser");
        return checks("e2e/setup.mjs", Map.of("CONSOLE_OUT", BUILT.toString(), "CHROMIUM", chromium.toString()), 50);
    }

    /** The same once through with a real box that nobody has set up yet. */
    @TestFactory
    Stream<DynamicTest> firstBootInABrowser(@TempDir Path data) throws IOException {
        Path chromium = browser("first boot in a browser");
        try (DemoProcess demo = new DemoProcess(data.resolve("box"))) {
            return checks("e2e/setup-boot.mjs", Map.of("GATEHOUSE_BOX", demo.file().toString(), "CHROMIUM",
                    chromium.toString()), 15);
        }
    }

    /** Runs a program of checks; each line that it writes of one is a test. */
    private static Stream<DynamicTest> checks(String program, Map<String, String> environment, int least)
            throws IOException {
        Ran ran = run(List.of("node", program, PICTURES.toString()), environment, BROWSER);
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : ran.lines()) {
            if (line.startsWith("{\"check\"")) {
                JsonNode check = JSON.readTree(line);
                tests.add(DynamicTest.dynamicTest(check.path("check").asText(), () -> {
                    assertThat(check.path("ok").asBoolean()).as(check.path("detail").asText()).isTrue();
                }));
                if (check.path("detail").asText().contains("bytes of script")) {
                    System.out.println("Console: " + check.path("detail").asText());
                }
            }
        }
        assertThat(tests).as(String.join("\n", ran.lines())).hasSizeGreaterThan(least);
        return tests.stream();
    }

    private static Path browser(String what) {
        Path chromium = chromium();
        skipUnless(what, chromium != null,
                "Chromium is not there (Debian: apt-get install chromium; or name it in CHROMIUM)");
        skipUnless(what, Files.exists(CONSOLE.resolve("node_modules/playwright-core/package.json")),
                "the console's packages are not installed (Node.js 20 or later, npm and a registry are needed once)");
        return Objects.requireNonNull(chromium);
    }

    private static void skipUnless(String what, boolean can, String why) {
        if (!can) {
            System.out.println("SKIPPED " + what + ": " + why);
        }
        Assumptions.assumeTrue(can, why);
    }

    private static @org.jspecify.annotations.Nullable Path chromium() {
        String named = System.getenv("CHROMIUM");
        return Stream
                .of(named == null ? "" : named, "/usr/bin/chromium", "/usr/bin/chromium-browser",
                        "/usr/bin/google-chrome")
                .filter(path -> !path.isEmpty()).map(Path::of).filter(Files::isExecutable).findFirst().orElse(null);
    }

    private record Ran(int exit, List<String> lines) {}

    /** Runs a program among the console's sources; gives what it wrote. */
    private static Ran run(List<String> command, Map<String, String> environment, Duration within) {
        try {
            Path written = Files.createTempFile("console", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command).directory(CONSOLE.toFile()).redirectErrorStream(true)
                    .redirectOutput(written.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            List<String> lines = new ArrayList<>(Files.readAllLines(written, StandardCharsets.UTF_8));
            Files.delete(written);
            if (!ended) {
                lines.add("It took longer than " + within + ".");
            }
            return new Ran(process.waitFor(), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
