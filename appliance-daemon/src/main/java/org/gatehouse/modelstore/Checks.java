package org.gatehouse.modelstore;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

import org.gatehouse.supervisor.models.ModelStore;
import org.gatehouse.supervisor.models.Verification;

/**
 * Holds models against their manifests. A full look reads hundreds of gigabytes, so it has a platform thread of its own; at most two run,
 * because they share one disk. Thread-safe.
 */
final class Checks {
    private static final int MOST_AT_ONCE = 2;

    private final CheckFile file;
    private final Clock clock;
    /** Guarded by this, like the set beside it. */
    private final Map<String, ModelCheck> last;
    private final Set<String> running = new HashSet<>();

    Checks(Path file, Clock clock) {
        this.file = new CheckFile(file);
        this.clock = clock;
        this.last = this.file.read();
    }

    synchronized Optional<ModelCheck> last(String id) {
        return Optional.ofNullable(last.get(id));
    }

    synchronized void forget(String id) {
        if (last.remove(id) != null) {
            file.write(ended());
        }
    }

    /** Looks at signature, names and sizes, on the caller's thread. */
    ModelCheck quick(ModelStore store, String id) {
        ModelCheck begun = ModelCheck.running(Verification.Depth.QUICK, clock.instant());
        ModelCheck result = look(store, id, begun);
        keep(id, result);
        return result;
    }

    /**
     * Begins to read every byte.
     *
     * @param whenEnded gets the id and the result, on the thread that read
     * @return false when as many run as may, or this model is being read already
     */
    synchronized boolean full(ModelStore store, String id, BiConsumer<String, ModelCheck> whenEnded) {
        if (running.size() >= MOST_AT_ONCE || !running.add(id)) {
            return false;
        }
        ModelCheck begun = ModelCheck.running(Verification.Depth.FULL, clock.instant());
        last.put(id, begun);
        Thread.ofPlatform().daemon().name("model-check-" + id).start(() -> {
            ModelCheck result = look(store, id, begun);
            synchronized (this) {
                running.remove(id);
            }
            keep(id, result);
            whenEnded.accept(id, result);
        });
        return true;
    }

    private ModelCheck look(ModelStore store, String id, ModelCheck begun) {
        try {
            return switch (store.verify(id, begun.depth())) {
                case Verification.Sound _ -> begun.ended(ModelCheck.State.SOUND, List.of(), clock.instant());
                case Verification.Unsound(_, _, List<Verification.Finding> findings) ->
                    begun.ended(ModelCheck.State.UNSOUND,
                            findings.stream().map(Verification.Finding::message).toList(), clock.instant());
                case Verification.NoSuchModel _ -> begun.ended(ModelCheck.State.FAILED,
                        List.of("The model was removed meanwhile."), clock.instant());
            };
        } catch (IOException e) {
            return begun.ended(ModelCheck.State.FAILED,
                    List.of("The model cannot be read: " + e + ". Check the disk, then verify again."),
                    clock.instant());
        }
    }

    private synchronized void keep(String id, ModelCheck result) {
        ModelCheck before = last.get(id);
        if (before == null || !before.outweighs(result)) {
            last.put(id, result);
        }
        file.write(ended());
    }

    private Map<String, ModelCheck> ended() {
        Map<String, ModelCheck> ended = new java.util.LinkedHashMap<>(last);
        ended.values().removeIf(check -> check.state() == ModelCheck.State.RUNNING);
        return ended;
    }
}
