package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console in a real browser against one demo: the ways of its people, every screen in both themes and on a phone,
 * accessibility, security policy, size and speed; the set-up of the demo's second box, from its claim to its first key,
 * with the company's own Keycloak, directory and authority. The parts run side by side. Pictures of every screen lie in
 * {@code target/console-screens}. Skipped by name where Chromium or the console's packages are missing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleIT {
    private static final Path BUILT = Path.of("target/classes/org/gatehouse/admin/console").toAbsolutePath();
    private static final String PICTURES = Path.of("target/console-screens").toAbsolutePath().toString();

    private final List<AutoCloseable> started = new ArrayList<>();
    private @Nullable BrowserProgram console;
    private @Nullable BrowserProgram setUp;
    private @Nullable BrowserProgram firstBoot;

    @BeforeAll
    void start(@TempDir Path data) throws IOException, InterruptedException {
        if (BrowserProgram.missing().isPresent()) {
            return;
        }
        DemoProcess demo = kept(new DemoProcess(data.resolve("box")));
        Map<String, String> box = Map.of("GATEHOUSE_BOX", demo.file().toString());
        console = kept(BrowserProgram.start(List.of("e2e/run.mjs", PICTURES), box));
        setUp = kept(BrowserProgram.start(List.of("e2e/setup.mjs", PICTURES), Map.of("CONSOLE_OUT", BUILT.toString())));
        String newBox = demo.file().path("setupUrl").asText().replaceFirst("/setup/$", "");
        Company company = kept(new Company(newBox));
        firstBoot = kept(BrowserProgram.start(List.of("e2e/setup-boot.mjs", PICTURES),
                Map.of("GATEHOUSE_BOX", demo.file().toString(), "COMPANY", company.description())));
    }

    @AfterAll
    void stop() throws Exception {
        for (AutoCloseable one : started.reversed()) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T kept(T one) {
        started.add(one);
        return one;
    }

    @Test
    void logicOfTheConsoleHolds() {
        BrowserProgram.skipUnless("logic of the console",
                Files.exists(BrowserProgram.CONSOLE.resolve("node_modules/vitest/vitest.mjs"))
                        ? Optional.empty()
                        : Optional.of("its packages are not installed (Node.js 20 or later, npm and a registry are"
                                + " needed once)"));
        BrowserProgram vitest = BrowserProgram
                .start(List.of("node_modules/vitest/vitest.mjs", "run", "--no-color"), Map.of());

        List<String> lines = vitest.lines();

        assertThat(vitest.exit()).as(String.join("\n", lines)).isZero();
    }

    @TestFactory
    Stream<DynamicTest> consoleInABrowser() {
        BrowserProgram.skipUnless("console in a browser", BrowserProgram.missing());
        BrowserProgram program = Objects.requireNonNull(console);
        program.checks().stream().map(BrowserProgram.Check::detail)
                .filter(detail -> detail.contains("bytes of script"))
                .forEach(detail -> System.out.println("Console: " + detail));
        return program.tests(190);
    }

    /** The pages of the set-up against a box that keeps to the contract: every step, whatever is wrong, others. */
    @TestFactory
    Stream<DynamicTest> setUpInABrowser() {
        BrowserProgram.skipUnless("set-up in a browser", BrowserProgram.missing());
        return Objects.requireNonNull(setUp).tests(50);
    }

    /** The same once through with a real box that nobody has set up yet. */
    @TestFactory
    Stream<DynamicTest> firstBootInABrowser() {
        BrowserProgram.skipUnless("first boot in a browser", BrowserProgram.missing());
        return Objects.requireNonNull(firstBoot).tests(18);
    }
}
