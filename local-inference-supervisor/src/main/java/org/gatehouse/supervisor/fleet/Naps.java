package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.gatehouse.supervisor.control.Asleep;
import org.gatehouse.supervisor.control.Said;
import org.gatehouse.supervisor.fleet.FleetEvent.Kind;
import org.gatehouse.supervisor.fleet.Replica.Next;

/** Puts engines to sleep and wakes them: the cheap way of swapping. Owned by the fleet's thread. */
final class Naps {
    private static final int KEEP_WEIGHTS = 1;
    private static final int DROP_WEIGHTS = 2;
    /** How often an engine is asked whether it sleeps before it is given up. */
    private static final int QUESTIONS = 5;

    private final World world;
    private final Lifecycle lifecycle;

    Naps(World world, Lifecycle lifecycle) {
        this.world = world;
        this.lifecycle = lifecycle;
    }

    /** How deep it may sleep; 0 if it must be ended instead. */
    int levelFor(Replica replica) {
        if (replica.spec.sleep() == SleepRule.NEVER
                || replica.placement.reservedBytes() <= world.settings.sleeperBytes()) {
            return 0;
        }
        long taken = world.replicas().stream().filter(other -> other != replica && other.sleepLevel == KEEP_WEIGHTS)
                .mapToLong(Replica::weightBytes).sum();
        if (taken + replica.weightBytes() <= world.settings.hostBytesForSleepers()) {
            return KEEP_WEIGHTS;
        }
        return replica.spec.sleep() == SleepRule.MAY_DROP_WEIGHTS ? DROP_WEIGHTS : 0;
    }

    /** Its gate is closed and nobody is inside. */
    void unload(Replica replica, String why) {
        int level = levelFor(replica);
        if (level == 0) {
            lifecycle.retire(replica, why, Next.GONE);
            return;
        }
        replica.sleepLevel = level;
        replica.usedBefore.clear();
        replica.gpus().forEach(gpu -> replica.usedBefore.put(gpu, world.ledger.used(gpu)));
        world.become(replica, ReplicaPhase.FALLING_ASLEEP);
        world.order(replica, () -> world.outside.control().sleep(replica.engine, replica.listen, level),
                fault -> new Said.Failed(String.valueOf(fault)), said -> {
                    switch (said) {
                        case Said.Done _ -> {
                            replica.ordered = true;
                            replica.sinceNanos = world.now(); // From here on its memory must come back.
                        }
                        case Said.Failed(String what) -> failed(replica, "It does not fall asleep: " + what);
                    }
                });
    }

    /** Waits for the memory of one that fell asleep. */
    void advance(Replica replica) {
        if (replica.phase != ReplicaPhase.FALLING_ASLEEP || !replica.ordered) {
            return;
        }
        if (replica.gpus().stream().allMatch(gpu -> gaveBack(replica, gpu))) {
            world.ledger.promise(replica.id, floor(replica));
            world.become(replica, ReplicaPhase.ASLEEP);
            world.event(Kind.ASLEEP, replica, "at level " + replica.sleepLevel);
        } else if (world.passed(replica.sinceNanos, world.settings.reclaim())) {
            failed(replica, "It sleeps and its GPU memory did not come back.");
        }
    }

    private boolean gaveBack(Replica replica, String gpu) {
        long floor = world.settings.sleeperBytes();
        long promised = world.ledger.promisedTo(replica.id).getOrDefault(gpu, 0L);
        Long before = replica.usedBefore.get(gpu);
        boolean fell = before != null && promised > floor
                && world.ledger.used(gpu) <= before - (promised - floor) / 4 * 3;
        return fell || world.ledger.explained(gpu, replica.id, floor);
    }

    private Map<String, Long> floor(Replica replica) {
        Map<String, Long> bytes = new HashMap<>();
        replica.gpus().forEach(gpu -> bytes.put(gpu, world.settings.sleeperBytes()));
        return bytes;
    }

    /** Its full memory is promised to it, and it has the turn to load on its GPUs. */
    void wake(Replica replica) {
        int level = replica.sleepLevel;
        world.become(replica, ReplicaPhase.WAKING);
        replica.startedNanos = world.now();
        world.order(replica, () -> {
            Said said = world.outside.control().wake(replica.engine, replica.listen, level);
            return said instanceof Said.Done
                    && world.outside.control().asleep(replica.engine, replica.listen) == Asleep.YES
                            ? new Said.Failed("it says that it still sleeps")
                            : said;
        }, fault -> new Said.Failed(String.valueOf(fault)), said -> {
            world.ledger.endLoading(replica.id);
            switch (said) {
                case Said.Done _ -> {
                    replica.sleepLevel = 0;
                    Duration took = Duration.ofNanos(world.now() - replica.startedNanos);
                    world.outside.history().took(replica.key, EngineHistory.Step.WAKE, took);
                    world.become(replica, ReplicaPhase.READY);
                    replica.gate.open();
                    world.event(Kind.AWAKE, replica, "after " + took.toMillis() + " ms");
                }
                case Said.Failed(String what) -> failed(replica, "It does not wake: " + what);
            }
        });
    }

    /** Asks an engine of an earlier daemon, which serves, whether it sleeps, and goes on from there. */
    void inherited(Replica replica, Runnable awake) {
        world.become(replica, ReplicaPhase.WAKING);
        ask(replica, QUESTIONS, awake);
    }

    private void ask(Replica replica, int questionsLeft, Runnable awake) {
        world.order(replica, () -> world.outside.control().asleep(replica.engine, replica.listen),
                _ -> Asleep.UNKNOWN, asleep -> {
                    switch (asleep) {
                        case YES -> {
                            replica.inherited = false;
                            // It was told to sleep just before its daemon was killed: then nobody knows how deep. Weights that are
                            // read again do no harm; weights that are not there would be noise.
                            replica.sleepLevel = replica.inheritedSleep == 0 ? DROP_WEIGHTS : replica.inheritedSleep;
                            replica.wasReady = true;
                            world.ledger.inherit(replica.id, floor(replica));
                            world.become(replica, ReplicaPhase.ASLEEP);
                        }
                        case NO -> {
                            replica.inherited = false;
                            replica.sleepLevel = 0;
                            awake.run();
                        }
                        case UNKNOWN -> {
                            // Calls to one that sleeps would wait for ever: it must say so itself.
                            if (questionsLeft > 1) {
                                ask(replica, questionsLeft - 1, awake);
                            } else {
                                failed(replica, "It does not say whether it sleeps.");
                            }
                        }
                    }
                });
    }

    private void failed(Replica replica, String why) {
        replica.lastCause = why;
        replica.sleepLevel = 0;
        world.event(Kind.SLEEP_FAILED, replica, why + " It is ended, and started anew when it is called.");
        lifecycle.retire(replica, why, Next.GONE);
    }
}
