package org.gatehouse.gateway.upstream;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.queue.FairQueue;
import org.gatehouse.gateway.queue.QueueTerms;
import org.gatehouse.gateway.queue.QueueView;
import org.gatehouse.gateway.upstream.LocalEngines.Instance;
import org.gatehouse.gateway.upstream.LocalEngines.Standing;

/**
 * Where calls to the box's own deployments lie: whose turn it is, which instance has the least to do, how many calls each
 * has in flight, and how many wait for a deployment that loads. Thread-safe.
 */
public final class Berths {
    /** Most calls that wait for one deployment; each holds a connection, a body and a reservation. */
    private static final int MOST_WAITING = 256;

    private final LocalEngines engines;
    private final LongSupplier nanoTime;
    private final int mostWaiting;
    private final ConcurrentHashMap<String, Integer> inFlight = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Integer> waiting = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, FairQueue> queues = new ConcurrentHashMap<>();
    private final AtomicInteger turns = new AtomicInteger();

    /** Takes who knows the engines, and the clock of waits. */
    public Berths(LocalEngines engines, LongSupplier nanoTime) {
        this(engines, nanoTime, MOST_WAITING);
    }

    /** With another bound on the calls that wait for one deployment. */
    public Berths(LocalEngines engines, LongSupplier nanoTime, int mostWaiting) {
        this.engines = engines;
        this.nanoTime = nanoTime;
        this.mostWaiting = mostWaiting;
    }

    /** One call's search for an engine, for a call whose upstream is a deployment; to be used on the call's thread. */
    public BerthSearch search(Exchange exchange) {
        String deployment = exchange.target().upstream().deployment();
        if (deployment == null) {
            throw new IllegalStateException("the upstream has an address of its own");
        }
        return new BerthSearch(this, engines, exchange, deployment, nanoTime);
    }

    /** How many calls are at an instance through this gateway. */
    public int inFlight(String instance) {
        return inFlight.getOrDefault(instance, 0);
    }

    /** How many calls wait for a deployment: for their turn, or for an engine that serves. */
    public int waiting(String deployment) {
        FairQueue queue = queues.get(deployment);
        return waiting.getOrDefault(deployment, 0) + (queue == null ? 0 : queue.waiting());
    }

    /** How the queue of each deployment stands that had a call. */
    public Map<String, QueueView> queues() {
        Map<String, QueueView> views = new TreeMap<>();
        queues.forEach((deployment, queue) -> views.put(deployment, queue.view()));
        return views;
    }

    /** Forgets the queues of all deployments but these; calls that are in one leave it as ever. */
    void retain(Set<String> deployments) {
        queues.keySet().retainAll(deployments);
    }

    /** The queue of a deployment, with these bounds from now on. */
    FairQueue queue(String deployment, QueueTerms terms) {
        FairQueue queue = queues.get(deployment);
        if (queue == null) {
            queue = queues.computeIfAbsent(deployment, _ -> new FairQueue(terms, nanoTime));
        }
        queue.bounds(terms);
        return queue;
    }

    /** An instance that serves now, for a question beside a call; empty when none does. */
    Optional<Instance> any(String deployment, String model) {
        return engines.standing(deployment, model) instanceof Standing.Ready ready
                ? Optional.ofNullable(leastBusy(ready.instances(), Set.of()))
                : Optional.empty();
    }

    /**
     * The one with the least to do. What an engine says of its load is seconds old, what is in flight from here is not:
     * the greater of the two counts. Equals take turns.
     */
    @Nullable
    Instance leastBusy(List<Instance> instances, Set<String> except) {
        Instance best = null;
        int least = Integer.MAX_VALUE;
        int start = Math.floorMod(turns.getAndIncrement(), instances.size());
        for (int i = 0; i < instances.size(); i++) {
            Instance instance = instances.get((start + i) % instances.size());
            int load = Math.max(instance.load(), inFlight(instance.name()));
            if (load < least && !except.contains(instance.name())) {
                best = instance;
                least = load;
            }
        }
        return best;
    }

    /** Takes a place at an instance; {@code null} when it takes no more calls. */
    @Nullable
    Berth take(Instance instance) {
        Runnable leave = instance.door().enter();
        if (leave == null) {
            return null;
        }
        inFlight.merge(instance.name(), 1, Integer::sum);
        return new Berth(instance, () -> {
            giveBack(inFlight, instance.name());
            leave.run();
        });
    }

    /** A place at the one with the least to do; {@code null} when none of them takes a call. */
    @Nullable
    Berth takeLeastBusy(List<Instance> instances, Set<String> except) {
        Set<String> closed = new HashSet<>(except);
        while (true) {
            Instance best = leastBusy(instances, closed);
            Berth berth = best == null ? null : take(best);
            if (best == null || berth != null) {
                return berth;
            }
            closed.add(best.name()); // It is about to sleep or end.
        }
    }

    /** Counts one more that waits for an engine; false when as many do as may. */
    boolean waitForEngine(String deployment) {
        int now = waiting.merge(deployment, 1, Integer::sum);
        if (now > mostWaiting) {
            endWait(deployment);
            return false;
        }
        return true;
    }

    void endWait(String deployment) {
        giveBack(waiting, deployment);
    }

    private static void giveBack(ConcurrentHashMap<String, Integer> counts, String name) {
        counts.computeIfPresent(name, (_, count) -> count == 1 ? null : count - 1);
    }
}
