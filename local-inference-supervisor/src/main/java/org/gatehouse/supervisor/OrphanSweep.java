package org.gatehouse.supervisor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Ends what an earlier daemon left behind and nobody takes over, so that no orphan holds a GPU and no engine runs twice. Touches only
 * processes that a manifest proves to be ours.
 */
final class OrphanSweep {
    private static final System.Logger LOG = System.getLogger(OrphanSweep.class.getName());
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(25);

    private final ManifestStore manifests;
    private final Backends backends;
    private final Host host;

    OrphanSweep(ManifestStore manifests, Backends backends, Host host) {
        this.manifests = manifests;
        this.backends = backends;
        this.host = host;
    }

    /** Whether this is an engine that may go on, and does. */
    boolean canBeAdopted(Manifest manifest) {
        return manifest.lifetime() == Lifetime.OUTLIVES_DAEMON && Family.of(host.processes(), manifest).rootLives();
    }

    /** Ends all of them side by side and returns who they were. Takes at most the grace and the 15 s that SIGKILL is given. */
    List<Orphan> end(List<Manifest> left, Duration grace) throws IOException, InterruptedException {
        List<Callable<Orphan>> endings = left.stream().<Callable<Orphan>>map(manifest -> () -> end(manifest, grace))
                .toList();
        List<Orphan> orphans = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Orphan> ending : threads.invokeAll(endings)) {
                Orphan orphan = ending.get();
                if (!orphan.pids().isEmpty()) {
                    orphans.add(orphan);
                }
            }
        } catch (ExecutionException e) {
            throw new IOException("The engines of an earlier daemon cannot be looked for", e.getCause());
        }
        return orphans;
    }

    /** Ends one. */
    Orphan end(Manifest manifest, Duration grace) throws InterruptedException {
        Family family = Family.of(host.processes(), manifest);
        Set<Long> found = Set.copyOf(family.living(true));
        if (!found.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "An engine of an earlier daemon still runs: instance " + manifest.id()
                    + ", processes " + found + "; ending it");
        }
        Backend backend = backends.of(manifest);
        Ending ending = new Ending(family, backend.ender(family, manifest.unit()), host.nanoTime(), grace);
        Ending.Progress progress = found.isEmpty() ? Ending.Progress.ENDED : ending.step();
        while (progress == Ending.Progress.GOING_ON) {
            Thread.sleep(BETWEEN_LOOKS);
            progress = ending.step();
        }
        boolean ended = progress == Ending.Progress.ENDED;
        if (ended) {
            unlink(manifest);
            backend.cleared(manifest.id(), manifest.unit());
            manifests.delete(manifest.id());
        } else {
            LOG.log(System.Logger.Level.ERROR, "Instance " + manifest.id() + " of an earlier daemon cannot be ended: "
                    + "processes " + ending.survivors() + " ignore SIGKILL; reset the GPU or reboot the box");
        }
        return new Orphan(manifest.id(), found.stream().sorted().toList(), ended);
    }

    private static void unlink(Manifest manifest) {
        if (manifest.socket().toString().isEmpty()) {
            return;
        }
        try {
            SocketFiles.unlink(manifest.socket());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "A stale socket cannot be removed: " + manifest.socket(), e);
        }
    }
}
