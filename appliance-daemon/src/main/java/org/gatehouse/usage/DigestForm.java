package org.gatehouse.usage;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.gatehouse.usage.UsageReport.Dimension;

/**
 * One way in which rows are summed up.
 *
 * @param code what tells its rows from those of other forms
 * @param stretch what is summed up at once
 * @param grain of the rows that are summed up; a day's hours stay apart, the days of a block do not
 * @param kept the dimensions that stay; over the others is summed up
 */
record DigestForm(int code, Stretch stretch, Grain grain, Set<Dimension> kept) {
    private static final int OF_HOURS = 10;
    private static final int OF_BLOCKS = 100;
    /** What is added up, in the table's order. */
    static final List<String> SUMS = List.of("calls", "refusals", "failures", "estimated", "input_tokens",
            "output_tokens", "cached_tokens", "cache_writes", "long_cache_writes", "reasoning",
            "audio_input_tokens", "image_input_tokens", "audio_output_tokens", "image_output_tokens", "audio_millis",
            "images", "characters", "cost", "micro_watt_hours", "gpu_micros", "local_cost", "cache_hits",
            "saved_tokens", "saved_cost");
    /** As columns: the sum of each, under its own name. */
    static final String SUMMED = SUMS.stream().map(sum -> "SUM(r." + sum + ") AS " + sum)
            .collect(Collectors.joining(", "));
    private static final String NIL = "CAST('00000000-0000-0000-0000-000000000000' AS UUID)";

    /** Days or their hours by one dimension alone. */
    static DigestForm by(Dimension dimension, Grain grain) {
        return switch (grain) {
            case DAY -> new DigestForm(dimension.ordinal() + 1, Stretch.DAY, grain, Set.of(dimension));
            case HOUR -> new DigestForm(OF_HOURS + dimension.ordinal() + 1, Stretch.DAY, grain, Set.of(dimension));
            case MINUTE -> throw new IllegalArgumentException("minutes are not summed up");
        };
    }

    /** A block of days with every dimension. */
    static DigestForm ofBlock(Stretch block) {
        return new DigestForm(OF_BLOCKS + block.days(), block, Grain.DAY, EnumSet.allOf(Dimension.class));
    }

    /** All forms that a stretch is summed up in. */
    static List<DigestForm> of(Stretch stretch) {
        return switch (stretch) {
            case DAY -> List.of(Grain.DAY, Grain.HOUR).stream()
                    .flatMap(grain -> List.of(Dimension.values()).stream().map(dimension -> by(dimension, grain)))
                    .toList();
            case BLOCK, LONG_BLOCK -> List.of(ofBlock(stretch));
        };
    }

    /** The statement that sums up the rows between the parameters {@code from} and {@code to}, which are a stretch. */
    String insertion() {
        boolean apart = stretch == Stretch.DAY;
        List<String> kept = List.of(Dimension.values()).stream().filter(this.kept::contains)
                .map(dimension -> "r." + dimension.column()).toList();
        return "INSERT INTO usage_digest (form, bucket, " + columns() + ", line_currency, " + String.join(", ", SUMS)
                + ") SELECT " + code + ", " + (apart ? "r.bucket" : "CAST(:from AS BIGINT)") + ", "
                + List.of(Dimension.values()).stream()
                        .map(dimension -> this.kept.contains(dimension)
                                ? "r." + dimension.column()
                                : dimension.isId() ? NIL : "''")
                        .collect(Collectors.joining(", "))
                + ", r.line_currency, " + SUMMED + " FROM (SELECT r.*, " + UsageReport.LINE_CURRENCY
                + " AS line_currency FROM usage_rollup r WHERE r.grain = " + grain.code()
                + " AND r.bucket >= :from AND r.bucket < :to) AS r GROUP BY " + (apart ? "r.bucket, " : "")
                + String.join(", ", kept) + ", r.line_currency";
    }

    private static String columns() {
        return List.of(Dimension.values()).stream().map(Dimension::column).collect(Collectors.joining(", "));
    }
}
