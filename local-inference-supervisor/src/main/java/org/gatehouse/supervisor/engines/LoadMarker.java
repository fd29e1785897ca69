package org.gatehouse.supervisor.engines;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text in an engine's log that shows how far it is. Immutable.
 *
 * @param pattern what the line contains; one group is a percentage, two are how many of how many
 * @param stage what it shows
 */
public record LoadMarker(Pattern pattern, LoadStage stage) {

    static LoadMarker of(LoadStage stage, String regex) {
        return new LoadMarker(Pattern.compile(regex), stage);
    }

    /** What the line shows, if it is this marker's. */
    Optional<LoadProgress> in(String line) {
        Matcher matcher = pattern.matcher(line);
        if (!matcher.find()) {
            return Optional.empty();
        }
        int percent = switch (matcher.groupCount()) {
            case 0 -> 0;
            case 1 -> number(matcher.group(1));
            default -> 100 * number(matcher.group(1)) / Math.max(1, number(matcher.group(2)));
        };
        return Optional.of(new LoadProgress(stage, Math.clamp(percent, 0, 100)));
    }

    private static int number(String digits) {
        return digits.length() > 6 ? 0 : Integer.parseInt(digits);
    }
}
