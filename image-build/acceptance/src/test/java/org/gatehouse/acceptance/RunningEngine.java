package org.gatehouse.acceptance;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.gatehouse.acceptance.box.Box;

/**
 * The one engine of a box, as systemd tells it in the support bundle. Immutable.
 *
 * @param since when it was started, as systemd writes it
 */
record RunningEngine(String unit, String user, String slice, String process, String controlGroup, String since) {
    private static final Pattern DAEMON = Pattern.compile("(?s)gatehouse\\.service - .*?Main PID: ([0-9]+)");

    private static final int TRIES = 12;
    private static final Duration BETWEEN = Duration.ofSeconds(5);

    static RunningEngine on(Box box) throws IOException {
        String told = told(box, "system/engines.txt");
        return new RunningEngine(value(told, "Id"), value(told, "User"), value(told, "Slice"), value(told, "MainPID"),
                value(told, "ControlGroup"), value(told, "ActiveEnterTimestamp"));
    }

    /** A box that has just come back may have no word of its agent yet. */
    private static String told(Box box, String entry) throws IOException {
        for (int left = TRIES; left > 0; left--) {
            try {
                return box.supportBundle(entry);
            } catch (IOException _) {
                LockSupport.parkNanos(BETWEEN.toNanos());
            }
        }
        throw new AssertionError("the support bundle has no " + entry + ": " + box.supportBundle("system/missing.txt"));
    }

    private static String value(String told, String name) {
        Matcher matcher = Pattern.compile("(?m)^" + name + "=(.+)$").matcher(told);
        if (!matcher.find()) {
            throw new AssertionError("the support bundle does not tell the engine's " + name + ": " + told);
        }
        return matcher.group(1);
    }

    /** The process of the gateway. */
    static String daemonOn(Box box) throws IOException {
        String told = told(box, "system/units.txt");
        Matcher matcher = DAEMON.matcher(told);
        if (!matcher.find()) {
            throw new AssertionError("the support bundle does not tell the gateway's process: " + told);
        }
        return matcher.group(1);
    }

    String told() {
        return unit + " as " + user + " in " + slice;
    }
}
