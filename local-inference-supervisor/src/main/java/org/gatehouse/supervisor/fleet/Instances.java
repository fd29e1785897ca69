package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.gatehouse.supervisor.Deployment;
import org.gatehouse.supervisor.EngineSupervisor;
import org.gatehouse.supervisor.Instance;
import org.gatehouse.supervisor.LogLine;
import org.gatehouse.supervisor.StartOutcome;

/** The processes below the fleet, as far as the fleet needs them. Thread-safe. */
interface Instances {

    /** Starts a process; blocks until it runs or was refused. */
    StartOutcome start(Deployment deployment);

    /** Takes an engine of an earlier daemon over that was started for this very deployment; refused if none runs. Starts nothing. */
    StartOutcome adopt(Deployment deployment);

    /** Ends a process and all that it started; blocks until that is done. */
    void stop(String id, Duration grace);

    /** Forgets an instance that rests: its thread and its output. Returns whether nothing of it is left. */
    boolean forget(String id);

    /** One instance as it is now. */
    Optional<Instance> instance(String id);

    /** Whether an engine of this instance runs, be it an earlier daemon's. */
    boolean runs(String id);

    /** Ends what runs of an earlier daemon and was not asked for; blocks until that is done. */
    void endUnclaimed();

    /** Whether engines are held to what they may touch. */
    boolean confines();

    /** All instances as they are now. */
    List<Instance> all();

    /** The newest lines of this one of its processes, oldest first. */
    List<String> lines(String id, long generation, int atMost);

    /** Those of a supervisor. */
    static Instances of(EngineSupervisor supervisor) {
        return new Instances() {
            @Override
            public StartOutcome start(Deployment deployment) {
                return supervisor.start(deployment);
            }

            @Override
            public StartOutcome adopt(Deployment deployment) {
                return supervisor.adopt(deployment);
            }

            @Override
            public void stop(String id, Duration grace) {
                supervisor.stop(id, grace);
            }

            @Override
            public boolean forget(String id) {
                return supervisor.forget(id);
            }

            @Override
            public Optional<Instance> instance(String id) {
                return supervisor.instance(id);
            }

            @Override
            public boolean runs(String id) {
                return supervisor.unclaimed().contains(id)
                        || supervisor.instance(id).filter(instance -> !instance.state().resting()).isPresent();
            }

            @Override
            public void endUnclaimed() {
                try {
                    supervisor.endUnclaimed();
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt(); // The adoption window ends them.
                }
            }

            @Override
            public boolean confines() {
                return supervisor.confines();
            }

            @Override
            public List<Instance> all() {
                return supervisor.instances();
            }

            @Override
            public List<String> lines(String id, long generation, int atMost) {
                return supervisor.log(id, atMost).stream().filter(line -> line.generation() == generation)
                        .map(LogLine::text).toList();
            }
        };
    }
}
