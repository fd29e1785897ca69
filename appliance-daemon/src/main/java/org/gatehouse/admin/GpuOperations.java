package org.gatehouse.admin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.gatehouse.admin.GpuViews.GpuEvents;
import org.gatehouse.admin.GpuViews.GpuList;
import org.gatehouse.admin.GpuViews.GpuNode;
import org.gatehouse.admin.GpuViews.GpuPast;
import org.gatehouse.admin.GpuViews.GpuPoint;
import org.gatehouse.admin.GpuViews.GpuView;
import org.gatehouse.compute.GpuHours;
import org.gatehouse.compute.Gpus;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.monitor.GpuHistory;
import org.gatehouse.gpu.monitor.GpuMinute;

/** The GPUs: as they are, as they were, what happened to them. */
final class GpuOperations {
    private static final String PATH = Operation.BASE + "gpus";
    private static final int MOST_EVENTS = 1_000;
    /** About 4 MB of JSON. */
    private static final int MOST_VALUES = 100_000;
    private static final List<String> GRAINS = List.of("second", "minute", "hour");
    private static final List<GpuMetric> USUAL = List.of(GpuMetric.UTILISATION, GpuMetric.MEMORY_USED,
            GpuMetric.TEMPERATURE, GpuMetric.POWER, GpuMetric.SM_CLOCK, GpuMetric.SM_ACTIVE, GpuMetric.TENSOR_ACTIVE,
            GpuMetric.DRAM_ACTIVE, GpuMetric.ENERGY);

    private final Gpus gpus;
    private final Clock clock;

    GpuOperations(Gpus gpus, Clock clock) {
        this.gpus = gpus;
        this.clock = clock;
    }

    List<Operation> all() {
        return List.of(
                Operation.get(PATH, "listGpus", "gpus", "Every GPU as it was read last.",
                        new Operation.Reply.One(200, GpuList.class), _ -> Answer.Json.of(list())),
                Operation.get(PATH + "/events", "listGpuEvents", "gpus",
                        "What happened to GPUs: errors, heat, losses, and what to do about them.",
                        new Operation.Reply.One(200, GpuEvents.class), this::events)
                        .with(Parameter.time("from",
                                "Only what was seen then or later; what was seen in the last 90 days when not said.")),
                Operation.get(PATH + "/{gpu}", "getGpu", "gpus", "One GPU as it was read last.",
                        new Operation.Reply.One(200, GpuView.class), this::one),
                Operation.get(PATH + "/{gpu}/history", "getGpuHistory", "gpus", "How a GPU did before.",
                        new Operation.Reply.One(200, GpuPast.class), this::past)
                        .with(Parameter.time("from",
                                "The first moment; ten minutes, a day or a week back, by the grain, when not said."),
                                Parameter.time("to", "The first moment behind the end; now when not said."),
                                Parameter.word("grain",
                                        "What a point stands for; minute when not said. Seconds are kept"
                                                + " for 10 minutes, minutes for a week.",
                                        GRAINS),
                                Parameter.text("metrics",
                                        "Which values, with commas between; the usual ones for a chart"
                                                + " when not said.")))
                .stream().map(operation -> operation.needing(Permission.VIEW_BOX)).toList();
    }

    private GpuList list() {
        return new GpuList(gpus.snapshots().stream().map(snapshot -> GpuNode.of(snapshot, gpus.ownership())).toList(),
                gpus.trouble());
    }

    private Answer one(Call call) {
        String id = id(call);
        return gpus.find(id).<Answer>map(
                found -> Answer.Json.of(GpuView.of(found.snapshot(), found.gpu(), gpus.ownership())))
                .orElseGet(() -> new Answer.Failed(unknown(id)));
    }

    private Answer events(Call call) {
        Instant from = call.query("from", Instant.class).orElseGet(() -> clock.instant().minus(Duration.ofDays(90)));
        return Answer.Json.of(GpuEvents.of(gpus.events(from, MOST_EVENTS + 1), MOST_EVENTS));
    }

    private Answer past(Call call) {
        String id = id(call);
        String grain = call.query("grain", String.class).orElse("minute");
        Instant to = call.query("to", Instant.class).orElseGet(clock::instant);
        Instant from = call.query("from", Instant.class).orElseGet(() -> to.minus(usual(grain)));
        if (!from.isBefore(to)) {
            return new Answer.Failed(Problem.invalid("from", "must be before to, which is " + to));
        }
        List<GpuMetric> metrics = metrics(call);
        String node = gpus.nodeOf(id).orElseThrow(() -> new Call.Ended(unknown(id)));
        List<GpuMinute> points = switch (grain) {
            case "second" -> gpus.seconds(node, id, from, to);
            case "hour" -> GpuHours.of(gpus.minutes(node, id, from, to));
            default -> gpus.minutes(node, id, from, to);
        };
        if ((long) points.size() * metrics.size() * 2 > MOST_VALUES) {
            return new Answer.Failed(Problem.invalid("from", "asks for " + points.size() + " points of "
                    + metrics.size() + " metrics; ask for a shorter time, a coarser grain or fewer metrics"));
        }
        Map<String, String> units = new LinkedHashMap<>();
        metrics.forEach(metric -> units.put(GpuViews.word(metric), GpuViews.word(metric.unit())));
        return Answer.Json.of(new GpuPast(id, node, from, to, grain, units,
                points.stream().map(point -> GpuPoint.of(point, metrics)).toList()));
    }

    private static Duration usual(String grain) {
        return switch (grain) {
            case "second" -> GpuHistory.SECONDS_KEPT;
            case "hour" -> Duration.ofDays(7);
            default -> Duration.ofDays(1);
        };
    }

    private static List<GpuMetric> metrics(Call call) {
        String given = call.query("metrics", String.class).orElse("");
        if (given.isEmpty()) {
            return USUAL;
        }
        List<GpuMetric> metrics = new ArrayList<>();
        for (String word : given.split(",", -1)) {
            GpuMetric metric = Arrays.stream(GpuMetric.values())
                    .filter(one -> GpuViews.word(one).equals(word.strip())).findFirst()
                    .orElseThrow(() -> new Call.Ended(Problem.invalid("metrics",
                            "must be names of metrics as GET /api/v1/gpus lists them, with commas between; '"
                                    + word.strip() + "' is none")));
            if (!metrics.contains(metric)) {
                metrics.add(metric);
            }
        }
        return metrics;
    }

    private static String id(Call call) {
        return Objects.requireNonNull(call.path().get("gpu"));
    }

    private Problem unknown(String id) {
        String trouble = gpus.trouble();
        return Problem.absent("There is no GPU " + id + ". "
                + (trouble.isEmpty() ? "GET /api/v1/gpus lists those that there are." : trouble));
    }
}
