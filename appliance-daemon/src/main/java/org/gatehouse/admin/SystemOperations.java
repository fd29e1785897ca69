package org.gatehouse.admin;

import java.util.List;

import org.gatehouse.governance.Snapshots;
import org.gatehouse.governance.form.About;

/** The box as a whole: status, revision, backup. */
final class SystemOperations {
    private static final String PATH = Operation.BASE + "system/";

    private final Box box;
    private final Snapshots snapshots;

    SystemOperations(Box box, Snapshots snapshots) {
        this.box = box;
        this.snapshots = snapshots;
    }

    /** What is in force. */
    record Revision(
            @About("The revision of the policy that is in force on this box; grows with each change.") long revision) {}

    List<Operation> all() {
        return List.of(
                Operation.get(PATH + "status", "getStatus", "system", "What runs and what is wrong.",
                        new Operation.Reply.One(200, Box.Status.class), _ -> Answer.Json.of(box.status()))
                        .needing(Permission.VIEW_BOX),
                Operation.get(PATH + "revision", "getRevision", "system",
                        "The revision of the policy in force: two boxes with the same one decide the same.",
                        new Operation.Reply.One(200, Revision.class),
                        _ -> Answer.Json.of(new Revision(snapshots.current().revision())))
                        .needing(Permission.VIEW_BOX),
                Operation.get(PATH + "backup", "getBackup", "system",
                        "A consistent backup, made while the box serves.",
                        new Operation.Reply.Bytes("application/octet-stream"),
                        _ -> new Answer.Stream("application/octet-stream", "gatehouse.backup", box::backup))
                        .needing(Permission.OPERATE).afterRecentLogin());
    }
}
