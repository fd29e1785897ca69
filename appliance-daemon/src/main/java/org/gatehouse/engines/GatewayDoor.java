package org.gatehouse.engines;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.queue.QueueTerms;
import org.gatehouse.gateway.upstream.LocalEngines;
import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.fleet.Admission;
import org.gatehouse.supervisor.fleet.Demand;
import org.gatehouse.supervisor.fleet.Lease;
import org.gatehouse.supervisor.fleet.Way;

/**
 * The gateway's view of the fleet. Made before the engines are there; until then there is no deployment. Thread-safe; nothing here
 * blocks.
 */
public final class GatewayDoor implements LocalEngines {
    private static final Standing.Refused ABSENT = new Standing.Refused("does not exist on this box");

    private volatile Known known = new Known(null, Map.of());

    /**
     * What is asked.
     *
     * @param demand the fleet; {@code null} while there is none
     * @param deployments by name
     */
    private record Known(@Nullable Demand demand, Map<String, Deployed> deployments) {

        /** The model's name as the fleet knows it. */
        String model(String deployment, String model) {
            Deployed deployed = deployments.get(deployment);
            return !model.isEmpty() ? model : deployed == null ? "" : deployed.mainModel();
        }
    }

    /**
     * What the gateway needs to know of a deployment.
     *
     * @param mainModel its model's name
     * @param queue how calls stand in line for it
     */
    record Deployed(String mainModel, DeploymentDraft.Queue queue) {

        /** As many calls at once as its engines work on, unless somebody said fewer or more. */
        QueueTerms terms(List<Way.Place> places) {
            int each = queue.maxConcurrentCalls();
            int all = places.stream().mapToInt(place -> each == 0 ? place.sequences() : each).sum();
            int ofOne = queue.maxWaitingOfDepartment();
            return QueueTerms.of(Math.max(1, all), queue.maxWaiting(),
                    ofOne == 0 ? (queue.maxWaiting() + 1) / 2 : ofOne);
        }
    }

    /** From now on this fleet is asked, which has these deployments by their names. */
    void follow(Demand demand, Map<String, Deployed> deployments) {
        known = new Known(demand, Map.copyOf(deployments));
    }

    @Override
    public Standing standing(String deployment, String model) {
        Known now = known;
        Demand demand = now.demand();
        Deployed deployed = now.deployments().get(deployment);
        if (demand == null || deployed == null) {
            return ABSENT;
        }
        String main = deployed.mainModel();
        return switch (demand.way(model.isEmpty() ? main : model)) {
            // An adapter may be loaded in some of the engines only; the places are those of all of them.
            case Way.Open(List<Way.Place> places) -> new Standing.Ready(
                    places.stream().map(GatewayDoor::instance).toList(),
                    deployed.terms(!model.isEmpty() && !model.equals(main)
                            && demand.way(main) instanceof Way.Open(List<Way.Place> all) ? all : places));
            case Way.Closed(Admission answer) -> switch (answer) {
                case Admission.Loading(Duration retryAfter, String phase, _, _) -> phase.equals("asleep")
                        ? new Standing.Asleep(retryAfter)
                        : new Standing.Loading(retryAfter);
                case Admission.Refused(Admission.Refusal kind, _) -> new Standing.Refused(switch (kind) {
                    case UNKNOWN_MODEL -> "is not served by the deployment " + deployment;
                    case SWITCHED_OFF -> "is switched off";
                    case FAILED -> "has failed and waits for the box's administrators";
                    case NO_ROOM -> "finds no room on the GPUs";
                    case QUEUE_FULL -> "has too many calls waiting";
                    case CLOSING -> "is closed because the box is shutting down";
                });
                // The fleet says so for what is open only.
                case Admission.Ready _ -> ABSENT;
            };
        };
    }

    private static Instance instance(Way.Place place) {
        return new Instance(place.instance() + "." + place.generation(), switch (place.listen()) {
            case Listen.UnixSocket socket -> "unix:" + socket.path();
            case Listen.LoopbackPort(int port) -> "http://127.0.0.1:" + port + "/v1";
        }, null, place.heedsPriority(), (int) Math.ceil(place.busyness()), place.sequences(), () -> {
            Lease lease = place.enter();
            return lease == null ? null : lease::close;
        });
    }

    @Override
    public void wanted(String deployment, String model) {
        Known now = known;
        Demand demand = now.demand();
        if (demand != null) {
            demand.want(now.model(deployment, model));
        }
    }

    @Override
    public void unreachable(String deployment, String instance) {
        wanted(deployment, ""); // Which lets the fleet look at once.
    }

    @Override
    public Watch onChange(String deployment, String model, Runnable action) {
        Known now = known;
        Demand demand = now.demand();
        if (demand == null) {
            return () -> {};
        }
        Way.Watch watch = demand.watch(now.model(deployment, model), action);
        return watch::close;
    }
}
