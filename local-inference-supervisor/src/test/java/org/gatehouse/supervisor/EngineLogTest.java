package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class EngineLogTest {
    private static final int LIMIT = 64 << 10;

    @TempDir
    Path directory;
    private EngineLog log;

    @BeforeEach
    void begin() throws IOException {
        SupervisorSettings settings = new SupervisorSettings(directory, directory, LIMIT, 100, Duration.ZERO,
                Duration.ZERO, Duration.ZERO, BackendChoice.PROCESS_GROUPS, SystemdSettings.DEFAULT);
        log = new EngineLog("chat", settings, ManualTime.standing());
        log.begin(1);
    }

    private void write(String text) throws IOException {
        Files.writeString(log.file(), text, StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    }

    @Test
    void linesEndWithNewlineOrCarriageReturnAndLoseTheirColours() throws IOException {
        write("one\r\n\u001b[32mtwo\u001b[0m\nbar  40%\rbar 100%\rhalf");

        assertThat(log.read()).containsExactly("one", "two", "bar  40%", "bar 100%");
        write(" and half\n");
        assertThat(log.read()).containsExactly("half and half");
    }

    @Test
    void lastWordsWithoutALineEndAreReadAtTheEnd() throws IOException {
        write("fatal: no");

        assertThat(log.read()).isEmpty();
        assertThat(log.finish()).containsExactly("fatal: no");
    }

    @Test
    void characterSplitOverTwoReadsStaysWhole() throws IOException {
        byte[] bytes = "模型\n".getBytes(StandardCharsets.UTF_8);
        Files.write(log.file(), java.util.Arrays.copyOf(bytes, 4), StandardOpenOption.APPEND);
        log.read();
        Files.write(log.file(), java.util.Arrays.copyOfRange(bytes, 4, bytes.length), StandardOpenOption.APPEND);

        assertThat(log.read()).containsExactly("模型");
    }

    @Test
    void endlessLineIsCutToItsBound() throws IOException {
        write("x".repeat(50_000));
        write("\nnext\n");

        assertThat(log.read()).satisfiesExactly(line -> assertThat(line).hasSize(8192),
                line -> assertThat(line).isEqualTo("next"));
    }

    @Test
    void memoryKeepsTheNewestLinesOnly() throws IOException {
        for (int i = 0; i < 250; i++) {
            write("line " + i + "\n");
        }
        log.read();

        assertThat(log.last(1000)).hasSize(100);
        assertThat(log.last(2)).extracting(LogLine::text).containsExactly("line 248", "line 249");
    }

    @Test
    void diagnosisSeesThePresentGenerationOnly() throws IOException {
        write("old\n");
        log.read();
        log.begin(2);
        write("new\n");
        log.read();

        assertThat(log.lastOfThisGeneration(10)).containsExactly("new");
        assertThat(log.last(10)).extracting(LogLine::generation).containsExactly(1L, 2L);
    }

    @Test
    void filesTogetherStayInTheirBoundAndNothingIsReadTwice() throws IOException {
        String line = "y".repeat(99) + "\n";
        int read = 0;
        Path older = directory.resolve("chat.log.1");
        for (int round = 0; round < 100; round++) {
            write(IntStream.range(0, 50).mapToObj(_ -> line).reduce("", String::concat));
            read += log.read().size();
            long both = Files.size(log.file()) + (Files.exists(older) ? Files.size(older) : 0);
            assertThat(both).isLessThanOrEqualTo(LIMIT + 5000L);
        }
        assertThat(read).isEqualTo(5000);
        assertThat(older).exists();
    }
}
