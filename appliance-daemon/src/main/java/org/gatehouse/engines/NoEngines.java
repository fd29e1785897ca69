package org.gatehouse.engines;

import java.time.Clock;
import java.util.List;

import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.supervisor.LogLine;
import org.gatehouse.supervisor.fleet.DeploymentProblem;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.PlanAnswer;

/** A box that runs no engines of its own: deployments can be written down, and nothing comes of them. */
public final class NoEngines implements Engines {
    private final Clock clock;

    /** One by that clock. */
    public NoEngines(Clock clock) {
        this.clock = clock;
    }

    @Override
    public PlanAnswer plan(DeploymentDraft draft) {
        return new PlanAnswer.Invalid(List.of(new DeploymentProblem(DeploymentProblem.Kind.ENGINE_UNKNOWN, "engine",
                "This box runs no engines of its own.",
                "Set an engine up in the settings and start the daemon again.")));
    }

    @Override
    public FleetView view() {
        return new FleetView(clock.instant(), List.of(), List.of());
    }

    @Override
    public boolean retry(String deployment) {
        return false;
    }

    @Override
    public List<LogLine> log(String instance, int atMost) {
        return List.of();
    }

    @Override
    public void close() {}
}
