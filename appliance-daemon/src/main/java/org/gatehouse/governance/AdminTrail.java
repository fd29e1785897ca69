package org.gatehouse.governance;

import java.util.UUID;

import org.gatehouse.audit.AdminRecord;

/** Where admin actions are recorded: the trail's side that governance sees. Thread-safe. */
public interface AdminTrail {

    /** Which box of a fleet this is; what it left behind is for it alone to carry on. */
    UUID node();

    /** Returns once the record is durable; throws when it is not, or not known to be. */
    void append(AdminRecord action);

    /** Whether a record that was handed over in an earlier life, or without success, is in the trail nevertheless. */
    boolean holds(AdminRecord action);
}
