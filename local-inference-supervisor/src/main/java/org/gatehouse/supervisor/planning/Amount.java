package org.gatehouse.supervisor.planning;

import java.util.Locale;

/** Amounts of memory as people read them. */
final class Amount {
    private static final double GIB = 1L << 30;
    private static final double MIB = 1L << 20;

    private Amount() {}

    /** In GiB with one digit, or in MiB below a tenth of that. */
    static String of(long bytes) {
        return bytes >= GIB / 10
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / GIB)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / MIB);
    }
}
