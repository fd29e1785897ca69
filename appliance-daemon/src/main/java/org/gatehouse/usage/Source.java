package org.gatehouse.usage;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jdbi.v3.core.Handle;

import org.gatehouse.usage.UsageReport.Dimension;
import org.gatehouse.usage.UsageReport.Question;

/**
 * Rows that a part of a report's time is read from: the sums themselves, or what they are summed up to where that has all that the
 * question is about. The sources of a question hold each call once.
 *
 * @param isDigest whether they are summed up further
 * @param code the form of the digest, or the grain of the sums
 * @param from the first second since the epoch
 * @param to the first second behind it
 */
record Source(boolean isDigest, int code, long from, long to) {
    /** What is summed up may be interrupted by days that were added to; a statement of more pieces than this gains nothing. */
    private static final int MOST = 60;

    /** The sources of a question, in no particular order. */
    static List<Source> of(Handle handle, Question question, List<Span> spans) {
        Set<Dimension> about = about(question);
        List<Source> all = new ArrayList<>();
        for (Span span : spans) {
            List<Source> plain = List.of(new Source(false, span.grain().code(), span.from(), span.to()));
            List<Source> found = plain;
            if (about.size() <= 1 && span.grain() != Grain.MINUTE) {
                // Any dimension's digest has the sum over all of them; departments are the fewest.
                Dimension kept = about.stream().findFirst().orElse(Dimension.DEPARTMENT);
                found = summedUp(handle, found, DigestForm.by(kept, span.grain()));
            } else if (question.bucket() == null && span.grain() == Grain.DAY) {
                for (Stretch block : Stretch.BLOCKS) {
                    found = summedUp(handle, found, DigestForm.ofBlock(block));
                }
            }
            all.addAll(found.size() > MOST ? plain : found);
        }
        return all;
    }

    private static Set<Dimension> about(Question question) {
        Set<Dimension> about = EnumSet.noneOf(Dimension.class);
        about.addAll(question.groupBy());
        about.addAll(question.only().keySet());
        UsageReport.Within within = question.within();
        if (within != null) {
            if (within.user() != null) {
                about.add(Dimension.USER);
            }
            if (!within.departments().isEmpty()) {
                about.add(Dimension.DEPARTMENT);
            }
        }
        return about;
    }

    private static List<Source> summedUp(Handle handle, List<Source> sources, DigestForm form) {
        return sources.stream()
                .flatMap(source -> source.isDigest() ? Stream.of(source) : source.summedUp(handle, form).stream())
                .toList();
    }

    /** The same time, from the digest wherever that is whole. */
    private List<Source> summedUp(Handle handle, DigestForm form) {
        Stretch stretch = form.stretch();
        SortedSet<Long> whole = UsageDigests.whole(handle, stretch, from, to);
        // A block is one row for all its days; of a day's hours some can be read without the others.
        boolean divisible = form.grain() == Grain.HOUR;
        List<Source> parts = new ArrayList<>();
        long reached = from;
        for (long start : whole) {
            long first = Math.max(from, start);
            long end = Math.min(to, start + stretch.seconds());
            if (!divisible && end - first < stretch.seconds()) {
                continue;
            }
            if (!parts.isEmpty() && parts.getLast().isDigest && reached == first) {
                first = parts.removeLast().from;
            } else if (reached < first) {
                parts.add(new Source(false, code, reached, first));
            }
            parts.add(new Source(true, form.code(), first, end));
            reached = end;
        }
        if (reached < to) {
            parts.add(new Source(false, code, reached, to));
        }
        return parts;
    }

    /**
     * The statement that reads them all: a line for each group, in order. Each source is summed up by itself first, so that what is put
     * together is as short as the report. Parameters: {@code code}, {@code from} and {@code to} with the source's number,
     * and each dimension's column to which the question is narrowed.
     */
    static String sql(Question question, List<Source> sources) {
        List<String> groups = new ArrayList<>();
        if (question.bucket() != null) {
            groups.add("bucket");
        }
        question.groupBy().forEach(dimension -> groups.add(dimension.column()));
        groups.add("line_currency");
        String group = String.join(", ", groups);
        String parts = IntStream.range(0, sources.size()).mapToObj(i -> sources.get(i).sql(question, groups, i))
                .collect(Collectors.joining(" UNION ALL "));
        return (sources.size() == 1
                ? parts
                : "SELECT " + group + ", " + DigestForm.SUMMED + " FROM (" + parts + ") AS r GROUP BY " + group)
                + " ORDER BY " + group;
    }

    private String sql(Question question, List<String> groups, int number) {
        String columns = groups.stream()
                .map(column -> isDigest || !column.equals("line_currency")
                        ? "r." + column
                        : UsageReport.LINE_CURRENCY + " AS line_currency")
                .collect(Collectors.joining(", "));
        StringBuilder sql = new StringBuilder("SELECT ").append(columns).append(", ").append(DigestForm.SUMMED)
                .append(isDigest
                        ? " FROM usage_digest r WHERE r.form = :code"
                        : " FROM usage_rollup r WHERE r.grain = :code")
                .append(number).append(" AND r.bucket >= :from").append(number).append(" AND r.bucket < :to")
                .append(number);
        question.only().keySet().forEach(
                dimension -> sql.append(" AND r.").append(dimension.column()).append(" = :")
                        .append(dimension.column()));
        UsageReport.Within within = question.within();
        if (within != null) {
            sql.append(" AND ").append(within.condition());
        }
        return sql.append(" GROUP BY ").append(String.join(", ", groups)).toString();
    }
}
