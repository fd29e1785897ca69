package org.gatehouse.gateway.routing.targets;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.health.Bearing;
import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.health.Silence;
import org.gatehouse.governance.snapshot.HealthTerms;

/** The live figures of one target, whichever routes lead there. Thread-safe. */
public final class TargetState {
    /** A load that nobody renewed for so long says nothing. */
    private static final long STALE_NANOS = Duration.ofSeconds(15).toNanos();
    /** Silence is so many times the usual wait for a first byte. */
    private static final double SILENCE = 3;
    private static final int MOST_COLD_LOOKS = 2;
    private static final double SPEED_WEIGHT = 0.1;

    private final UUID id;
    private final HealthTerms terms;
    private final Breaker breaker;
    private final Silence silence = new Silence();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder attempts = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder clientsLeft = new LongAdder();
    private final Map<Cause, LongAdder> failures = new EnumMap<>(Cause.class);
    private final PeakEwma streamed = new PeakEwma();
    private final PeakEwma plain = new PeakEwma();
    private final AtomicInteger plainWaiting = new AtomicInteger();
    private volatile String name = "";
    private volatile double tokensPerSecond;
    private volatile @Nullable LocalLoad load;

    /** A target of which nothing is known yet. */
    public TargetState(UUID id, HealthTerms terms, DoubleSupplier random) {
        this.id = id;
        this.terms = terms;
        this.breaker = new Breaker(terms, random);
        for (Cause cause : Cause.values()) {
            failures.put(cause, new LongAdder());
        }
    }

    /** Its breaker. */
    public Breaker breaker() {
        return breaker;
    }

    /** Calls that are there now. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Whether a call may go there; opens the breaker of one that has fallen silent. */
    public boolean isUsable(long now) {
        if (breaker.state() == Breaker.State.CLOSED && silence.lasts(silenceNanos(), now)) {
            breaker.silent(now);
        }
        return breaker.wouldPass(now);
    }

    /** How long it may say nothing while calls wait. */
    public long silenceNanos() {
        double usual = Math.max(streamed.usual(), plainWaiting.get() > 0 ? plain.usual() : 0);
        return usual == 0
                ? terms.silentWhenUnknown().toNanos()
                : Math.max(terms.silentAfter().toNanos(), (long) (usual * SILENCE));
    }

    /** A call sets out. */
    public void sent(String candidate, boolean asStream, long now) {
        if (!name.equals(candidate)) {
            name = candidate;
        }
        attempts.increment();
        inFlight.incrementAndGet();
        if (!asStream) {
            plainWaiting.incrementAndGet();
        }
        silence.sent(now);
    }

    /** A call that set out waits for its turn: the target owes it no word. */
    public void waits() {
        silence.gaveUp();
    }

    /** Its turn came, or it waits no more. */
    public void goesOut(long now) {
        silence.sent(now);
    }

    /** Its first byte came. */
    public void firstByte(boolean asStream, long nanosSinceSent, long now) {
        if (asStream) {
            streamed.add(nanosSinceSent, now);
        } else {
            plain.add(nanosSinceSent, now);
            plainWaiting.decrementAndGet();
        }
        silence.answered(now);
        breaker.life(now);
    }

    /** More of an answer came. */
    public void life(long now) {
        silence.life(now);
    }

    /** A call is over that never got a byte; a first byte is not told of such a call any more. */
    public void overWithoutByte(boolean asStream, boolean answeredByTarget, long now) {
        if (!asStream) {
            plainWaiting.decrementAndGet();
        }
        if (answeredByTarget) {
            silence.answered(now);
        } else {
            silence.gaveUp();
        }
    }

    /** A call is over, and was answered. */
    public void served(Breaker.Pass pass, double outputTokensPerSecond, long now) {
        inFlight.decrementAndGet();
        answered.increment();
        if (outputTokensPerSecond > 0) {
            double old = tokensPerSecond;
            // A lost race loses a sample of a mean, no more.
            tokensPerSecond = old == 0 ? outputTokensPerSecond : old + SPEED_WEIGHT * (outputTokensPerSecond - old);
        }
        breaker.answered(pass, now);
    }

    /** A call is over, and failed. */
    public void failed(Breaker.Pass pass, Cause cause, @Nullable Duration retryAfter, long now) {
        inFlight.decrementAndGet();
        counter(cause).increment();
        switch (Bearing.of(cause)) {
            case TARGET -> breaker.failed(pass, retryAfter, now);
            case REQUEST, MISFIT -> breaker.answered(pass, now);
            case ACCOUNT, PACE -> breaker.unused(pass);
        }
    }

    /** A call is over that found no room before the target. */
    public void turnedAway(Breaker.Pass pass) {
        inFlight.decrementAndGet();
        counter(Cause.OVERLOADED).increment();
        breaker.unused(pass);
    }

    /** A call is over, because its client left or nobody needs its answer. */
    public void abandoned(Breaker.Pass pass) {
        inFlight.decrementAndGet();
        clientsLeft.increment();
        breaker.unused(pass);
    }

    private LongAdder counter(Cause cause) {
        LongAdder counter = failures.get(cause);
        if (counter == null) {
            throw new IllegalStateException("every cause has its counter");
        }
        return counter;
    }

    /** Nanoseconds to the first byte that a call must expect; negative when too little is known. */
    public double expectedNanos(boolean asStream, long now) {
        PeakEwma mean = asStream ? streamed : plain;
        return mean.isCold() ? -1 : mean.now(now);
    }

    /** Whether a target of unknown speed has calls enough for a first look. */
    public boolean looksUnderWay() {
        return inFlight.get() >= MOST_COLD_LOOKS;
    }

    /** What its engine says of itself. */
    public void load(LocalLoad said) {
        load = said;
    }

    /** What its engine said of itself lately; {@code null} when it said nothing, or long ago. */
    public @Nullable LocalLoad load(long now) {
        LocalLoad said = load;
        return said == null || now - said.at() > STALE_NANOS ? null : said;
    }

    /** All of it at this moment. */
    public TargetView view(long now) {
        Map<Cause, Long> byCause = new EnumMap<>(Cause.class);
        failures.forEach((cause, count) -> {
            if (count.sum() > 0) {
                byCause.put(cause, count.sum());
            }
        });
        return new TargetView(id, name, attempts.sum(), answered.sum(), clientsLeft.sum(), byCause, breaker.state(),
                Duration.ofNanos(breaker.nanosClosed(now)), Duration.ofNanos((long) streamed.now(now)),
                Duration.ofNanos((long) plain.now(now)), tokensPerSecond, inFlight.get(), silence.waiting(),
                load(now));
    }
}
