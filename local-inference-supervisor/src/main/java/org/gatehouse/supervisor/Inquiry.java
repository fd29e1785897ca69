package org.gatehouse.supervisor;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A question to an engine that is asked on a thread of its own, one at a time, so that an actor never waits for an answer. Asked and
 * taken by the actor's thread.
 */
final class Inquiry<T> {
    private final String name;
    private final AtomicReference<@Nullable T> answer = new AtomicReference<>();
    private boolean open;

    Inquiry(String name) {
        this.name = name;
    }

    boolean isOpen() {
        return open;
    }

    /** Asks, unless a question is open already. {@code answered} is called on the other thread when there is an answer. */
    void ask(Supplier<T> question, T ifItFails, Runnable answered) {
        if (open) {
            return;
        }
        open = true;
        Thread.ofVirtual().name(name).start(() -> {
            T got = ifItFails;
            try {
                got = question.get();
            } finally {
                answer.set(got);
                answered.run();
            }
        });
    }

    /** The answer that came since the last call, or {@code null}. */
    @Nullable
    T take() {
        T taken = answer.getAndSet(null);
        if (taken != null) {
            open = false;
        }
        return taken;
    }
}
