package org.gatehouse.daemon;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.LiveQueues;
import org.gatehouse.gateway.queue.QueueView;
import org.gatehouse.gateway.upstream.Berths;
import org.gatehouse.telemetry.MetricText;

/** The queues before deployments, in the admin API's words and as a part of the metrics page. Thread-safe. */
record LiveLines(Berths berths) implements LiveQueues {
    private static final String INTERACTIVE = "interactive";
    private static final String BATCH = "batch";

    @Override
    public @Nullable Line line(String deployment) {
        QueueView view = berths.queues().get(deployment);
        return view == null
                ? null
                : new Line(view.places(), view.served(), view.waiting(), view.waitingBatch(),
                        view.waitingByDepartment(), view.holdTime(),
                        view.turnedAway().values().stream().mapToLong(Long::longValue).sum());
    }

    /** All lines, each ended; empty before the first call to a deployment. */
    String page() {
        Map<String, QueueView> queues = berths.queues();
        if (queues.isEmpty()) {
            return "";
        }
        MetricText text = new MetricText();
        text.gauge("gatehouse_queue_places", "Calls that a deployment's engines get at once.");
        queues.forEach((name, queue) -> text.sample(queue.places(), "deployment", name));
        text.gauge("gatehouse_queue_running", "Calls that have such a place.");
        queues.forEach((name, queue) -> text.sample(queue.served(), "deployment", name));
        text.gauge("gatehouse_queue_waiting", "Calls that wait for one, by class.");
        queues.forEach((name, queue) -> text
                .sample(queue.waiting() - queue.waitingBatch(), "deployment", name, "class", INTERACTIVE)
                .sample(queue.waitingBatch(), "deployment", name, "class", BATCH));
        text.counter("gatehouse_queue_turned_away_total", "Calls that were told to come back later, by reason.");
        queues.forEach((name, queue) -> queue.turnedAway().forEach((why, count) -> text.sample(count, "deployment",
                name, "reason", why.name().toLowerCase(Locale.ROOT))));
        text.counter("gatehouse_queue_gave_up_total",
                "Calls that left the line: their time was up, or their clients left.");
        queues.forEach((name, queue) -> text.sample(queue.gaveUp(), "deployment", name));
        text.histogram("gatehouse_queue_wait_seconds", "How long calls waited for their places, by class.");
        queues.forEach((name, queue) -> {
            waits(text, queue.interactiveWaits(), name, INTERACTIVE);
            waits(text, queue.batchWaits(), name, BATCH);
        });
        return text.toString();
    }

    private static void waits(MetricText text, QueueView.Waits waits, String deployment, String ofClass) {
        text.steps(QueueView.STEPS, waits.counts(), waits.seconds(),
                List.of("deployment", deployment, "class", ofClass));
    }
}
