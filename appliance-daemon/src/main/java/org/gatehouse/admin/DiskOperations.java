package org.gatehouse.admin;

import java.util.List;

import org.gatehouse.machine.disks.DiskState;
import org.gatehouse.machine.disks.Disks;

/** How the disks inside the box are. */
final class DiskOperations {
    private static final String PATH = Operation.BASE + "system/disks";
    private static final String TAG = "system";

    private final Disks disks;

    DiskOperations(Disks disks) {
        this.disks = disks;
    }

    List<Operation> all() {
        Operation.Reply state = new Operation.Reply.One(200, DiskState.class);
        return List.of(
                Operation.get(PATH, "getDisks", TAG,
                        "How the disks inside the box are, by their own word, as they were when they were asked last: each ten"
                                + " minutes.",
                        state, _ -> Answer.Json.of(disks.state())).needing(Permission.VIEW_BOX),
                Operation.post(PATH + "/look", "lookAtDisks", TAG,
                        "Asks the disks now. Takes seconds; half a minute for each that hangs.", null, state,
                        _ -> Answer.Json.of(disks.look())).needing(Permission.OPERATE));
    }
}
