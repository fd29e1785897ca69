package org.gatehouse.governance;

/** Where admin actions are recorded: the trail's side that governance sees. */
@FunctionalInterface
public interface AdminTrail {

    /** Returns once the entry is durable. An entry whose id the trail already holds changes nothing. Thread-safe. */
    void append(AdminEntry entry);
}
