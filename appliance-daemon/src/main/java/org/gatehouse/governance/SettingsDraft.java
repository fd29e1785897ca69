package org.gatehouse.governance;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What the settings are to be. */
public record SettingsDraft(
        @About(value = "The organisation's name.", fallback = "\"Organisation\"", min = 1, max = 100) String organisation,
        @About(value = "ISO 4217 code in which prices, costs and budgets are kept. Can't be changed while there are any.", fallback = "\"USD\"", min = 3, max = 3, pattern = "[A-Z]{3}") String currency,
        @About(value = "How many days a call's row stays in the trail.", fallback = "730", min = 1, max = 36500) int auditRetentionDays,
        @About(value = "How many hours a rotated key's old secret stays valid when the rotation does not say.", fallback = "24", max = 720) int rotationOverlapHours,
        @About("The HTTP proxy by which the box calls what is outside; null for none.") @Nullable HttpProxy proxy,
        @About(value = "The password of proxy.user. Absent in a change means unchanged, null removes it. Never shown.", min = 1, max = 1000, secret = true) @Nullable String proxyPassword) {

    /** In {@link #proxyPassword}: the stored one stays. */
    static final String UNCHANGED = "(unchanged)";

    /** What holds on a box on which nobody has set anything. */
    public static final SettingsDraft DEFAULT = new SettingsDraft("Organisation", "USD", 730, 24, null, null);

    /** The same with another currency. */
    public SettingsDraft countedIn(String other) {
        return new SettingsDraft(organisation, other, auditRetentionDays, rotationOverlapHours, proxy, proxyPassword);
    }

    /**
     * The same by another proxy.
     *
     * @param other {@code null} for none
     * @param password {@code null} for none
     */
    public SettingsDraft by(@Nullable HttpProxy other, @Nullable String password) {
        return new SettingsDraft(organisation, currency, auditRetentionDays, rotationOverlapHours, other, password);
    }

    /** The same where the stored password of the proxy stays, if there is one. */
    public SettingsDraft keepingPassword() {
        return by(proxy, UNCHANGED);
    }

    boolean keepsPassword() {
        return UNCHANGED.equals(proxyPassword);
    }

    /** Leaves out the password. */
    @Override
    public String toString() {
        return "SettingsDraft[" + organisation + "]";
    }
}
