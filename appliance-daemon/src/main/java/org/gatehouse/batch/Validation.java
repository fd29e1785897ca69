package org.gatehouse.batch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** Goes over all rows of a file before any of them costs something. */
final class Validation {
    /** Whoever has that many mistakes has made one. */
    static final int MOST_PROBLEMS = 50;

    private Validation() {}

    /**
     * What was found.
     *
     * @param rows how many there are, as far as it was read
     * @param problems what is wrong, in the order of the lines; empty when all is well
     */
    record Found(int rows, List<LineProblem> problems) {}

    /** Reads to the end, to the last problem that is worth telling, or until it is of no use any more. */
    static Found check(LineReader lines, Endpoint endpoint, int mostRows, BooleanSupplier useless) throws IOException {
        List<LineProblem> problems = new ArrayList<>();
        // Of each id 16 bytes of a digest: whoever makes two alike on purpose harms only themselves.
        Set<UUID> ids = new HashSet<>();
        int rows = 0;
        for (Line line = lines.next(); line != null && problems.size() < MOST_PROBLEMS; line = lines.next()) {
            if (line.blank()) {
                continue;
            }
            rows++;
            if (rows > mostRows) {
                problems.add(new LineProblem("too_many_rows",
                        "The file has more than " + mostRows + " rows. Make several batches of it.", null, null));
                break;
            }
            if (useless.getAsBoolean()) {
                break;
            }
            switch (Row.read(line, endpoint)) {
                case Row.Read.Wrong(LineProblem problem) -> problems.add(problem);
                case Row.Read.Good(Row row) -> {
                    if (!ids.add(UUID.nameUUIDFromBytes(row.customId().getBytes(StandardCharsets.UTF_8)))) {
                        problems.add(new LineProblem("duplicate_custom_id",
                                "An earlier row has the same custom_id. Give each row one of its own.", "custom_id",
                                line.number()));
                    }
                }
            }
        }
        if (rows == 0) {
            problems.add(new LineProblem("empty_file", "The file has no rows. Write one request on each line.", null,
                    null));
        }
        return new Found(rows, problems);
    }
}
