package org.gatehouse.gpu;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.gatehouse.gpu.SourceCandidate.Opening;

/** A source whose answers a test sets while it is in use. */
public final class ScriptedSource implements GpuSource {
    private final SourceKind kind;
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private volatile boolean there = true;
    private volatile Supplier<Sampling> answer;

    /** Answers with these GPUs until told otherwise. */
    public ScriptedSource(SourceKind kind, Supplier<Sampling> answer) {
        this.kind = kind;
        this.answer = answer;
    }

    /** A candidate that opens this source while it is there. */
    public SourceCandidate candidate() {
        return new SourceCandidate(kind, kind.label(), () -> {
            if (!there) {
                return new Opening.Unavailable(kind.label() + " is away");
            }
            opened.incrementAndGet();
            return new Opening.Opened(this);
        });
    }

    /** Comes or goes. */
    public void there(boolean is) {
        there = is;
        if (!is) {
            answer = () -> new Sampling.Failed(kind.label() + " went away", true);
        }
    }

    /** Comes, and answers so from now on. */
    public void answers(Supplier<Sampling> next) {
        there = true;
        answer = next;
    }

    /** Hangs until the latch opens. */
    public void hangsUntil(CountDownLatch latch) {
        answer = () -> {
            try {
                latch.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return new Sampling.Failed("late", true);
        };
    }

    /** How many times it was opened and not closed again. */
    public int stillOpen() {
        return opened.get() - closed.get();
    }

    /** How many times it was opened. */
    public int openings() {
        return opened.get();
    }

    @Override
    public SourceKind kind() {
        return kind;
    }

    @Override
    public Sampling sample() {
        return answer.get();
    }

    @Override
    public void close() {
        closed.incrementAndGet();
    }

    /** A reading of these GPUs without events of its own. */
    public static Sampling.Taken taken(GpuSnapshot snapshot, Sighting... sightings) {
        return new Sampling.Taken(snapshot, List.of(sightings), true);
    }
}
