package org.gatehouse.admin;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Reach;
import org.gatehouse.governance.form.About;
import org.gatehouse.usage.Grain;
import org.gatehouse.usage.Sums;
import org.gatehouse.usage.UsageReport;
import org.gatehouse.usage.UsageReport.Dimension;

/** What was used and what it cost. */
final class UsageOperations {
    /** Decimals of a millionth. */
    private static final int MICRO = 6;

    private final UsageReport report;
    private final Clock clock;

    UsageOperations(UsageReport report, Clock clock) {
        this.report = report;
        this.clock = clock;
    }

    /** A report. */
    record Usage(
            @About("The first moment that is counted: what was asked for, rounded down to the bucket or the minute.") Instant from,
            @About("The first moment that is not counted any more, rounded up likewise.") Instant to,
            @About("How finely time is cut; null: not at all.") @Nullable Grain bucket,
            @About("One line a bucket and group.") List<UsageLine> lines,
            @About("Whether there are more lines than an answer holds; narrow the question then.") boolean truncated) {}

    /** A line. */
    record UsageLine(@About("When its bucket starts; null when time is not cut.") @Nullable Instant start,
            @About("The values by which it was split: ids, or names; empty for none.") Map<String, String> by,
            @About("What the ids are called.") Map<String, String> names,
            @About("The currency of the cost; null when nothing was priced.") @Nullable String currency,
            @About("What it cost.") BigDecimal cost, @About("All calls, refused ones included.") long calls,
            @About("Calls that the gateway refused.") long refusals,
            @About("Calls that the upstream failed.") long failures,
            @About("Calls whose usage is an estimate.") long estimated,
            @About("Prompt tokens, cached ones included.") long inputTokens,
            @About("Produced tokens, reasoning ones included.") long outputTokens,
            @About("Prompt tokens read from an upstream's cache.") long cachedInputTokens,
            @About("Prompt tokens written to an upstream's cache.") long cacheWriteTokens,
            @About("How many of those for an hour.") long longCacheWriteTokens,
            @About("Produced tokens that were reasoning.") long reasoningTokens,
            @About("How many of the prompt tokens stood for sound.") long audioInputTokens,
            @About("How many of the produced tokens stood for sound.") long audioOutputTokens,
            @About("How many of the prompt tokens stood for pictures.") long imageInputTokens,
            @About("How many of the produced tokens stood for pictures.") long imageOutputTokens,
            @About("Audio heard or spoken, in ms.") long audioMillis, @About("Pictures made.") long images,
            @About("Characters spoken.") long characters,
            @About("Energy that GPUs took for it, in watt-hours; lines without calls hold what no call can be charged with.") BigDecimal wattHours,
            @About("Time of GPUs that were held for it, in seconds of one GPU.") BigDecimal gpuSeconds,
            @About("What energy and GPU time cost by the price book; beside cost, not in it.") BigDecimal localCost,
            @About("Calls that the box's cache answered.") long cacheHits,
            @About("Tokens that those answers used when they were made; in no other sum.") long savedTokens,
            @About("What that cost; in no other sum.") BigDecimal savedCost) {

        static UsageLine of(UsageReport.Line line) {
            Sums sums = line.sums();
            return new UsageLine(line.start(), words(line.values()), words(line.names()),
                    line.currency().isEmpty() ? null : line.currency(), sums.cost(), sums.calls(), sums.refusals(),
                    sums.failures(), sums.estimated(), sums.inputTokens(), sums.outputTokens(),
                    sums.cachedInputTokens(), sums.cacheWriteTokens(), sums.longCacheWriteTokens(),
                    sums.reasoningTokens(), sums.media().audioInput(), sums.media().audioOutput(),
                    sums.media().imageInput(), sums.media().imageOutput(), sums.audioMillis(),
                    sums.images(), sums.characters(), BigDecimal.valueOf(sums.microWattHours(), MICRO),
                    BigDecimal.valueOf(sums.gpuMicros(), MICRO), sums.localCost(), sums.cacheHits(),
                    sums.savedTokens(), sums.savedCost());
        }

        private static Map<String, String> words(Map<Dimension, String> values) {
            Map<String, String> words = new LinkedHashMap<>();
            values.forEach((dimension, value) -> words.put(dimension.id(), value));
            return words;
        }
    }

