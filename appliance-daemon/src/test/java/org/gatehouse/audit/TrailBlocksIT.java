package org.gatehouse.audit;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.TrailSearch.Order;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Summaries of blocks change how fast a search is, never what it finds. */
@ParameterizedClass
@EnumSource(Databases.class)
final class TrailBlocksIT {
    private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");
    private final Databases kind;
    private TrailFixture fixture;
    private final List<CallRecord> calls = new ArrayList<>();

    TrailBlocksIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = TrailFixture.on(kind, directory);
        for (int i = 0; i < 2_300; i++) {
            // Calls do not end in the order of their times, and some end at the same one.
            Instant at = START.plusSeconds((i ^ 5) / 3);
            calls.add(i % 700 == 600 ? fixture.samples().refused(at) : fixture.samples().completed(at));
        }
        fixture.append(calls);
        assertThat(fixture.trail().flush(TrailFixture.SOON)).isTrue();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void finds(String what, TrailFilter filter, Predicate<CallRecord> wanted) {
        List<UUID> all = calls.stream().filter(wanted).map(CallRecord::id).toList();
        for (Order order : Order.values()) {
            for (int size : new int[]{7, 1_000}) {
                List<TrailEntry> found = new ArrayList<>();
                TrailPage.Cursor cursor = null;
                do {
                    TrailPage page = fixture.search().find(filter, order, cursor, size);
                    found.addAll(page.entries());
                    cursor = page.next();
                } while (cursor != null);
                assertThat(found.stream().map(entry -> entry.item().id())).as(what)
                        .containsExactlyInAnyOrderElementsOf(all);
                Comparator<TrailEntry> time = Comparator.comparing(entry -> entry.item().at());
                assertThat(found).as(what).isSortedAccordingTo(order == Order.OLDEST_FIRST ? time : time.reversed());
            }
        }
    }

    private void findsEverything() {
        CallRecord one = calls.get(1_234);
        finds("a model", TrailFilter.any().model(String.valueOf(one.modelAsked())),
                call -> String.valueOf(call.modelAsked()).equals(one.modelAsked()));
        finds("refusals", TrailFilter.any().outcome(Outcome.REFUSED), call -> call.outcome() == Outcome.REFUSED);
        finds("a request", TrailFilter.any().requestId(one.requestId()),
                call -> call.requestId().equals(one.requestId()));
        finds("a trace", TrailFilter.any().traceId(one.traceId()), call -> call.traceId().equals(one.traceId()));
        finds("nothing", TrailFilter.any().model("no such model"), _ -> false);
        UUID department = java.util.Objects.requireNonNull(one.caller()).departmentId();
        finds("a department in a time", TrailFilter.any().department(department).from(START.plusSeconds(100))
                .before(START.plusSeconds(400)),
                call -> call.caller() != null && call.caller().departmentId().equals(department)
                        && !call.at().isBefore(START.plusSeconds(100)) && call.at().isBefore(START.plusSeconds(400)));
    }

    @Test
    void searchesFindTheSameWithoutSomeAndWithAllSummaries() {
        findsEverything();
        assertThat(TrailBlocks.summarise(fixture.fresh().database(), 2)).isEqualTo(2);
        findsEverything();
        assertThat(TrailBlocks.summarise(fixture.fresh().database(), 100)).isEqualTo(2);
        assertThat(TrailBlocks.summarise(fixture.fresh().database(), 100)).isZero();
        findsEverything();
    }

    @Test
    void newRowsAreFoundBeforeTheirBlockIsFull() {
        TrailBlocks.summarise(fixture.fresh().database(), 100);
        CallRecord newest = fixture.samples().refused(START.plusSeconds(5_000));
        fixture.append(List.of(newest));
        TrailPage page = fixture.search().find(TrailFilter.any().outcome(Outcome.REFUSED), Order.NEWEST_FIRST, null,
                1);
        assertThat(page.entries()).extracting(entry -> entry.item().id()).containsExactly(newest.id());
    }
}
