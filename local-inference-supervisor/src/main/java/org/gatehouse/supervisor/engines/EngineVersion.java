package org.gatehouse.supervisor.engines;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An engine's release, as far as flags depend on it. Immutable.
 *
 * @param major the first number
 * @param minor the second
 */
public record EngineVersion(int major, int minor) implements Comparable<EngineVersion> {
    /** Not known: taken for later than every other. */
    public static final EngineVersion UNKNOWN = new EngineVersion(Integer.MAX_VALUE, 0);
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,5})\\.(\\d{1,5})");

    /** The release in a program's answer to {@code --version}; {@link #UNKNOWN} if there is none in it. */
    public static EngineVersion in(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.find()
                ? new EngineVersion(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)))
                : UNKNOWN;
    }

    /** Whether it is this release or a later one. */
    boolean atLeast(int otherMajor, int otherMinor) {
        return compareTo(new EngineVersion(otherMajor, otherMinor)) >= 0;
    }

    @Override
    public int compareTo(EngineVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }
}
