package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.fleet.EngineHistory.Key;
import org.gatehouse.supervisor.fleet.EngineHistory.Step;
import org.gatehouse.supervisor.planning.KvType;
import org.gatehouse.supervisor.planning.LearnedFootprint;
import org.gatehouse.supervisor.planning.LoadQuantisation;
import org.gatehouse.supervisor.planning.Shape;

import static org.assertj.core.api.Assertions.assertThat;

class HistoryFileTest {
    private static final Key KEY = new Key("digest", "vllm", "H100");

    @TempDir
    Path directory;

    private static LearnedFootprint footprint(Shape shape, long weights) {
        return new LearnedFootprint(shape, LoadQuantisation.AS_STORED, KvType.AUTO, weights, 2, 3, 4, 5);
    }

    @Test
    void whatWasLearnedIsThereAfterARestart() {
        Path file = directory.resolve("history.json");
        HistoryFile first = new HistoryFile(file);
        first.learned(KEY, footprint(Shape.SINGLE, 1));
        first.learned(KEY, footprint(new Shape(2, 1), 7));
        first.learned(KEY, footprint(Shape.SINGLE, 9));
        for (int seconds : new int[]{100, 10, 12, 11, 13, 50}) {
            first.took(KEY, Step.LOAD, Duration.ofSeconds(seconds));
        }

        HistoryFile second = new HistoryFile(file);

        assertThat(second.footprints(KEY)).containsExactly(footprint(Shape.SINGLE, 9), footprint(new Shape(2, 1), 7));
        assertThat(second.usual(KEY, Step.LOAD)).contains(Duration.ofSeconds(12)); // The median of the last five.
        assertThat(second.usual(KEY, Step.WAKE)).isEmpty();
    }

    @Test
    void damagedFileIsBegunAnew() throws IOException {
        Path file = Files.writeString(directory.resolve("history.json"), "{\"entries\":[{\"key\":");
        HistoryFile history = new HistoryFile(file);
        assertThat(history.footprints(KEY)).isEmpty();
        history.took(KEY, Step.WAKE, Duration.ofSeconds(2));
        assertThat(new HistoryFile(file).usual(KEY, Step.WAKE)).contains(Duration.ofSeconds(2));
    }
}
