package org.gatehouse.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What came of every step, as a page for people. A run of some rounds replaces their rows and leaves the others as they were, each with the
 * version that it is about. Written after each step, so that a run that is stopped has told what it saw. One thread.
 */
final class ResultTable {
    private static final String BEGIN = "| round | step | outcome | seconds | found | version |";
    private static final String RULE = "| --- | --- | --- | ---: | --- | --- |";

    private static @Nullable ResultTable ofThisRun;

    private final Path page;
    private final Map<String, List<Row>> rows = new LinkedHashMap<>();
    private final List<String> begunRounds = new ArrayList<>();

    /**
     * A step that was taken.
     *
     * @param seconds how long it took
     * @param found what it has to tell
     * @param version of the image
     */
    record Row(String round, String step, String outcome, long seconds, String found, String version) {

        private String line() {
            return "| " + String.join(" | ", round, cell(step), outcome, Long.toString(seconds), cell(found), version)
                    + " |";
        }

        private static String cell(String text) {
            return text.replace("|", "\\|").replace("\n", " ");
        }

        private static Row of(String line) {
            String[] cells = line.substring(1, line.length() - 1).split("(?<!\\\\)\\|", -1);
            return new Row(cells[0].strip(), cells[1].strip().replace("\\|", "|"), cells[2].strip(),
                    Long.parseLong(cells[3].strip()), cells[4].strip().replace("\\|", "|"), cells[5].strip());
        }
    }

    ResultTable(Path page) throws IOException {
        this.page = page;
        if (Files.exists(page)) {
            Files.readAllLines(page).stream().dropWhile(line -> !line.equals(RULE)).skip(1)
                    .takeWhile(line -> line.startsWith("|")).map(Row::of)
                    .forEach(row -> rows.computeIfAbsent(row.round(), _ -> new ArrayList<>()).add(row));
        }
    }

    /** The one that this run writes, to the page that {@code image-build/test} names. */
    static synchronized ResultTable ofThisRun() {
        ResultTable table = ofThisRun;
        if (table == null) {
            try {
                table = new ResultTable(Path.of(Lab.property("report")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            ofThisRun = table;
        }
        return table;
    }

    /** Takes a row in, in place of those that this round had from a run before. */
    void put(Row row) {
        if (!begunRounds.contains(row.round())) {
            begunRounds.add(row.round());
            rows.put(row.round(), new ArrayList<>());
        }
        rows.computeIfAbsent(row.round(), _ -> new ArrayList<>()).add(row);
        try {
            Files.createDirectories(page.toAbsolutePath().getParent());
            Files.writeString(page, text());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String text() {
        return """
                # The image under test: what came of it

                Written by `image-build/test`: the built image in a virtual machine whose processor is emulated, on a machine that others use too. Seconds are what was measured there, and nothing is
                asserted on them; on hardware everything is several times quicker. A row is about the version that it names.

                """
                + BEGIN + "\n" + RULE + "\n"
                + rows.values().stream().flatMap(List::stream).map(Row::line)
                        .collect(Collectors.joining("\n", "", "\n"));
    }
}