    List<Operation> all() {
        List<Parameter> parameters = new ArrayList<>(List.of(
                Parameter.time("from", "The first moment; the beginning of this month (UTC) when not said."),
                Parameter.time("to", "The first moment behind the end; the end of today (UTC) when not said."),
                Parameter.word("bucket",
                        "How finely to cut time; not at all when not said. Sums by minute are kept for "
                                + Grain.MINUTE.kept().toDays() + " days, by hour for " + Grain.HOUR.kept().toDays()
                                + ", by day for ever. What needs sums that are not kept any more is refused with the problem"
                                + " not_kept, which names the finest that are; without buckets whole days (UTC) can always be asked for.",
                        Arrays.stream(Grain.values()).map(Grain::id).toList()),
                Parameter.text("groupBy", "By what to split, with commas between: "
                        + String.join(", ", Arrays.stream(Dimension.values()).map(Dimension::id).toList()) + ".")));
        for (Dimension dimension : Dimension.values()) {
            parameters.add(dimension.isId()
                    ? Parameter.id(dimension.id(), "Only that " + dimension.id() + ".")
                    : Parameter.text(dimension.id(), "Only that " + dimension.id() + "."));
        }
        return List.of(Operation.get(Operation.BASE + "usage", "getUsage", "usage",
                "Sums up what was used and what it cost.", new Operation.Reply.One(200, Usage.class), this::answer)
                .needing(Permission.VIEW_USAGE).reaching(Operation.Reaching.WITHIN)
                .with(parameters.toArray(Parameter[]::new)));
    }

    private Answer answer(Call call) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        Instant from = call.query("from", Instant.class)
                .orElseGet(() -> today.withDayOfMonth(1).atStartOfDay(ZoneOffset.UTC).toInstant());
        // A whole day, so that the day rollups answer, which are never removed.
        Instant to = call.query("to", Instant.class)
                .orElseGet(() -> today.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant());
        if (!from.isBefore(to)) {
            return new Answer.Failed(Problem.invalid("from", "must be before to, which is " + to));
        }
        Optional<Grain> bucket = call.query("bucket", String.class)
                .map(word -> Grain.valueOf(word.toUpperCase(Locale.ROOT)));
        Map<Dimension, String> only = new EnumMap<>(Dimension.class);
        for (Dimension dimension : Dimension.values()) {
            Object value = call.query().get(dimension.id());
            if (value != null) {
                only.put(dimension, value.toString());
            }
        }
        return switch (report
                .answer(new UsageReport.Question(from, to, bucket.orElse(null), groupBy(call), only, within(call)))) {
            case UsageReport.Report found -> Answer.Json.of(new Usage(found.from(), found.to(), bucket.orElse(null),
                    found.lines().stream().map(UsageLine::of).toList(), found.truncated()));
            case UsageReport.NotKept gone -> new Answer.Failed(notKept(gone));
        };
    }

    /** Leads see their departments' usage, developers that of their own keys. */
    private static UsageReport.@Nullable Within within(Call call) {
        return call.reach() instanceof Reach.Parts parts
                ? new UsageReport.Within(parts.departments(), parts.person())
                : null;
    }

    private static Problem notKept(UsageReport.NotKept gone) {
        String finest = gone.finest().id();
        String kept = "since sums by " + gone.needed().id() + " are kept for " + gone.needed().kept().toDays()
                + " days only, back to " + gone.keptSince();
        return switch (gone.bound()) {
            case BUCKET -> Problem.notKept("bucket", "must be " + finest + " or coarser for a time that begins here, "
                    + kept + "; or ask for a later time");
            case FROM -> Problem.notKept("from", "must be on a full " + finest + " (UTC) here, " + kept
                    + "; or ask for a later time");
            case TO -> Problem.notKept("to", "must be on a full " + finest + " (UTC) here, " + kept
                    + "; or ask for a later time");
        };
    }

    private static List<Dimension> groupBy(Call call) {
        List<Dimension> dimensions = new ArrayList<>();
        for (String word : call.query("groupBy", String.class).map(text -> text.split(",", -1))
                .orElseGet(() -> new String[0])) {
            Dimension dimension = Arrays.stream(Dimension.values()).filter(known -> known.id().equals(word.strip()))
                    .findFirst().orElseThrow(() -> new Call.Ended(Problem.invalid("groupBy",
                            "must be some of " + String.join(", ", Arrays.stream(Dimension.values()).map(Dimension::id)
                                    .toList()) + ", with commas between")));
            if (!dimensions.contains(dimension)) {
                dimensions.add(dimension);
            }
        }
        return dimensions;
    }
}
