package org.gatehouse.usage;

import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.MediaTokens;
import org.gatehouse.store.Database;

/**
 * Reports on what was used, from the rollups alone: their cost does not grow with the number of calls. Sums by minute and
 * by hour are removed after a while; what would need removed ones is refused and never answered with less than there
 * was. Thread-safe.
 */
public final class UsageReport {
    /** A report has this many lines at most; what is beyond is cut and said so. */
    public static final int MOST_LINES = 10_000;

    /**
     * Calls that are not charged by tokens stand on the line of their energy: their own rows have no currency, those of their energy have
     * the one of its price. Found by the day's rows of the same calls, which are there until the day's last report.
     */
    static final String LINE_CURRENCY = """
            CASE WHEN r.currency <> '' OR r.upstream = '' THEN r.currency ELSE COALESCE((
                SELECT CASE WHEN MIN(e.currency) = MAX(e.currency) THEN MIN(e.currency) ELSE '' END
                FROM usage_rollup e WHERE e.grain = 3 AND e.bucket = r.bucket - MOD(r.bucket, 86400)
                    AND e.department_id = r.department_id AND e.project_id = r.project_id AND e.user_id = r.user_id
                    AND e.key_id = r.key_id AND e.scenario = r.scenario AND e.model = r.model AND e.upstream = r.upstream
                    AND e.currency <> '' AND (e.micro_watt_hours > 0 OR e.gpu_micros > 0)), '') END""";

    private final Jdbi jdbi;
    private final Clock clock;

    /** Takes the database, and the clock by which old sums are removed from it. */
    public UsageReport(Database database, Clock clock) {
        this.jdbi = database.jdbi();
        this.clock = clock;
    }

    /** What a report can be split and narrowed by. */
    public enum Dimension {
        DEPARTMENT("department_id", true), PROJECT("project_id", true), USER("user_id", true), KEY("key_id",
                true), SCENARIO("scenario", false), MODEL("model", false), UPSTREAM("upstream", false);

        private final String column;
        private final boolean isId;

        Dimension(String column, boolean isId) {
            this.column = column;
            this.isId = isId;
        }

        String column() {
            return column;
        }

        /** Whether its values are ids, which have names. */
        public boolean isId() {
            return isId;
        }

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Whose usage somebody may see: that of these departments, and that of this user's keys. Immutable.
     *
     * @param user {@code null} for nobody's
     */
    public record Within(Set<UUID> departments, @Nullable UUID user) {

        /** Copies the set. */
        public Within {
            departments = Set.copyOf(departments);
        }

        /** As SQL; ids are hexadecimal digits and dashes, so they stand in the text. */
        String condition() {
            List<String> either = new ArrayList<>();
            departments.forEach(id -> either.add("r.department_id = CAST('" + id + "' AS UUID)"));
            if (user != null) {
                either.add("r.user_id = CAST('" + user + "' AS UUID)");
            }
            return either.isEmpty() ? "1 = 0" : "(" + String.join(" OR ", either) + ")";
        }
    }

    /**
     * What to report. Immutable.
     *
     * @param from the first moment, rounded down to the bucket, or to the minute
     * @param to the first moment behind the end, rounded up likewise
     * @param bucket how finely to cut time; {@code null} for one line over the whole time
     * @param groupBy by what to split
     * @param only values to narrow to: ids as text, names of models, …
     * @param within whose usage whoever asks may see; {@code null} for everybody's
     */
    public record Question(Instant from, Instant to, @Nullable Grain bucket, List<Dimension> groupBy,
            Map<Dimension, String> only, @Nullable Within within) {

        /** About everybody's usage. */
        public Question(Instant from, Instant to, @Nullable Grain bucket, List<Dimension> groupBy,
                Map<Dimension, String> only) {
            this(from, to, bucket, groupBy, only, null);
        }

        /** Checks the order of the times. */
        public Question {
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
            groupBy = List.copyOf(groupBy);
            only = Map.copyOf(only);
            if (!from.isBefore(to)) {
                throw new IllegalArgumentException("'from' must be before 'to'");
            }
        }
    }

    /**
     * One line.
     *
     * @param start of its bucket; {@code null} when time is not cut
     * @param values the dimensions' values by which it was split: ids as text, or names; empty text for none
     * @param names what the ids are called
     * @param currency of the cost; empty when nothing was priced
     */
    public record Line(@Nullable Instant start, Map<Dimension, String> values, Map<Dimension, String> names,
            String currency, Sums sums) {}

    /** What comes of a question. */
    public sealed interface Answer {}

    /**
     * A report.
     *
     * @param from the first moment that is counted in it
     * @param to the first moment that is not counted any more
     * @param truncated whether there were more than {@value #MOST_LINES} lines
     */
    public record Report(Instant from, Instant to, List<Line> lines, boolean truncated) implements Answer {}

