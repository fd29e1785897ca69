package org.gatehouse.supervisor.models;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Paths of a source, which come from strangers and must stay inside of the model's directory. */
final class SafePath {
    private static final Pattern BAD = Pattern.compile("[\\p{Cntrl}\\\\:*?\"<>|]");
    private static final int LONGEST_SEGMENT = 240;
    private static final int DEEPEST = 12;

    private SafePath() {}

    /**
     * The path without leading {@code ./}.
     *
     * @throws ImportFailure when it could name something outside, or cannot be a file's name everywhere
     */
    static String checked(String path) throws ImportFailure {
        String clean = path;
        while (clean.startsWith("./")) {
            clean = clean.substring(2);
        }
        if (clean.startsWith("/")) {
            throw refused(path, "its path is absolute");
        }
        if (BAD.matcher(clean).find() || clean.indexOf('\uFFFD') >= 0) {
            throw refused(path, "its name has characters that file names should not have");
        }
        String[] segments = clean.split("/", -1);
        if (segments.length > DEEPEST) {
            throw refused(path, "it lies more than " + DEEPEST + " directories deep");
        }
        for (String segment : segments) {
            if (segment.equals("..")) {
                throw refused(path, "its path leads out of the model's directory");
            }
            if (segment.isEmpty() || segment.equals(".") || segment.isBlank()) {
                throw refused(path, "its path has an empty part");
            }
            if (segment.getBytes(StandardCharsets.UTF_8).length > LONGEST_SEGMENT) {
                throw refused(path, "its name is longer than " + LONGEST_SEGMENT + " bytes");
            }
        }
        if (segments[0].equals(StoreLayout.SEAL)) {
            throw refused(path, "its name belongs to the store");
        }
        return clean;
    }

    private static ImportFailure refused(String path, String why) {
        return new ImportFailure(new ImportProblem.UnsafeEntry(path, why));
    }
}
