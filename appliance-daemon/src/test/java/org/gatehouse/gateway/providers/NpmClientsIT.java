package org.gatehouse.gateway.providers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.simulated.providers.LedgerEntry;
import org.gatehouse.simulated.providers.ProviderKind;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The clients that applications in JavaScript use, against every provider. They are installed below {@code target/} when they
 * are not there yet; where that cannot be, this is skipped and says why.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NpmClientsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SOURCE = Path.of("src/test/npm");
    private static final Path INSTALLED = Path.of("target/npm-clients");
    private static final Duration INSTALLING = Duration.ofMinutes(3);
    private static final Duration ASKING = Duration.ofMinutes(2);

    private final ProvidersBox park = new ProvidersBox(ProviderKind.OPENAI, ProviderKind.AZURE_OPENAI,
            ProviderKind.ANTHROPIC, ProviderKind.GEMINI, ProviderKind.MISTRAL, ProviderKind.DEEPSEEK,
            ProviderKind.DASHSCOPE);

    @AfterAll
    void close() {
        park.box.assertNothingHeld();
        park.close();
    }

    @TestFactory
    Stream<DynamicTest> everyClientGetsItsAnswer() throws IOException {
        String missing = install();
        if (!missing.isEmpty()) {
            System.out.println("SKIPPED clients from npm: " + missing);
        }
        Assumptions.assumeTrue(missing.isEmpty(), missing);
        List<String> lines = run(List.of("node", "ask.mjs"), JSON.writeValueAsString(Map.of("base",
                park.box.uri("").toString(), "key", park.key, "models",
                List.of(model(ProviderKind.OPENAI, "gpt-4o", "gpt-4o", "gpt-5"),
                        model(ProviderKind.AZURE_OPENAI, "gpt-4o", "gpt-4o", "gpt-5"),
                        model(ProviderKind.ANTHROPIC, "claude-sonnet-4-5", "claude-sonnet-4-5", "claude-sonnet-4-5"),
                        model(ProviderKind.GEMINI, "gemini-2.5-flash", "gemini-3-pro-preview", "gemini-3-pro-preview"),
                        model(ProviderKind.MISTRAL, "mistral-large-latest", "mistral-large-latest",
                                "magistral-medium-latest"),
                        model(ProviderKind.DEEPSEEK, "deepseek-chat", "deepseek-chat", "deepseek-reasoner"),
                        model(ProviderKind.DASHSCOPE, "qwen-plus", "qwen-plus", "qwen-plus"),
                        Map.of("name", "local", "model", "local", "caller", "local", "thinker", "local", "thinking",
                                "reasoning=8")))),
                ASKING);
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("{\"client\"")) {
                JsonNode heard = JSON.readTree(line);
                tests.add(DynamicTest.dynamicTest(heard.path("client").asText() + ", "
                        + heard.path("provider").asText() + ", " + heard.path("kind").asText()
                        + (heard.path("streamed").asBoolean() ? ", streamed" : ""), () -> check(heard)));
            }
        }
        for (String client : List.of("openai", "anthropic-sdk", "google-genai")) {
            tests.add(DynamicTest.dynamicTest("models that " + client + " finds",
                    () -> assertThat(line(lines, "listed", client).path("ids").valueStream().map(JsonNode::asText))
                            .as(String.join("\n", lines)).hasSizeGreaterThan(10)
                            .contains("local", "gemini.gemini-2.5-flash")));
        }
        tests.add(DynamicTest.dynamicTest("vectors that google-genai gets",
                () -> assertThat(line(lines, "embedded", "google-genai").path("sizes").toString())
                        .as(String.join("\n", lines)).isEqualTo("[32,32]")));
        tests.add(DynamicTest.dynamicTest("all were asked", () -> assertThat(lines).as(String.join("\n", lines))
                .hasSizeGreaterThanOrEqualTo(6 * 8 * 8)));
        return tests.stream();
    }

    private static JsonNode line(List<String> lines, String field, String client) throws IOException {
        for (String line : lines) {
            if (line.startsWith("{\"" + field + "\":\"" + client + "\"")) {
                return JSON.readTree(line);
            }
        }
        throw new AssertionError("nothing was heard of " + client);
    }

    private Map<String, String> model(ProviderKind kind, String model, String caller, String thinker) {
        return Map.of("name", kind.word(), "model", park.model(kind, model), "caller", park.model(kind, caller),
                "thinker", park.model(kind, thinker), "thinking", "thinking=8");
    }

    private void check(JsonNode heard) {
        String all = heard.toString();
        boolean local = heard.path("provider").asText().equals("local");
        if (heard.path("kind").asText().equals("wrong")) {
            assertThat(heard.path("error").path("status").asInt()).as(all).isEqualTo(400);
            assertThat(heard.path("error").path("message").asText()).as(all).contains("nonsense");
            return;
        }
        assertThat(heard.has("error")).as(all).isFalse();
        boolean tools = heard.path("kind").asText().equals("tools");
        assertThat(heard.path("answers")).as(all).hasSize(tools ? 2 : 1);
        long output = 0;
        long input = 0;
        for (JsonNode answer : heard.path("answers")) {
            input += answer.path("input").asLong();
            output += answer.path("output").asLong();
        }
        assertThat(rows(heard)).as(all).allMatch(row -> row.outcome() == Outcome.COMPLETED);
        assertThat(rows(heard).stream().mapToLong(row -> row.usage().inputTokens()).sum()).as(all).isEqualTo(input);
        assertThat(rows(heard).stream().mapToLong(row -> row.usage().outputTokens()).sum()).as(all).isEqualTo(output);
        if (!local) {
            List<LedgerEntry> made = park.provider(ProviderKind.of(heard.path("provider").asText())).ledger()
                    .entries().stream().filter(entry -> isOf(heard, entry.callerRequestId())).toList();
            assertThat(made).as(all).hasSize(tools ? 2 : 1);
            assertThat(made.stream().mapToLong(LedgerEntry::inputTokens).sum()).as(all).isEqualTo(input);
            assertThat(made.stream().mapToLong(LedgerEntry::outputTokens).sum()).as(all).isEqualTo(output);
        }
        if (tools) {
            assertThat(heard.path("answers").path(0).path("calls")).as(all).hasSize(2);
        }
        if (!tools || !local) {
            // The simulated engine calls the tools again.
            assertThat(heard.path("answers").path(tools ? 1 : 0).path("text").asText()).as(all)
                    .startsWith("[simulated]");
        }
    }

    private List<CallRecord> rows(JsonNode heard) {
        return park.box.rows.stream().filter(row -> isOf(heard, row.requestId())).toList();
    }

    private static boolean isOf(JsonNode heard, String requestId) {
        return requestId.equals(heard.path("ids").path(0).asText())
                || requestId.equals(heard.path("ids").path(1).asText());
    }

    /** Why the clients cannot be installed; empty when they are there. */
    static String install() throws IOException {
        Files.createDirectories(INSTALLED);
        Path lock = INSTALLED.resolve("package-lock.json");
        boolean current = Files.exists(INSTALLED.resolve("node_modules/.package-lock.json")) && Files.exists(lock)
                && Files.mismatch(lock, SOURCE.resolve("package-lock.json")) < 0;
        for (String file : List.of("package.json", "package-lock.json", "ask.mjs", "talk.mjs")) {
            Files.copy(SOURCE.resolve(file), INSTALLED.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        if (current) {
            return "";
        }
        try {
            run(List.of("npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"), "", INSTALLING);
            return "";
        } catch (UncheckedIOException | IllegalStateException e) {
            return "npm or its registry is not there (" + e.getMessage() + ")";
        }
    }

    /** Runs a program where the clients are; gives what it wrote. */
    static List<String> run(List<String> command, String input, Duration within) {
        try {
            Path written = Files.createTempFile(INSTALLED, "written", ".txt");
            Process process = new ProcessBuilder(command).directory(INSTALLED.toFile()).redirectErrorStream(true)
                    .redirectOutput(written.toFile()).start();
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            boolean ended = process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
            process.destroyForcibly();
            List<String> lines = Files.readAllLines(written);
            Files.delete(written);
            if (!ended || process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + (ended ? " failed" : " took too long")
                        + ": " + String.join("\n", lines));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
