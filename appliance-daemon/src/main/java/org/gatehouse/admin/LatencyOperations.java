package org.gatehouse.admin;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.usage.Grain;
import org.gatehouse.usage.Latencies;
import org.gatehouse.usage.LatencyHistogram;

/** How long calls took. */
final class LatencyOperations {
    private static final int MOST_LINES = 10_000;

    private final Latencies latencies;
    private final Clock clock;

    LatencyOperations(Latencies latencies, Clock clock) {
        this.latencies = latencies;
        this.clock = clock;
    }

    /** A report. */
    record Latency(
            @About("The first moment that is counted: what was asked for, rounded down to the bucket.") Instant from,
            @About("The first moment that is not counted any more.") Instant to,
            @About("One line a bucket and group.") List<LatencyLine> lines,
            @About("Whether there are more lines than an answer holds.") boolean truncated) {}

    /** A line. */
    record LatencyLine(@About("When its bucket starts; null when time is not cut.") @Nullable Instant start,
            @About("The model; null when it is not split by models.") @Nullable String model,
            @About("The upstream; null when it is not split by upstreams.") @Nullable String upstream,
            @About("To the first byte of the answer.") LatencyPercentiles firstByte,
            @About("To the end of the call.") LatencyPercentiles total) {}

    /** Times, each at most a tenth off. */
    record LatencyPercentiles(@About("Calls that were completed.") long calls,
            @About("Within which half of them were done, in ms.") double p50,
            @About("Within which 95 of 100 were done, in ms.") double p95,
            @About("Within which 99 of 100 were done, in ms.") double p99) {

        static LatencyPercentiles of(LatencyHistogram histogram) {
            return new LatencyPercentiles(histogram.calls(), histogram.quantileMillis(0.5),
                    histogram.quantileMillis(0.95), histogram.quantileMillis(0.99));
        }
    }

    Operation operation() {
        return Operation.get(Operation.BASE + "usage/latency", "getLatency", "usage",
                "How long calls took, by model and upstream: to the first byte and in all, as percentiles.",
                new Operation.Reply.One(200, Latency.class), this::answer).needing(Permission.VIEW_USAGE)
                .with(Parameter.time("from", "The first moment; a day ago when not said."),
                        Parameter.time("to", "The first moment behind the end; now when not said."),
                        Parameter.word("bucket", "How finely to cut time; not at all when not said. Hours are kept for "
                                + Grain.HOUR.kept().toDays() + " days, days for ever.", List.of("hour", "day")),
                        Parameter.text("groupBy", "By what to split, with commas between: model, upstream."),
                        Parameter.text("model", "Only that model."), Parameter.text("upstream", "Only that upstream."));
    }

    private Answer answer(Call call) {
        Instant to = call.query("to", Instant.class).orElseGet(clock::instant);
        Instant from = call.query("from", Instant.class).orElseGet(() -> to.minus(1, ChronoUnit.DAYS));
        if (!from.isBefore(to)) {
            return new Answer.Failed(Problem.invalid("from", "must be before to"));
        }
        Set<String> groups = Set.copyOf(List.of(call.query("groupBy", String.class).orElse("").split(",", -1)));
        if (!Set.of("model", "upstream", "").containsAll(groups)) {
            return new Answer.Failed(
                    Problem.invalid("groupBy", "must be some of model, upstream, with a comma between"));
        }
        String bucket = call.query("bucket", String.class).orElse(null);
        boolean hoursKept = from.isAfter(clock.instant().minus(Grain.HOUR.kept()));
        if ("hour".equals(bucket) && !hoursKept) {
            return new Answer.Failed(Problem.notKept("bucket", "must be day for a time that begins here, since hours"
                    + " are kept for " + Grain.HOUR.kept().toDays() + " days only; or ask for a later time"));
        }
        Grain grain = "day".equals(bucket) || !hoursKept ? Grain.DAY : Grain.HOUR;
        List<Latencies.Line> lines = latencies.report(new Latencies.Question(from, to, grain, bucket != null,
                groups.contains("model"), groups.contains("upstream"), call.query("model", String.class).orElse(null),
                call.query("upstream", String.class).orElse(null)));
        long seconds = grain == Grain.DAY ? 86_400 : 3_600;
        Instant begin = Instant.ofEpochSecond(Math.floorDiv(from.getEpochSecond(), seconds) * seconds);
        return Answer.Json.of(new Latency(begin, to, lines.stream().limit(MOST_LINES)
                .map(line -> new LatencyLine(line.start(), line.model(), line.upstream(),
                        LatencyPercentiles.of(line.firstByte()), LatencyPercentiles.of(line.total())))
                .toList(), lines.size() > MOST_LINES));
    }
}
