package org.gatehouse.admin;

import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Snapshots;
import org.gatehouse.governance.form.About;

/** The box as a whole: status, revision, backup. */
final class SystemOperations {
    private static final String PATH = Operation.BASE + "system/";

    private final Box box;
    private final Snapshots snapshots;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    SystemOperations(Box box, Snapshots snapshots, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.box = box;
        this.snapshots = snapshots;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
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
                        .needing(Permission.OPERATE).afterRecentLogin(),
                Operation.get(PATH + "certificate", "getCertificate", "system",
                        "The certificate that clients see.", new Operation.Reply.One(200, Box.Certificate.class),
                        _ -> box.certificate().<Answer>map(Answer.Json::of).orElseGet(() -> new Answer.Failed(
                                Problem.absent("This box is reached without TLS, so there is no certificate."))))
                        .needing(Permission.VIEW_BOX),
                Operation.get(PATH + "support-bundle", "getSupportBundle", "system",
                        "What somebody who helps must know, as a ZIP archive: status, counts, metrics, the last lines of the"
                                + " log. No secrets, no prompts, no trail.",
                        new Operation.Reply.Bytes("application/zip"),
                        _ -> new Answer.Stream("application/zip", "gatehouse-support.zip", box::supportBundle))
                        .needing(Permission.OPERATE).afterRecentLogin(),
                Operation.post(PATH + "restart", "restart", "system",
                        "Ends the daemon and starts it again. Running calls may end first; engines go on.", null,
                        new Operation.Reply.Nothing(), this::restart)
                        .needing(Permission.OPERATE).afterRecentLogin());
    }

    private Answer restart(Call call) {
        if (!box.restart()) {
            return new Answer.Failed(Problem.conflict("Nobody starts this program again when it ends, so it does not"
                    + " end by itself. Stop it and start it where you started it."));
        }
        trail.append(call.actor().did(ids.get(), clock.instant(), "restart", "system", "daemon", null, null));
        return new Answer.Nothing();
    }
}
