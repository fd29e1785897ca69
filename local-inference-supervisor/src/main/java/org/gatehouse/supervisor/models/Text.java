package org.gatehouse.supervisor.models;

import java.util.Locale;
import java.util.regex.Pattern;

/** How foreign names and amounts look in messages. */
final class Text {
    private static final int LONGEST = 200;
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\p{Cf}\\p{Co}\\p{Cn}\\p{Cs}]");
    private static final Pattern CAPITAL = Pattern.compile("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");
    private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};

    private Text() {}

    /** A foreign text without control characters and not too long. */
    static String shown(String foreign) {
        String clean = UNPRINTABLE.matcher(foreign).replaceAll("?");
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
    }

    static String bytes(long count) {
        double value = count;
        int unit = 0;
        while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? count + " bytes" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    static String kebab(String camel) {
        return CAPITAL.matcher(camel).replaceAll("-").toLowerCase(Locale.ROOT);
    }
}
