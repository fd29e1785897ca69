package org.gatehouse.governance;

import java.util.Locale;

/** How much an alert matters, the least first. */
public enum AlertSeverity {
    /** Good to know. */
    INFO,
    /** Somebody should look today. */
    WARNING,
    /** Somebody should look now. */
    CRITICAL;

    /** The name in the API, lower case. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
