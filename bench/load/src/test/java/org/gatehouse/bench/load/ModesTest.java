package org.gatehouse.bench.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class ModesTest {
    private static final String WHOLE = "{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}";

    private static Arguments options(Set<String> known, ScriptedServer server, String... more) {
        List<String> words = new ArrayList<>(List.of("--url", server.url()));
        words.addAll(List.of(more));
        return Arguments.parse(words, known);
    }

    private static Result streams(ScriptedServer.Script script) throws IOException, InterruptedException {
        try (ScriptedServer server = ScriptedServer.answering(script)) {
            return Streams.run(options(Streams.OPTIONS, server, "--streams", "2", "--seconds", "0.05", "--ramp", "0",
                    "--tokens", "3", "--token-ms", "10", "--timeout", "2"));
        }
    }

    @Test
    void closedLoopCountsWholeRepliesAndNothingElse() throws IOException, InterruptedException {
        try (ScriptedServer server = ScriptedServer.answering(200, WHOLE)) {
            Result result = ClosedLoop.run(options(ClosedLoop.OPTIONS, server, "--connections", "3", "--seconds", "0.3",
                    "--warmup", "0.1"));
            assertThat(result.number("requests")).isPositive();
            assertThat(result.number("errors")).isZero();
            assertThat(result.number("latency_p50_ms")).isPositive();
        }
    }

    @Test
    void closedLoopTakesAnyOtherStatusForAnError() throws IOException, InterruptedException {
        try (ScriptedServer server = ScriptedServer.answering(429, "{}")) {
            Result result = ClosedLoop.run(options(ClosedLoop.OPTIONS, server, "--connections", "1", "--seconds", "0.1",
                    "--warmup", "0"));
            assertThat(result.number("requests")).isZero();
            assertThat(result.number("errors")).isPositive();
        }
    }

    @Test
    void closedLoopTakesACutReplyForAnError() throws IOException, InterruptedException {
        try (ScriptedServer server = ScriptedServer.answering((out, _) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".getBytes(StandardCharsets.US_ASCII));
            throw new IOException("cut");
        })) {
            Result result = ClosedLoop.run(options(ClosedLoop.OPTIONS, server, "--connections", "1", "--seconds", "0.1",
                    "--warmup", "0"));
            assertThat(result.number("requests")).isZero();
            assertThat(result.number("errors")).isPositive();
        }
    }

    @Test
    void closedLoopTakesAStreamForWholeByItsDialectsLastEvent() throws IOException, InterruptedException {
        ScriptedServer.Script endsAsMessages = (out, _) -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.chunk(out, "event: content_block_delta\ndata: {\"delta\":{\"text\":\"a\"}}\n\n".repeat(9));
            ScriptedServer.chunk(out, "event: message_st");
            ScriptedServer.chunk(out, "op\ndata: {\"type\":\"message_stop\"}\n\n");
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        };
        assertThat(streamed(endsAsMessages, "messages").number("requests")).isPositive();
        assertThat(streamed(endsAsMessages, "messages").number("errors")).isZero();
        assertThat(streamed(endsAsMessages, "chat").number("requests")).isZero();
        assertThat(streamed(endsAsMessages, "chat").number("errors")).isPositive();
    }

    private static Result streamed(ScriptedServer.Script script, String dialect)
            throws IOException, InterruptedException {
        try (ScriptedServer server = ScriptedServer.answering(script)) {
            return ClosedLoop.run(options(ClosedLoop.OPTIONS, server, "--connections", "2", "--seconds", "0.2",
                    "--warmup", "0", "--stream", "true", "--dialect", dialect));
        }
    }

    @Test
    void openLoopMakesItsCallsAtItsRate() throws IOException, InterruptedException {
        try (ScriptedServer server = ScriptedServer.answering(200, WHOLE)) {
            Result result = OpenLoop.run(options(OpenLoop.OPTIONS, server, "--rate", "100", "--seconds", "0.3",
                    "--warmup", "0"));
            assertThat(result.number("requests")).isBetween(25.0, 30.0);
            assertThat(result.number("errors")).isZero();
        }
    }

    @Test
    void wholeStreamsAreCompletedAndALateChunkShowsAsLag() throws IOException, InterruptedException {
        Result result = streams((out, _) -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.chunk(out, ScriptedServer.text("a"));
            Waiting.millis(10);
            ScriptedServer.chunk(out, ScriptedServer.text("b"));
            Waiting.millis(90);
            ScriptedServer.chunk(out, ScriptedServer.text("c") + "data: [DONE]\n\n");
            ScriptedServer.chunk(out, "");
        });
        assertThat(result.number("failed")).isZero();
        assertThat(result.number("completed")).isEqualTo(2);
        assertThat(result.number("chunks")).isEqualTo(6);
        assertThat(result.number("lag_max_ms")).isBetween(70.0, 500.0);
    }

    @Test
    void streamWithoutItsEndMarkIsAFailure() throws IOException, InterruptedException {
        Result result = streams((out, _) -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.chunk(out, ScriptedServer.text("a") + ScriptedServer.text("b") + ScriptedServer.text("c"));
            ScriptedServer.chunk(out, "");
            Waiting.millis(60);
        });
        assertThat(result.number("completed")).isZero();
        assertThat(result.number("failed")).isPositive();
    }

    @Test
    void streamThatLosesAChunkIsAFailure() throws IOException, InterruptedException {
        Result result = streams((out, _) -> {
            ScriptedServer.streamHead(out);
            ScriptedServer.chunk(out, ScriptedServer.text("a") + ScriptedServer.text("b") + "data: [DONE]\n\n");
            ScriptedServer.chunk(out, "");
            Waiting.millis(60);
        });
        assertThat(result.number("completed")).isZero();
        assertThat(result.number("failed")).isPositive();
    }

    @Test
    void raceEndsAtTheQuotaAndAddsUpWhatClientsHold(@TempDir Path directory) throws IOException, InterruptedException {
        Path calls = directory.resolve("calls");
        try (ScriptedServer server = ScriptedServer.answering((out, number) -> out.write(number < 2
                ? ScriptedServer.reply(200, WHOLE)
                : ScriptedServer.reply(429, "{\"error\":{\"code\":\"insufficient_quota\"}}")))) {
            Result result = Race
                    .run(options(Race.OPTIONS, server, "--clients", "4", "--until", "quota", "--seconds", "5",
                            "--stream-percent", "0", "--leave-percent", "0", "--calls", calls.toString()));
            assertThat(result.number("completed")).isEqualTo(8);
            assertThat(result.number("output_tokens_received")).isEqualTo(16);
            assertThat(result.number("refused")).isEqualTo(4);
            assertThat(Files.readAllLines(calls)).hasSize(12).anyMatch(line -> line.contains("\"id\":\"r1\""));
        }
    }

    @Test
    void booksFindTheCompletedCallWithoutARow(@TempDir Path directory) throws IOException {
        Path calls = directory.resolve("calls");
        Files.writeString(calls, """
                {"id":"r1","end":"completed","output_tokens":2}
                {"id":"r2","end":"completed","output_tokens":2}
                {"id":"","end":"left"}
                """);
        String rows = """
                {"items":[{"record":{"id":"1","requestId":"r1","usage":{"inputTokens":3,"outputTokens":2}}}],
                "lines":[{"inputTokens":3,"outputTokens":2}]}""";
        try (ScriptedServer server = ScriptedServer.answering(200, rows)) {
            Result result = Books.run(Arguments.parse(
                    List.of("--admin", server.url(), "--calls", calls.toString(), "--quota", "4", "--counts", "total"),
                    Books.OPTIONS));
            assertThat(result.number("completed")).isEqualTo(2);
            assertThat(result.number("missing_rows")).isEqualTo(1);
            assertThat(result.number("overshoot_tokens")).isEqualTo(1);
            assertThat(result.number("usage_differs_tokens")).isZero();
        }
    }

    /** A command that is ready at once, since the server that is asked is this test's. */
    private static Result startup(ScriptedServer server, Path pidFile, String script)
            throws IOException, InterruptedException {
        return Startup.run(Arguments.parse(List.of("--ready", server.url() + "/readyz", "--runs", "1", "--discard", "1",
                "--rest", "0.1", "--give-up", "3", "--pid-file", pidFile.toString(), "--", "sh", "-c", script),
                Startup.OPTIONS));
    }

    @Test
    void startupWaitsForThePidFileOfItsOwnStartAndReadsThatProcessesMemory(@TempDir Path directory)
            throws IOException, InterruptedException {
        Path file = directory.resolve("pids.json");
        Files.writeString(file, "{\"pids\":{\"daemon\":1}}");
        try (ScriptedServer server = ScriptedServer.answering(200, "{}")) {
            Result result = startup(server, file,
                    "sleep 0.3; echo '{\"pids\":{\"daemon\":'$$'}}' >" + file + "; exec sleep 60");
            assertThat(result.number("idle_rss_mb")).isBetween(0.1, 50.0);
            assertThat(result.number("idle_rss_anon_mb") + result.number("idle_rss_file_mb"))
                    .isCloseTo(result.number("idle_rss_mb"), within(1.0));
        }
    }

    @Test
    void startupGivesNoFigureWhenThePidFileIsAnotherStarts(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("pids.json");
        Files.writeString(file, "{\"pids\":{\"daemon\":1}}");
        try (ScriptedServer server = ScriptedServer.answering(200, "{}")) {
            assertThatThrownBy(() -> startup(server, file, "exec sleep 60")).isInstanceOf(IOException.class)
                    .hasMessageContaining("pids.daemon");
        }
    }
}
