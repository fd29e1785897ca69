package org.gatehouse.governance;

import org.gatehouse.governance.form.About;

/** What the settings are to be. */
public record SettingsDraft(
        @About(value = "The organisation's name.", fallback = "\"Organisation\"", min = 1, max = 100) String organisation,
        @About(value = "ISO 4217 code in which prices, costs and budgets are kept. Can't be changed while there are any.", fallback = "\"USD\"", min = 3, max = 3, pattern = "[A-Z]{3}") String currency,
        @About(value = "How many days a call's row stays in the trail.", fallback = "730", min = 1, max = 36500) int auditRetentionDays,
        @About(value = "How many hours a rotated key's old secret stays valid when the rotation does not say.", fallback = "24", max = 720) int rotationOverlapHours) {

    /** What holds on a box on which nobody has set anything. */
    public static final SettingsDraft DEFAULT = new SettingsDraft("Organisation", "USD", 730, 24);
}
