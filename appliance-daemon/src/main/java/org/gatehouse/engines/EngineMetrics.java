package org.gatehouse.engines;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.FleetView.OfDeployment;
import org.gatehouse.supervisor.fleet.FleetView.OfReplica;
import org.gatehouse.supervisor.fleet.ReplicaPhase;
import org.gatehouse.telemetry.MetricText;

/** Deployments and their engines as a part of the metrics page. Immutable, thread-safe. */
public final class EngineMetrics {
    private static final double PERCENT = 100;

    private final Engines engines;

    /** Takes the engines. */
    public EngineMetrics(Engines engines) {
        this.engines = engines;
    }

    /** A value of a replica; {@code null} where it is not known. */
    private interface Reading {
        @Nullable
        Double of(OfReplica replica);
    }

    /** All lines, each ended; empty when there is no deployment. */
    public String page() {
        FleetView view = engines.view();
        if (view.deployments().isEmpty()) {
            return "";
        }
        MetricText text = new MetricText();
        text.gauge("gatehouse_deployment_replicas_desired", "Engines that shall serve a deployment's model now.");
        view.deployments().forEach(each -> text.sample(each.desired(), labels(each)));
        text.gauge("gatehouse_deployment_replicas_ready", "Engines that serve a deployment's model now.");
        view.deployments().forEach(each -> text.sample(each.ready(), labels(each)));
        text.gauge("gatehouse_deployment_standing", "1 for how the deployment stands.");
        view.deployments().forEach(each -> text.sample(1, "deployment", each.wanted().name(), "model",
                each.wanted().publicName(), "standing", each.standing().name().toLowerCase(Locale.ROOT)));
        text.gauge("gatehouse_deployment_calls_waiting",
                "Calls that wait in the box for their turn, or until the model serves.");
        view.deployments().forEach(each -> text.sample(each.waiting(), labels(each)));
        replicas(text, view, "gatehouse_engine_up", "Whether the engine serves.",
                replica -> replica.phase() == ReplicaPhase.READY ? 1.0 : 0);
        replicas(text, view, "gatehouse_engine_load_ratio", "How far the engine's load has come.",
                replica -> replica.percent() / PERCENT);
        replicas(text, view, "gatehouse_engine_calls", "Calls of this box at the engine.",
                replica -> (double) replica.calls());
        replicas(text, view, "gatehouse_engine_requests_running", "Requests in work, as the engine says.",
                OfReplica::running);
        replicas(text, view, "gatehouse_engine_requests_waiting", "Requests queued in the engine, as it says.",
                OfReplica::waiting);
        replicas(text, view, "gatehouse_engine_kv_cache_usage_ratio", "Share of its KV cache in use, as it says.",
                OfReplica::kvUsage);
        replicas(text, view, "gatehouse_engine_restarts", "Crashes since it last was well for long.",
                replica -> (double) replica.restarts());
        text.gauge("gatehouse_gpu_promised_bytes", "GPU memory that was promised to engines.");
        view.gpus().forEach(gpu -> text.sample(gpu.promisedBytes(), "gpu", gpu.id()));
        return text.toString();
    }

    private static void replicas(MetricText text, FleetView view, String name, String help, Reading reading) {
        text.gauge(name, help);
        for (OfDeployment deployment : view.deployments()) {
            for (OfReplica replica : deployment.replicas()) {
                Double value = reading.of(replica);
                if (value != null) {
                    text.sample(value, "deployment", deployment.wanted().name(), "model",
                            deployment.wanted().publicName(), "instance", replica.id(), "release",
                            deployment.wanted().engine().release());
                }
            }
        }
    }

    private static String[] labels(OfDeployment deployment) {
        return new String[]{"deployment", deployment.wanted().name(), "model", deployment.wanted().publicName()};
    }
}
