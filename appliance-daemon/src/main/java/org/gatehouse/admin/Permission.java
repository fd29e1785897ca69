package org.gatehouse.admin;

/** What somebody may do with the admin API. Each operation asks for one. */
public enum Permission {
    /** Anybody, without a token. */
    NONE,
    /** See how things are governed. */
    VIEW,
    /** Change how things are governed. */
    CHANGE,
    /** See usage and costs. */
    VIEW_USAGE,
    /** See and verify the trail, without bodies. */
    VIEW_AUDIT,
    /** See the recorded bodies of calls. */
    VIEW_BODIES,
    /** Keep the box running: status, backups. */
    OPERATE
}
