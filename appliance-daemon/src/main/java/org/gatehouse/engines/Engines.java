package org.gatehouse.engines;

import java.util.List;

import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.supervisor.LogLine;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.PlanAnswer;

/** The engines of this box. Thread-safe. */
public interface Engines extends AutoCloseable {

    /** What would come of a deployment: whether and where it fits, and why. Nothing changes. */
    PlanAnswer plan(DeploymentDraft draft);

    /** Everything as it was at most a tenth of a second ago. */
    FleetView view();

    /** Tries again what failed or was rolled back; false if there is no such deployment. */
    boolean retry(String deployment);

    /** The newest lines of an engine's output, oldest first; none if there is no such instance. */
    List<LogLine> log(String instance, int atMost);

    /** The process ids of all engines that run. */
    List<Long> pids();

    /** Those of one deployment. */
    List<Long> pids(String deployment);

    @Override
    void close();
}
