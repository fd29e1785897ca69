package org.gatehouse.daemon;

import java.nio.file.Path;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.setup.wizard.box.Place;

import static org.assertj.core.api.Assertions.assertThat;

final class StartFailureTest {
    @TempDir
    private Path data;

    @Test
    void screenReadsWhatTheDaemonWroteUntilItRuns() {
        StartFailure.keep(data, "The data disk is full. Make room." + "x".repeat(2_000));
        assertThat(new Place(data).startFailure(Instant.EPOCH)).hasValueSatisfying(
                why -> assertThat(why).startsWith("The data disk is full.").hasSizeLessThanOrEqualTo(1_000));
        StartFailure.forget(data);
        assertThat(new Place(data).startFailure(Instant.EPOCH)).isEmpty();
    }

    @Test
    void directoryThatIsNotThereStopsNobody() {
        StartFailure.keep(data.resolve("none"), "why");
        StartFailure.forget(data.resolve("none"));
        assertThat(data.resolve("none")).doesNotExist();
    }
}
