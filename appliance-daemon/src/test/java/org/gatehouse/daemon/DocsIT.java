package org.gatehouse.daemon;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The documents' shell snippets, run as a reader would: from top to bottom, against a demo. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocsIT {
    private static final List<String> RUN = List.of("README.md", "docs/first-calls.md", "docs/keys-and-limits.md",
            "docs/operations.md", "docs/gpus.md", "docs/model-store.md", "docs/batches.md");
    private DemoProcess demo;

    @BeforeAll
    void start(@TempDir Path data) {
        demo = new DemoProcess(data.resolve("box"));
    }

    @AfterAll
    void stop() {
        demo.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/first-calls.md", "docs/keys-and-limits.md", "docs/operations.md", "docs/gpus.md",
            "docs/model-store.md", "docs/batches.md"})
    void snippetsWorkInTheOrderInWhichTheyStand(String document, @TempDir Path here) throws IOException {
        List<Snippet> snippets = Snippet.of(document).stream()
                .filter(snippet -> snippet.isShell() && snippet.notRun() == null).toList();
        StringBuilder script = new StringBuilder("set -e\n");
        for (Snippet snippet : snippets) {
            script.append(filledIn(snippet.text())).append("\necho '").append(end(snippet)).append("'\n");
        }
        Files.writeString(here.resolve("passphrase"), "a passphrase of some length\n");

        DemoProcess.Result result = DemoProcess.run(reader(here, script.toString()));

        assertThat(result.exit()).as(result.output()).isZero();
        String rest = result.output();
        for (Snippet snippet : snippets) {
            int end = rest.indexOf(end(snippet));
            if (snippet.prints() != null) {
                assertThat(rest.substring(0, end)).as(snippet.toString()).contains(snippet.prints());
            }
            rest = rest.substring(end + end(snippet).length());
        }
    }

    @Test
    void snippetThatIsNotRunSaysWhy() {
        for (String document : RUN) {
            for (Snippet snippet : Snippet.of(document)) {
                if (snippet.notRun() != null) {
                    System.out.println("not run: " + snippet + ": " + snippet.notRun());
                } else if (document.equals("README.md") || !snippet.isShell()) {
                    assertThat(snippet.language()).as("%s must be run or say why not", snippet).isIn("", "yaml");
                    assertThat(snippet.text()).as("%s holds commands and is not marked sh", snippet)
                            .doesNotContainPattern("(?m)^(bin/)?(gatehouse|mvn|curl) ");
                }
            }
        }
    }

    /** What a reader puts in the place of what stands for their own. */
    private String filledIn(String text) {
        return text.replace("http://127.0.0.1:8080", demo.gateway().replaceFirst("/v1$", ""))
                .replace("ghk_…", demo.key(0)).replace("/var/lib/gatehouse", demo.data().toString());
    }

    private static String end(Snippet snippet) {
        return "--- end of " + snippet;
    }

    private ProcessBuilder reader(Path here, String script) {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).directory(here.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("PATH",
                DemoProcess.CHECKOUT.resolve("bin") + File.pathSeparator
                        + Objects.requireNonNull(System.getenv("PATH")));
        environment.putAll(Map.of("GATEHOUSE_NO_BUILD", "1", "GATEHOUSE_DATA", demo.data().toString(),
                "OPENAI_API_KEY", "sk-of-nobody", "SIM_CLOUD_API_KEY", "sk-simulated-0000"));
        return builder;
    }
}
