package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.control.Models;
import org.gatehouse.supervisor.control.Probe;
import org.gatehouse.supervisor.fleet.FleetEvent.Kind;

/** Asks a new replica for real answers before callers do, and measures a changed one beside the earlier. Owned by the fleet's thread. */
final class Probation {
    private static final int QUESTIONS = 3;
    private static final int COMPARED = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** Less than this is the noise of a busy box. */
    private static final long NOISE_NANOS = 20_000_000;

    private final World world;

    /**
     * What was found out.
     *
     * @param why what is wrong; empty if nothing
     * @param best the best answer time in nanoseconds; 0 if none was measured
     * @param models what it serves; {@code null} if it did not say
     */
    private record Report(String why, long best, @Nullable Models models) {}

    Probation(World world) {
        this.world = world;
    }

    /** Asks it; whatever is wrong with it for good goes to {@code unfit}. */
    void probe(DeploymentState state, Replica replica, Consumer<String> unfit) {
        if (replica.ordered || world.now() - replica.notBefore < 0) {
            return;
        }
        replica.ordered = true;
        world.order(replica, () -> ask(replica, QUESTIONS), fault -> new Report(String.valueOf(fault), 0, null),
                report -> {
                    if (!report.why().isEmpty()) {
                        boolean onDemand = replica.engine.capabilities().loadsOnDemand();
                        Duration patience = onDemand ? state.wanted.timing().longestLoad() : PATIENCE;
                        if (world.passed(replica.sinceNanos, patience)) {
                            unfit.accept("It is well and answers no call: " + report.why() + ". Read its log.");
                        } else {
                            replica.ordered = false;
                            replica.notBefore = world.now() + PAUSE.toNanos();
                        }
                        return;
                    }
                    replica.latency = Duration.ofNanos(report.best());
                    if (report.models() instanceof Models.Served(var names)) {
                        replica.adapters = Adapters.known(replica, state, names);
                    }
                    if (onTrial(state, replica)) {
                        world.become(replica, ReplicaPhase.ON_TRIAL);
                    } else {
                        ready(state, replica);
                    }
                });
    }

    private Report ask(Replica replica, int times) {
        long best = 0;
        for (int question = 0; question < times; question++) {
            switch (world.outside.control().probe(replica.engine, replica.listen, replica.spec.publicName())) {
                case Probe.Answered(Duration after) ->
                    best = best == 0 ? after.toNanos() : Math.min(best, after.toNanos());
                case Probe.Failed(String why) -> {
                    return new Report(why.isEmpty() ? "no answer" : why, 0, null);
                }
            }
        }
        return new Report("", best, world.outside.control().models(replica.engine, replica.listen));
    }

    /** Whether it is the first of a changed definition, and another one served before. */
    static boolean onTrial(DeploymentState state, Replica replica) {
        return state.proven != null && !Fingerprint.of(state.proven).equals(replica.fingerprint)
                && state.replicas.stream().noneMatch(other -> other.phase == ReplicaPhase.READY
                        && other.fingerprint.equals(replica.fingerprint));
    }

    /** Measures it beside one that serves, or against what was measured last. */
    void compare(DeploymentState state, Replica replica, Consumer<String> unfit) {
        if (replica.ordered) {
            return;
        }
        replica.ordered = true;
        List<Replica> others = state.in(ReplicaPhase.READY);
        Replica other = others.isEmpty() ? null : others.getFirst();
        long earlier = state.provenLatency;
        world.order(replica, () -> {
            // One after the other in turns, so that what else the box does disturbs both.
            long mine = 0;
            long theirs = other == null ? earlier : 0;
            for (int turn = 0; turn < COMPARED; turn++) {
                Report report = ask(replica, 1);
                if (!report.why().isEmpty()) {
                    return "It answers no call: " + report.why() + ".";
                }
                mine = least(mine, report.best());
                theirs = other == null ? theirs : least(theirs, ask(other, 1).best());
            }
            long limit = Math.max((long) (theirs * world.settings.worsening()), theirs + NOISE_NANOS);
            return theirs > 0 && mine > limit
                    ? "Its best answer took " + mine / 1_000_000 + " ms, that of the earlier one " + theirs / 1_000_000
                            + " ms."
                    : "";
        }, fault -> "It could not be compared: " + fault + ".", why -> {
            if (why.isEmpty()) {
                ready(state, replica);
            } else {
                unfit.accept(why);
            }
        });
    }

    private static long least(long one, long other) {
        return one == 0 ? other : other == 0 ? one : Math.min(one, other);
    }

    /** It serves from now on. */
    void ready(DeploymentState state, Replica replica) {
        replica.wasReady = true;
        replica.percent = 100;
        world.become(replica, ReplicaPhase.READY);
        replica.gate.open();
        world.event(Kind.READY, replica,
                "after " + Duration.ofNanos(world.now() - replica.startedNanos).toMillis() + " ms");
        ModelDeployment target = state.target();
        if (replica.fingerprint.equals(Fingerprint.of(target))) {
            state.provenLatency = replica.latency == null ? 0 : replica.latency.toNanos();
            if (state.proven == null) {
                state.proven = target;
            }
        }
    }
}
