package org.gatehouse.bench.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Mode {@code report}: every target of the product with what was measured against it, then the figures behind it and who
 * was busy while they were taken. A row that nothing was measured for says so instead of passing.
 */
final class Report {
    static final Set<String> OPTIONS = Set.of("results", "subject");
    private static final double LOAD_IS_BUSY = 0.9;
    private static final double MACHINE_IS_SHARED = 0.3;

    private enum Kind {
        AT_LEAST, BELOW, EXACTLY
    }

    private record Row(String what, Kind kind, double target, String unit, double measured, String detail) {
        String verdict() {
            if (Double.isNaN(measured)) {
                return "not measured";
            }
            boolean reached = switch (kind) {
                case AT_LEAST -> measured >= target;
                case BELOW -> measured < target;
                case EXACTLY -> measured == target;
            };
            return reached ? "PASS" : "FAIL";
        }

        String wanted() {
            return switch (kind) {
                case AT_LEAST -> ">= ";
                case BELOW -> "< ";
                case EXACTLY -> "= ";
            } + plain(target) + unit;
        }
    }

    private final Measurements all;
    private final String subject;
    private final PrintStream out;
    private final List<String> remarks = new ArrayList<>();

    private Report(Measurements all, String subject, PrintStream out) {
        this.all = all;
        this.subject = subject;
        this.out = out;
    }

    /** Prints the report; 1 if a row failed, else 0. */
    static int run(Arguments arguments, PrintStream out) throws IOException {
        Path directory = Path.of(arguments.required("results"));
        Path machine = directory.resolve("machine.txt");
        if (Files.exists(machine)) {
            out.println(Files.readString(machine).strip());
            out.println();
        }
        return new Report(Measurements.in(directory), arguments.text("subject", "gatehouse"), out).print();
    }

