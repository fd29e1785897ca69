package org.gatehouse.admin;

import java.util.Locale;

/** What somebody may do with the admin API. Each operation asks for one. */
public enum Permission {
    /** Anybody, without a token. */
    NONE,
    /** Anybody who is signed in, or has a token. */
    SIGNED_IN,
    /** See who may use what: departments, projects, users, keys, limits, budgets, models, prices, policies. */
    VIEW,
    /** See what it runs on: upstreams, routes, deployments, GPUs, the model store, the cache, the box's state. */
    VIEW_BOX,
    /** Change how things are governed. */
    CHANGE,
    /** Make projects and change them. */
    MANAGE_PROJECTS,
    /** Make keys, rotate, disable and revoke them. */
    MANAGE_KEYS,
    /** Change users, their roles and how they sign in; end their sessions. */
    MANAGE_PEOPLE,
    /** See usage and costs. */
    VIEW_USAGE,
    /** See and verify the trail, without bodies. */
    VIEW_AUDIT,
    /** See the recorded bodies of calls. */
    VIEW_BODIES,
    /** Keep the box running: local models, backups. */
    OPERATE;

    /** The name in the API. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
