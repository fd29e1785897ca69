package org.gatehouse.gateway.recording;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.audit.CallProjection;
import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.InFlightJournal;
import org.gatehouse.audit.JournalSettings;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailEntry;
import org.gatehouse.audit.TrailFilter;
import org.gatehouse.audit.TrailSearch;
import org.gatehouse.audit.TrailSettings;
import org.gatehouse.audit.TrailState;
import org.gatehouse.audit.TrailUnavailable;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.ACall;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;

import static org.assertj.core.api.Assertions.assertThat;

/** A trail that takes no records for a while loses nothing that calls have used. */
final class TrailBookIT {
    private final SampleCalls samples = new SampleCalls(5);
    private final List<CallRecord> observed = new CopyOnWriteArrayList<>();
    private volatile boolean stuck;
    private Databases.Fresh fresh;
    private SecretBox secrets;
    private Trail trail;
    private InFlightJournal inFlight;
    private TrailBook book;
    @TempDir
    Path directory;

    @BeforeEach
    void open() {
        fresh = Databases.H2.fresh(directory);
        secrets = SecretBox.open(fresh.database(), directory.resolve("secret"), new SecureRandom(), Clock.systemUTC());
        openTrail();
    }

    private void openTrail() {
        CallProjection sums = (_, _) -> {
            if (stuck) {
                throw new java.sql.SQLException("stuck by the test");
            }
        };
        trail = Trail.open(fresh.database(), secrets,
                new TrailSettings(new JournalSettings(directory.resolve("journal"), 1 << 20, 2 << 20), 1_000,
                        Duration.ofMinutes(5)),
                List.of(sums), Clock.systemUTC(), new Ids());
        inFlight = InFlightJournal.open(directory.resolve("journal"), Clock.systemUTC());
        book = new TrailBook(trail, inFlight, Clock.systemUTC(), observed::add);
    }

    @AfterEach
    void close() {
        stuck = false;
        book.close();
        inFlight.close();
        trail.close();
        fresh.close();
    }

    @Test
    void callThatCouldNotBeRecordedIsRecordedWhenTheTrailTakesRecordsAgain() {
        List<CallRecord> rows = strand(3);
        assertThat(inFlight.size()).isEqualTo(3);
        assertThat(book.lateRows()).isEqualTo(3);

        stuck = false;

        await(() -> inFlight.size() == 0, "a call stays in flight");
        assertThat(book.lateRows()).isZero();
        assertThat(trail.flush(Duration.ofSeconds(10))).isTrue();
        for (CallRecord row : rows) {
            CallRecord late = recorded(row);
            assertThat(late.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(late.errorCode()).isEqualTo("service_unavailable");
            assertThat(late.usage()).isEqualTo(row.usage());
            assertThat(late.cost()).isEqualTo(row.cost());
            assertThat(late.startedAt()).isEqualTo(row.startedAt());
        }
        assertThat(observed).extracting(CallRecord::id).as("each once")
                .containsExactlyElementsOf(rows.stream().map(CallRecord::id).toList());
    }

    @Test
    void callThatIsStillNotRecordedAtAStopIsFoundByTheNextStart() {
        CallRecord row = strand(1).getFirst();
        book.close();
        inFlight.close();
        stuck = false;
        trail.close();

        openTrail();

        int settled = inFlight.recover(trail, new TrailSearch(fresh.database(), trail),
                call -> call.draft().interrupted(
                        Usage.tokens(call.inputTokens(), call.outputTokens(), Usage.Source.ESTIMATED), null,
                        call.livedMicros()));
        assertThat(settled).isEqualTo(1);
        assertThat(trail.flush(Duration.ofSeconds(10))).isTrue();
        assertThat(recorded(row).outcome()).isEqualTo(Outcome.INTERRUPTED);
    }

    @Test
    void refusalThatCouldNotBeRecordedLeavesNothingBehind() {
        fill();
        assertThat(book.write(samples.refused(Instant.now()), null, null, 0, null)).isFalse();
        assertThat(book.lateRows()).isZero();
    }

    private List<CallRecord> strand(int calls) {
        List<CallBook.Flight> flights = new ArrayList<>();
        List<CallRecord> rows = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            Exchange exchange = ACall.chat("").routed();
            flights.add(book.takeOff(exchange));
            rows.add(rowOf(exchange));
        }
        fill();
        for (int i = 0; i < calls; i++) {
            assertThat(book.write(rows.get(i), null, null, 0, flights.get(i))).isFalse();
        }
        observed.clear();
        return rows;
    }

    private CallRecord rowOf(Exchange exchange) {
        CallRecord any = samples.completed(Instant.now());
        return new CallRecord(exchange.arrival().id(), any.traceId(), any.requestId(), any.startedAt(), any.caller(),
                any.clientAddress(), any.dialect(), any.surface(), any.streamed(), any.scenario(), any.modelAsked(),
                any.modelServed(), any.upstream(), any.simulated(), 200, Outcome.COMPLETED, null, any.usage(),
                any.cost(), any.firstByteMicros(), any.totalMicros(), null, null);
    }

    /** Until the journal holds as much as may wait for the database. */
    private void fill() {
        stuck = true;
        try {
            while (!(trail.state() instanceof TrailState.Refusing)) {
                List<org.gatehouse.audit.Receipt> receipts = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    receipts.add(trail.append(samples.completed(Instant.now()), null));
                }
                receipts.forEach(receipt -> receipt.awaitDurable(Duration.ofSeconds(10)));
            }
        } catch (TrailUnavailable _) {
            assertThat(trail.state()).isInstanceOf(TrailState.Refusing.class);
        }
    }

    private CallRecord recorded(CallRecord row) {
        List<TrailEntry> found = new TrailSearch(fresh.database(), trail)
                .find(TrailFilter.any().id(row.id()), TrailSearch.Order.NEWEST_FIRST, null, 10).entries();
        assertThat(found).as("once").hasSize(1);
        return (CallRecord) found.getFirst().item();
    }

    private static void await(BooleanSupplier condition, String otherwise) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(otherwise).isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