    /** What of a question asks for more than is kept. */
    public enum Bound {
        FROM, TO, BUCKET
    }

    /**
     * The question can't be answered exactly: sums that it needs are removed.
     *
     * @param bound what to change
     * @param needed the grain of the removed sums
     * @param keptSince from when on that grain is whole
     * @param finest the finest grain that is whole for the time in question
     */
    public record NotKept(Bound bound, Grain needed, Instant keptSince, Grain finest) implements Answer {}

    /** Answers a question. */
    public Answer answer(Question question) {
        List<Span> spans = Span.of(question.from(), question.to(), question.bucket());
        Report report = jdbi.withHandle(handle -> {
            List<Line> lines = lines(handle, question, spans);
            boolean truncated = lines.size() > MOST_LINES;
            return new Report(Instant.ofEpochSecond(spans.stream().mapToLong(Span::from).min().orElseThrow()),
                    Instant.ofEpochSecond(spans.stream().mapToLong(Span::to).max().orElseThrow()),
                    named(handle, truncated ? lines.subList(0, MOST_LINES) : lines), truncated);
        });
        // Asked after the rows were read: what was removed before that is due by this time.
        Instant now = clock.instant();
        return spans.stream().filter(span -> !span.isKept(now)).findFirst()
                .<Answer>map(span -> new NotKept(span.bound(), span.grain(),
                        Instant.ofEpochSecond(span.grain().keptSince(now)), span.finestKept(now)))
                .orElse(report);
    }

    private static List<Line> lines(Handle handle, Question question, List<Span> spans) {
        List<Source> sources = Source.of(handle, question, spans);
        Query query = handle.createQuery(Source.sql(question, sources) + " LIMIT " + (MOST_LINES + 1));
        for (int i = 0; i < sources.size(); i++) {
            Source source = sources.get(i);
            query.bind("code" + i, source.code()).bind("from" + i, source.from()).bind("to" + i, source.to());
        }
        question.only().forEach((dimension, value) -> {
            if (dimension.isId()) {
                query.bind(dimension.column(), UUID.fromString(value));
            } else {
                query.bind(dimension.column(), value);
            }
        });
        return query.map((row, _) -> {
            Map<Dimension, String> values = new EnumMap<>(Dimension.class);
            for (Dimension dimension : question.groupBy()) {
                String value = row.getString(dimension.column());
                values.put(dimension, value.equals(Bucket.NIL.toString()) ? "" : value);
            }
            return new Line(question.bucket() == null ? null : Instant.ofEpochSecond(row.getLong("bucket")), values,
                    Map.of(), row.getString("line_currency"),
                    new Sums(row.getLong("calls"), row.getLong("refusals"), row.getLong("failures"),
                            row.getLong("estimated"), row.getLong("input_tokens"), row.getLong("output_tokens"),
                            row.getLong("cached_tokens"), row.getLong("cache_writes"), row.getLong("long_cache_writes"),
                            row.getLong("reasoning"),
                            row.getLong("audio_millis"), row.getLong("images"), row.getLong("characters"),
                            new MediaTokens(row.getLong("audio_input_tokens"), row.getLong("image_input_tokens"),
                                    row.getLong("audio_output_tokens"), row.getLong("image_output_tokens")),
                            stripped(row.getBigDecimal("cost")), row.getLong("micro_watt_hours"),
                            row.getLong("gpu_micros"), stripped(row.getBigDecimal("local_cost")),
                            row.getLong("cache_hits"), row.getLong("saved_tokens"),
                            stripped(row.getBigDecimal("saved_cost"))));
        }).list();
    }

    private static BigDecimal stripped(BigDecimal amount) {
        return amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros();
    }

    private static List<Line> named(Handle handle, List<Line> lines) {
        Set<UUID> ids = lines.stream()
                .flatMap(line -> line.values().entrySet().stream()
                        .filter(value -> value.getKey().isId() && !value.getValue().isEmpty())
                        .map(value -> UUID.fromString(value.getValue())))
                .collect(Collectors.toSet());
        if (ids.isEmpty()) {
            return lines;
        }
        Map<String, String> names = new HashMap<>();
        handle.createQuery("SELECT id, name FROM usage_name WHERE id IN (<ids>)").bindList("ids", List.copyOf(ids))
                .map((row, _) -> Map.entry(row.getString("id"), row.getString("name")))
                .forEach(entry -> names.put(entry.getKey(), entry.getValue()));
        return lines.stream().map(line -> {
            Map<Dimension, String> found = new EnumMap<>(Dimension.class);
            line.values().forEach((dimension, value) -> {
                String name = names.get(value);
                if (dimension.isId() && name != null) {
                    found.put(dimension, name);
                }
            });
            return new Line(line.start(), line.values(), found, line.currency(), line.sums());
        }).sorted(Comparator.comparing((Line line) -> line.start() == null ? Instant.EPOCH : line.start())).toList();
    }
}