    private int print() {
        List<Row> rows = rows();
        out.println("| what | target | measured | ratio to target | verdict | detail |");
        out.println("| --- | --- | --- | --- | --- | --- |");
        for (Row row : rows) {
            boolean measured = !Double.isNaN(row.measured);
            out.println(
                    "| " + row.what + " | " + row.wanted() + " | " + (measured ? plain(row.measured) + row.unit : "")
                            + " | " + (measured && row.target != 0 ? plain(row.measured / row.target) : "") + " | "
                            + row.verdict()
                            + " | " + row.detail + " |");
        }
        figures();
        List<String> invalid = all.invalid();
        if (!invalid.isEmpty()) {
            out.println();
            out.println("Runs with failures in them; their figures do not count as reached:");
            invalid.forEach(line -> out.println("- " + line));
        }
        if (!remarks.isEmpty()) {
            out.println();
            out.println("Mind when reading them:");
            remarks.forEach(line -> out.println("- " + line));
        }
        return !invalid.isEmpty() || rows.stream().anyMatch(row -> row.verdict().equals("FAIL")) ? 1 : 0;
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("requests/s at c=64, of nginx's", Kind.AT_LEAST, 0.35, "",
                all.ratio("c64", subject, "nginx", "requests_per_s"), pair("c64", "requests_per_s", "nginx", "/s")));
        rows.add(new Row("translated streams/s, of the same dialect's", Kind.AT_LEAST, 0.6, "",
                all.ratio("translated", subject + "-messages", subject, "requests_per_s"),
                pair("translated", "requests_per_s", subject + "-messages", "/s")));
        rows.add(new Row("CPU a request at c=64", Kind.BELOW, 110, " us",
                all.median("c64", subject, "target_cpu_us_per_request"),
                pair("c64", "target_cpu_us_per_request", "nginx", " us")));
        rows.add(new Row("CPU a chunk at 500 streams", Kind.BELOW, 60, " us",
                all.median("streams500", subject, "target_cpu_us_per_chunk"),
                pair("streams500", "target_cpu_us_per_chunk", "nginx", " us")));
        rows.add(new Row("latency added at c=1, p50", Kind.BELOW, 0.3, " ms",
                all.added("c1", subject, "direct", "latency_p50_ms"), pair("c1", "latency_p50_ms", "direct", " ms")));
        rows.add(new Row("latency added at c=1, p99", Kind.BELOW, 2, " ms",
                all.added("c1", subject, "direct", "latency_p99_ms"), pair("c1", "latency_p99_ms", "direct", " ms")));
        rows.add(new Row("first byte added, 100 streams, p50", Kind.BELOW, 1, " ms",
                all.added("streams100", subject, "direct", "first_byte_p50_ms"),
                pair("streams100", "first_byte_p50_ms", "direct", " ms")));
        rows.add(new Row("streams that failed, 500 at once", Kind.EXACTLY, 0, "",
                all.sum("streams500", subject, "failed"),
                "at most open at once: " + plain(all.largest("streams500", subject, "streams_open_at_most"))));
        rows.add(new Row("lag added per chunk, 500 streams, p99", Kind.BELOW, 10, " ms",
                all.added("streams500", subject, "direct", "lag_p99_ms"),
                pair("streams500", "lag_p99_ms", "direct", " ms")));
        for (String how : List.of("stream_fin", "stream_rst", "plain_fin", "plain_rst")) {
            rows.add(new Row("upstream cancelled after leaving, " + how.replace('_', ' ') + ", max", Kind.BELOW, 300,
                    " ms", cancelled(how), pair("cancel", how + "_p50_ms", "nginx", " ms p50")));
        }
        rows.add(new Row("quota race: overshoot, tokens", Kind.EXACTLY, 0, "",
                all.largest("quota-race", subject, "overshoot_tokens"), rounds("quota-race")));
        rows.add(new Row("quota race: leak, tokens", Kind.EXACTLY, 0, "",
                all.largest("quota-race", subject, "leaked_tokens"), rounds("quota-race")));
        rows.add(new Row("quota race: tokens that the engine produced beyond the quota", Kind.EXACTLY, 0, "",
                all.largest("quota-race", subject, "unbilled_tokens"), ""));
        rows.add(new Row("kill -9: completed calls without a row", Kind.EXACTLY, 0, "",
                all.sum("kill9", subject, "missing_rows"),
                rounds("kill9") + ", completed calls " + plain(all.sum("kill9", subject, "completed"))));
        rows.add(new Row("kill -9: rows there twice", Kind.EXACTLY, 0, "", all.sum("kill9", subject, "double_rows"),
                ""));
        rows.add(new Row("kill -9: rounds whose chain did not verify", Kind.EXACTLY, 0, "",
                all.sum("kill9", subject, "chain_broken"), ""));
        rows.add(new Row("kill -9: tokens between usage and the sum of rows", Kind.EXACTLY, 0, "",
                all.largest("kill9", subject, "usage_differs_tokens"), ""));
        rows.add(new Row("kill -9: tokens between quota and the sum of rows", Kind.EXACTLY, 0, "",
                all.largest("kill9", subject, "leaked_tokens") + all.largest("kill9", subject, "overshoot_tokens"),
                ""));
        rows.add(new Row("ready after start, warm, p50", Kind.BELOW, 2000, " ms",
                all.median("startup", subject, "ready_p50_ms"),
                "max " + plain(all.largest("startup", subject, "ready_max_ms")) + " ms"));
        rows.add(
                new Row("resident memory, idle", Kind.BELOW, 250, " MB", all.largest("startup", subject, "idle_rss_mb"),
                        "anonymous " + plain(all.largest("startup", subject, "idle_rss_anon_mb")) + ", files "
                                + plain(all.largest("startup", subject, "idle_rss_file_mb"))));
        rows.add(new Row("resident memory, peak at 500 streams", Kind.BELOW, 600, " MB",
                all.largest("streams500", subject, "target_rss_peak_mb"), ""));
        return rows;
    }

    /** The largest time; infinite if a call was never given up, because then no time is small enough. */
    private double cancelled(String how) {
        return all.sum("cancel", subject, how + "_failed") > 0
                ? Double.POSITIVE_INFINITY
                : all.largest("cancel", subject, how + "_max_ms");
    }

    private String pair(String name, String figure, String base, String unit) {
        double own = all.median(name, subject, figure);
        double other = all.median(name, base, figure);
        return Double.isNaN(own)
                ? ""
                : plain(own) + unit + (Double.isNaN(other) ? "" : ", " + base + " " + plain(other) + unit);
    }

    private String rounds(String name) {
        int rounds = all.rounds(name);
        return rounds == 0 ? "run bench/compare/" + name : rounds + " rounds";
    }

    private void figures() {
        for (String name : all.cases()) {
            if (all.targetsOf(name).stream()
                    .allMatch(target -> Double.isNaN(all.median(name, target, "load_cpu_cores")))) {
                continue;
            }
            boolean streams = name.startsWith("streams");
            String unit = streams ? "chunk" : "request";
            String time = streams ? "lag" : "latency";
            out.println();
            out.println("Case " + name + ", median of " + all.rounds(name) + " rounds:");
            out.println();
            out.println("| target | " + unit + "s/s | " + time + " p50 ms | p99 ms | "
                    + (streams ? "first byte p50 ms | " : "")
                    + "CPU us a " + unit + " | peak MB | cores: target | upstream | load | others |");
            out.println("| --- |" + " --- |".repeat(streams ? 10 : 9));
            for (String target : all.targetsOf(name)) {
                out.println("| " + target + " | " + shown(name, target, unit + "s_per_s") + " | "
                        + shown(name, target, time + "_p50_ms") + " | " + shown(name, target, time + "_p99_ms") + " | "
                        + (streams ? shown(name, target, "first_byte_p50_ms") + " | " : "")
                        + shown(name, target, "target_cpu_us_per_" + unit) + " | "
                        + shown(name, target, "target_rss_peak_mb") + " | " + shown(name, target, "target_cpu_cores")
                        + " | " + shown(name, target, "upstream_cpu_cores") + " | "
                        + shown(name, target, "load_cpu_cores") + " | " + shown(name, target, "others_cpu_cores")
                        + " |");
                remark(name, target);
            }
        }
    }

    private void remark(String name, String target) {
        double load = all.median(name, target, "load_cpu_cores");
        if (name.equals("c64") && load > LOAD_IS_BUSY) {
            remarks.add(name + ", " + target + ": the generator used " + plain(load)
                    + " cores; if it had one, this rate is the generator's and not the target's");
        }
        double others = all.largest(name, target, "others_cpu_cores");
        if (others > MACHINE_IS_SHARED) {
            remarks.add(name + ", " + target + ": other programs used " + plain(others)
                    + " cores in a round; a quiet machine is needed for figures that are shown to anybody");
        }
    }

    private String shown(String name, String target, String figure) {
        double value = all.median(name, target, figure);
        return Double.isNaN(value) ? "" : plain(value);
    }

    private static String plain(double value) {
        if (Double.isNaN(value)) {
            return "?";
        } else if (Double.isInfinite(value)) {
            return "never";
        }
        double size = Math.abs(value);
        return String.format(Locale.ROOT,
                value == Math.rint(value) || size >= 1000 ? "%.0f" : size >= 10 ? "%.1f" : "%.3f",
                value);
    }
}
