package org.gatehouse.gateway.recording;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallDraft;
import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.InFlightJournal;
import org.gatehouse.audit.Receipt;
import org.gatehouse.audit.RecordedBodies;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailState;
import org.gatehouse.audit.TrailUnavailable;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.snapshot.ModelRoute;

/** The call book over the trail. Thread-safe. Closed, it writes no late rows any more; the next start finds those calls. */
public final class TrailBook implements CallBook, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TrailBook.class.getName());
    private static final Duration LONGEST_WRITE = Duration.ofSeconds(10);

    private final Trail trail;
    private final InFlightJournal inFlight;
    private final InstantSource clock;
    private final Consumer<CallRecord> observer;
    private final LateRows late;

    /**
     * Takes the trail, and where calls are remembered until they are in it.
     *
     * @param observer told of each row once it is durable; must be quick
     */
    public TrailBook(Trail trail, InFlightJournal inFlight, InstantSource clock,
            Consumer<CallRecord> observer) {
        this.trail = trail;
        this.inFlight = inFlight;
        this.clock = clock;
        this.observer = observer;
        this.late = new LateRows(trail, observer);
    }

    /** How many rows could not be written yet. */
    public int lateRows() {
        return late.size();
    }

    @Override
    public Optional<Refusal> refusal() {
        return switch (trail.state()) {
            case TrailState.Healthy _,TrailState.Degraded _ -> Optional.empty();
            case TrailState.Refusing _ -> Optional.of(Refusal.retry(Reason.UNAVAILABLE,
                    "The box cannot record calls at the moment and so carries none. Try again in a while; its administrators see why.",
                    Duration.ofSeconds(5)));
        };
    }

    @Override
    public Flight takeOff(Exchange exchange) {
        Arrival arrival = exchange.arrival();
        ModelRoute.Target target = exchange.target();
        return new RememberedFlight(inFlight.open(new CallDraft(arrival.id(), arrival.trace().traceId(),
                arrival.requestId(), arrival.at(), Callers.of(exchange.key()), arrival.clientAddress().getHostAddress(),
                arrival.dialect().name(), arrival.surface().id(), exchange.request().streamed(), arrival.scenario(),
                exchange.route().name(), target.upstreamModel(), target.upstream().name(),
                target.upstream().simulated(), exchange.likelyPromptTokens())));
    }

    @Override
    public boolean write(CallRecord row, byte @Nullable [] request, byte @Nullable [] reply, int keptDays,
            @Nullable Flight flight) {
        RecordedBodies bodies = request == null && reply == null
                ? null
                : new RecordedBodies(request, reply, clock.instant().plus(Duration.ofDays(keptDays)));
        Receipt receipt = null;
        try {
            receipt = trail.appendAwaited(row, bodies);
            receipt.awaitDurable(LONGEST_WRITE);
        } catch (TrailUnavailable e) {
            LOG.log(System.Logger.Level.ERROR, "A call could not be recorded (trace {0}): {1}", row.traceId(),
                    e.getMessage());
            if (flight != null) {
                late.take(row, receipt, flight);
            }
            return false;
        }
        observer.accept(row);
        return true;
    }

    @Override
    public void close() {
        late.close();
    }

    private static final class RememberedFlight implements Flight {
        private final InFlightJournal.Slot slot;
        private final AtomicBoolean landed = new AtomicBoolean();

        private RememberedFlight(InFlightJournal.Slot slot) {
            this.slot = slot;
        }

        @Override
        public void progress(long inputTokens, long outputTokens) {
            slot.progress(inputTokens, outputTokens);
        }

        @Override
        public void land() {
            if (landed.compareAndSet(false, true)) {
                slot.close();
            }
        }

        @Override
        public boolean landed() {
            return landed.get();
        }
    }
}
