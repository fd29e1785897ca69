package org.gatehouse.gateway.recording;

import org.gatehouse.audit.Caller;
import org.gatehouse.governance.snapshot.KeyRecord;

/** Whose call it was, as the trail wants it. */
public final class Callers {

    private Callers() {}

    /** The names that the key's project, department and owner have now. */
    public static Caller of(KeyRecord key) {
        return new Caller(key.organisationId(), key.departmentId(), key.departmentName(), key.projectId(),
                key.projectName(), key.id(), key.name(), key.owner(), key.ownerName());
    }
}
