package org.gatehouse.compute;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.gpu.GpuEvent;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuSymptom;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.monitor.GpuMinute;
import org.gatehouse.store.Database;
import org.gatehouse.store.Databases;
import org.gatehouse.store.SteppedClock;

import static org.assertj.core.api.Assertions.assertThat;

/** What is kept of GPUs, on both databases. */
@ParameterizedClass
@EnumSource(Databases.class)
final class GpuStoreIT {
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

    private final Databases kind;
    private final Notes trail = new Notes();
    private final SteppedClock clock = new SteppedClock(NOON);
    private Databases.Fresh fresh;

    GpuStoreIT(Databases kind) {
        this.kind = kind;
    }

    /** A trail that takes records, unless it is told to fail. */
    private static final class Notes implements AdminTrail {
        final List<AdminRecord> records = new ArrayList<>();
        boolean away;

        @Override
        public UUID node() {
            return new UUID(0, 1);
        }

        @Override
        public void append(AdminRecord action) {
            if (away) {
                throw new IllegalStateException("the trail is away");
            }
            records.add(action);
        }

        @Override
        public boolean holds(AdminRecord action) {
            return records.contains(action);
        }
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fresh = kind.fresh(directory);
    }

    @AfterEach
    void close() {
        fresh.close();
    }

    private GpuKeeper keeper() {
        Database database = fresh.database();
        return new GpuKeeper(new MinuteRows(database), new EventRows(database), trail, clock, UUID::randomUUID);
    }

    private static GpuMinute minute(String node, String uuid, Instant start, double watts) {
        Readings readings = new Readings.Builder().put(GpuMetric.POWER, watts).put(GpuMetric.ENERGY, 1L << 50).build();
        return new GpuMinute(node, uuid, start, 60, readings, readings);
    }

    @Test
    void minutesOfEachGpuComeBackInOrderAlsoAfterARestart() {
        GpuKeeper keeper = keeper();
        for (int i = 0; i < 30; i++) {
            keeper.keep(List.of(minute("a", "GPU-0", NOON.plusSeconds(60L * i), 100 + i),
                    minute("b", "GPU-0", NOON.plusSeconds(60L * i), 500)));
        }
        keeper.work();

        List<GpuMinute> read = keeper().minutes("a", "GPU-0", NOON.plusSeconds(60), NOON.plusSeconds(300));

        assertThat(read).extracting(GpuMinute::start).containsExactly(NOON.plusSeconds(60), NOON.plusSeconds(120),
                NOON.plusSeconds(180), NOON.plusSeconds(240));
        assertThat(read.getFirst().mean().value(GpuMetric.POWER)).hasValue(101);
        assertThat(read.getFirst().mean().whole(GpuMetric.ENERGY)).hasValue(1L << 50);
        assertThat(read.getFirst().mean().has(GpuMetric.TEMPERATURE)).isFalse();
        assertThat(keeper().minutes("c", "GPU-0", Instant.MIN, Instant.MAX)).isEmpty();
    }

    @Test
    void minutesAreKeptForAWeekAndNoLonger() {
        GpuKeeper keeper = keeper();
        keeper.keep(List.of(minute("a", "GPU-0", NOON, 1), minute("a", "GPU-0", NOON.plus(Duration.ofDays(3)), 2)));
        keeper.work();
        clock.set(NOON.plus(MinuteRows.KEPT).plus(Duration.ofMinutes(1)));

        keeper.work();

        assertThat(keeper.minutes("a", "GPU-0", Instant.EPOCH, Instant.MAX)).extracting(GpuMinute::start)
                .containsExactly(NOON.plus(Duration.ofDays(3)));
    }

    @Test
    void whileTheDatabaseIsAwayMinutesWaitUpToABound() {
        GpuKeeper keeper = keeper();
        for (int i = 0; i < 20_010; i++) {
            keeper.keep(List.of(minute("a", "GPU-0", NOON.plusSeconds(60L * i), 1)));
        }

        assertThat(keeper.lostMinutes()).isEqualTo(10);
    }

    @Test
    void eventsSurviveARestartAsTheyStoodAndLastNoLonger() {
        GpuKeeper keeper = keeper();
        keeper.tell(event(new GpuSymptom.Xid(79), NOON, 1, false));
        keeper.tell(event(new GpuSymptom.ThermalSlowdown(true), NOON.plusSeconds(5), 1, true));
        keeper.work();
        EventRows rows = new EventRows(fresh.database());
        assertThat(rows.since(NOON, 10)).extracting(StoredEvent::symptom, StoredEvent::active).containsExactly(
                org.assertj.core.groups.Tuple.tuple("thermal-hardware", true),
                org.assertj.core.groups.Tuple.tuple(new GpuSymptom.Xid(79).key(), false));

        rows.endAll(List.of("box"));

        assertThat(rows.since(Instant.EPOCH, 10)).hasSize(2).noneMatch(StoredEvent::active);
        assertThat(rows.since(NOON.plusSeconds(1), 10)).hasSize(1);
    }

    @Test
    void eachTurnOfAnEventIsInTheTrailAndABurstIsNot() {
        GpuKeeper keeper = keeper();
        for (int i = 1; i <= 500; i++) {
            keeper.tell(event(new GpuSymptom.Xid(31), NOON.plusMillis(i), i, false));
        }
        keeper.tell(event(new GpuSymptom.PowerBrake(), NOON, 1, true));
        keeper.tell(event(new GpuSymptom.PowerBrake(), NOON, 1, false));
        keeper.work();

        assertThat(trail.records).extracting(AdminRecord::action).containsExactly("alert", "alert", "recover");
        assertThat(trail.records).allSatisfy(record -> {
            assertThat(record.actor()).isEqualTo("system:gpus");
            assertThat(record.objectType()).isEqualTo("gpus");
            assertThat(record.objectId()).isEqualTo("GPU-0");
        });
        assertThat(trail.records.getFirst().after()).contains("\"symptom\":\"" + new GpuSymptom.Xid(31).key());
        assertThat(new EventRows(fresh.database()).since(NOON, 10)).anyMatch(event -> event.times() == 500);
        clock.set(NOON.plus(Duration.ofMinutes(11)));
        keeper.tell(event(new GpuSymptom.Xid(31), NOON, 501, false));
        keeper.work();
        assertThat(trail.records).hasSize(4);
    }

    @Test
    void aRecordThatTheTrailDidNotTakeIsWrittenLaterAndOnce() {
        GpuKeeper keeper = keeper();
        keeper.tell(event(new GpuSymptom.Xid(79), NOON, 1, false));
        trail.away = true;
        keeper.work();
        trail.away = false;
        keeper.work();
        keeper.work();

        assertThat(trail.records).hasSize(1);
    }

    private static GpuEvent event(GpuSymptom symptom, Instant seen, long count, boolean active) {
        return new GpuEvent("box", "GPU-0", 0, symptom, NOON, seen, count, active);
    }
}
