package org.gatehouse.gpu.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.FakeBoxes;
import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuAction;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuEvent;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuSymptom;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.ManualTime;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.Severity;
import org.gatehouse.gpu.Sighting;
import org.gatehouse.gpu.SourceKind;

import static org.assertj.core.api.Assertions.assertThat;

final class EventBookTest {
    private static final GpuIdentity IDENTITY = GpuIdentity.of(3, FakeBoxes.uuid(3), "H100");

    private final ManualTime time = new ManualTime();
    private final EventBook book = new EventBook();

    @Test
    void aHealthyGpuHasNoEvents() {
        for (int i = 0; i < 100; i++) {
            assertThat(take(readings().put(GpuMetric.CLOCK_REASONS, 5).put(GpuMetric.ECC_UNCORRECTED, 9))).isEmpty();
        }
        assertThat(book.events()).isEmpty();
    }

    @Test
    void heatIsOneEventWithABeginningAndAnEnd() {
        take(readings());
        GpuEvent began = single(take(readings().put(GpuMetric.CLOCK_REASONS, 0x40)));
        assertThat(began.symptom()).isEqualTo(new GpuSymptom.ThermalSlowdown(true));
        assertThat(began.active()).isTrue();
        assertThat(began.symptom().severity()).isEqualTo(Severity.CRITICAL);
        assertThat(began.message()).contains("GPU 3 of box").contains(FakeBoxes.uuid(3)).contains("Check the fans");
        for (int second = 0; second < 60; second++) {
            // Clocks that go up and down each second are still one event.
            assertThat(take(readings().put(GpuMetric.CLOCK_REASONS, second % 2 * 0x40))).isEmpty();
        }
        List<GpuEvent> ended = List.of();
        for (int second = 0; second < 40 && ended.isEmpty(); second++) {
            ended = take(readings());
        }
        assertThat(single(ended).active()).isFalse();
        assertThat(single(ended).count()).isEqualTo(1);
        assertThat(single(take(readings().put(GpuMetric.CLOCK_REASONS, 0x40))).count()).isEqualTo(2);
    }

    @Test
    void eachXidIsHeardOfAndTheSameSightingOnlyOnce() {
        Instant at = time.now();
        Sighting xid = new Sighting(FakeBoxes.uuid(3), new GpuSymptom.Xid(31), at, false);
        assertThat(single(take(readings(), xid)).count()).isEqualTo(1);
        assertThat(take(readings(), xid)).isEmpty();
        GpuEvent again = single(take(readings(),
                new Sighting(FakeBoxes.uuid(3), new GpuSymptom.Xid(31), at.plusSeconds(5), false)));
        assertThat(again.count()).isEqualTo(2);
        assertThat(again.firstSeen()).isEqualTo(at);
        assertThat(again.lastSeen()).isEqualTo(at.plusSeconds(5));
        assertThat(again.active()).isFalse();
        assertThat(single(take(readings(),
                new Sighting(FakeBoxes.uuid(3), new GpuSymptom.Xid(79), at.plusSeconds(6), false))).symptom().action())
                .isEqualTo(GpuAction.REBOOT);
    }

    @Test
    void aSourceThatOnlyHasTheLastXidIsWatchedForChanges() {
        assertThat(takeWithoutXids(readings().put(GpuMetric.XID, 31))).isEmpty();
        assertThat(takeWithoutXids(readings().put(GpuMetric.XID, 31))).isEmpty();
        assertThat(single(takeWithoutXids(readings().put(GpuMetric.XID, 79))).symptom())
                .isEqualTo(new GpuSymptom.Xid(79));
    }

