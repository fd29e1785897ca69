package org.gatehouse.supervisor;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

import static org.assertj.core.api.Assertions.fail;

/** Writes down the states that a test's instances go through, and waits for one. */
final class Chronicle implements StateListener {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<EngineState> states = new CopyOnWriteArrayList<>();

    @Override
    public void changed(Instance now, EngineState before) {
        synchronized (states) {
            states.add(now.state());
            states.notifyAll();
        }
    }

    List<EngineState> states() {
        return states;
    }

    /** The names of the states, repeated loading left out. */
    List<String> names() {
        List<String> names = new java.util.ArrayList<>();
        for (EngineState state : states) {
            String name = state.getClass().getSimpleName();
            if (names.isEmpty() || !names.getLast().equals(name)) {
                names.add(name);
            }
        }
        return names;
    }

    <S extends EngineState> S await(Class<S> kind) throws InterruptedException {
        return await(kind, _ -> true, 1);
    }

    /** The {@code count}th state of this kind that fits. */
    <S extends EngineState> S await(Class<S> kind, Predicate<S> fitting, int count) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (states) {
            while (true) {
                List<S> found = states.stream().filter(kind::isInstance).map(kind::cast).filter(fitting).toList();
                if (found.size() >= count) {
                    return found.get(count - 1);
                }
                long millis = Duration.ofNanos(end - System.nanoTime()).toMillis();
                if (millis <= 0) {
                    return fail("no " + kind.getSimpleName() + " number " + count + " among " + states);
                }
                states.wait(millis);
            }
        }
    }
}