    @Test
    void uncorrectedErrorsThatGrowAreOneEventAlsoIfTheSourceReportsThemToo() {
        take(readings().put(GpuMetric.ECC_UNCORRECTED, 1));
        Sighting reported = new Sighting(FakeBoxes.uuid(3), new GpuSymptom.UncorrectedMemoryErrors(), time.now(),
                false);
        assertThat(single(take(readings().put(GpuMetric.ECC_UNCORRECTED, 1), reported)).count()).isEqualTo(1);
        assertThat(take(readings().put(GpuMetric.ECC_UNCORRECTED, 2))).isEmpty();
        time.pass(Duration.ofMinutes(1));
        assertThat(single(take(readings().put(GpuMetric.ECC_UNCORRECTED, 3))).count()).isEqualTo(2);
    }

    @Test
    void repairsThatWaitOrFailedAreEventsOfTheirOwn() {
        List<GpuEvent> events = take(readings().put(GpuMetric.ROW_REMAP_PENDING, 1).put(GpuMetric.ROW_REMAP_FAILED, 1)
                .put(GpuMetric.PAGES_PENDING, 2));
        assertThat(events).extracting(event -> event.symptom().key()).containsExactlyInAnyOrder("row-remap-pending",
                "row-remap-failed", "page-retirement-pending");
        assertThat(events).allMatch(GpuEvent::active);
    }

    @Test
    void aGpuThatVanishesIsLostAndHeardOfWhenItIsBack() {
        take(readings());
        GpuEvent lost = single(take(Gpu.blind(IDENTITY, GpuCondition.LOST), true));
        assertThat(lost.symptom()).isEqualTo(new GpuSymptom.Lost());
        assertThat(lost.active()).isTrue();
        assertThat(take(Gpu.blind(IDENTITY, GpuCondition.LOST), true)).isEmpty();
        assertThat(take(Gpu.blind(IDENTITY, GpuCondition.UNKNOWN), true)).isEmpty();
        List<GpuEvent> back = take(readings());
        assertThat(back).extracting(GpuEvent::symptom).containsExactly(new GpuSymptom.Lost(), new GpuSymptom.Back());
        assertThat(back.getFirst().active()).isFalse();
        assertThat(single(take(Gpu.blind(IDENTITY, GpuCondition.LOST), true)).count()).isEqualTo(2);
    }

    @Test
    void aGpuThatCannotBeReadEndsNothing() {
        take(readings().put(GpuMetric.CLOCK_REASONS, 0x40));
        for (int second = 0; second < 100; second++) {
            assertThat(take(Gpu.blind(IDENTITY, GpuCondition.UNKNOWN), true)).isEmpty();
        }
        assertThat(book.events()).singleElement().matches(GpuEvent::active);
    }

    @Test
    void theBookStaysBoundedWhateverComes() {
        for (int code = 1; code <= 5_000; code++) {
            take(readings(), new Sighting(FakeBoxes.uuid(3), new GpuSymptom.Xid(code), time.now(), false));
        }
        assertThat(book.events()).hasSize(2_000);
        assertThat(book.events().getLast().symptom()).isEqualTo(new GpuSymptom.Xid(5_000));
    }

    private static GpuEvent single(List<GpuEvent> events) {
        assertThat(events).hasSize(1);
        return events.getFirst();
    }

    private static Readings.Builder readings() {
        return new Readings.Builder().put(GpuMetric.TEMPERATURE, 60);
    }

    private List<GpuEvent> take(Readings.Builder readings, Sighting... sightings) {
        return take(gpu(readings), true, sightings);
    }

    private List<GpuEvent> takeWithoutXids(Readings.Builder readings) {
        return take(gpu(readings), false);
    }

    private List<GpuEvent> take(Gpu gpu, boolean reportsXids, Sighting... sightings) {
        time.pass(Duration.ofSeconds(1));
        return book.take(new Sampling.Taken(new GpuSnapshot("box", SourceKind.NVML, false, time.now(), List.of(gpu),
                GpuTopology.unknown(), List.of()), List.of(sightings), reportsXids));
    }

    private static Gpu gpu(Readings.Builder readings) {
        return new Gpu(IDENTITY, GpuCondition.OK, readings.build(), false, List.of(), List.of(), false);
    }
}
