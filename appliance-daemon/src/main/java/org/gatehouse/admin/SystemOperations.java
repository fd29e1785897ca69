package org.gatehouse.admin;

import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.acme.AcmeDraft;
import org.gatehouse.acme.AcmeFailure;
import org.gatehouse.acme.AcmeState;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.Snapshots;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;

/** The box as a whole: status, revision, backup. */
final class SystemOperations {
    private static final String PATH = Operation.BASE + "system/";
    private static final String BACKUP = "gatehouse.backup";

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

    /** How a backup shall be. */
    record BackupWish(
            @About(value = "Under which the key goes along, 12 characters or more. It is kept nowhere: without it nobody opens the file.", min = org.gatehouse.safekeeping.BackupTargetDraft.SHORTEST_PASSPHRASE, max = org.gatehouse.safekeeping.BackupTargetDraft.LONGEST_PASSPHRASE, pattern = "[^\\p{Cntrl}]+", secret = true) String passphrase) {

        /** Leaves the passphrase out. */
        @Override
        public String toString() {
            return "BackupWish[]";
        }
    }

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
                        "A consistent backup, made while the box serves, without the key that opens it: this very box, or"
                                + " one that gets its key file, takes it back.",
                        new Operation.Reply.Bytes("application/octet-stream"),
                        _ -> new Answer.Stream("application/octet-stream", BACKUP, out -> box.backup(out, null)))
                        .needing(Permission.OPERATE).afterRecentLogin(),
                Operation.post(PATH + "backup", "makeBackup", "system",
                        "A consistent backup, made while the box serves, with the key that opens it under a passphrase:"
                                + " any box takes it back from whoever knows that, and nobody else opens it.",
                        Operation.Body.of(BackupWish.class),
                        new Operation.Reply.Bytes("application/octet-stream"), this::backup)
                        .needing(Permission.OPERATE).byNoProgram(),
                Operation.get(PATH + "certificate", "getCertificate", "system",
                        "The certificate that clients see.", new Operation.Reply.One(200, Box.Certificate.class),
                        _ -> box.certificate().<Answer>map(Answer.Json::of).orElseGet(() -> new Answer.Failed(
                                Problem.absent("This box is reached without TLS, so there is no certificate."))))
                        .needing(Permission.VIEW_BOX),
                new Operation("PUT", PATH + "certificate/acme", "setAcme", "system",
                        "Gets the box's certificate from an authority over the network (ACME) and renews it in time. All or"
                                + " nothing: without a certificate nothing changes. Takes some minutes at most.",
                        Permission.OPERATE, List.of(), false, false, Operation.Body.of(AcmeDraft.class),
                        new Operation.Reply.One(200, AcmeState.class), this::setAcme).afterRecentLogin(),
                Operation.post(PATH + "certificate/acme/renew", "renewCertificate", "system",
                        "Asks the authority for the next certificate now. Takes some minutes at most.", null,
                        new Operation.Reply.One(200, AcmeState.class), this::renew)
                        .needing(Permission.OPERATE),
                Operation.delete(PATH + "certificate/acme", "leaveAcme", "system",
                        "Asks the authority for no certificate any more; the one that is there stays until somebody"
                                + " replaces it.",
                        this::leaveAcme).needing(Permission.OPERATE).afterRecentLogin(),
                Operation.get(PATH + "support-bundle", "getSupportBundle", "system",
                        "What somebody who helps must know, as a ZIP archive: status, counts, metrics, the last lines of the"
                                + " log. No secrets, no prompts, no trail.",
                        new Operation.Reply.Bytes("application/zip"),
                        _ -> new Answer.Stream("application/zip", "gatehouse-support.zip", box::supportBundle))
                        .needing(Permission.OPERATE).afterRecentLogin(),
                Operation.post(PATH + "restart", "restart", "system",
                        "Ends the daemon and starts it again. Running calls may end first; engines go on where they are units"
                                + " of systemd, and start anew elsewhere (engines.on-stop).",
                        null,
                        new Operation.Reply.Nothing(), this::restart)
                        .needing(Permission.OPERATE).afterRecentLogin());
    }

    private Answer backup(Call call) {
        char[] passphrase = call.form(BackupWish.class).passphrase().toCharArray();
        // With it goes the key of every secret: whoever took it is on record.
        trail.append(call.actor().did(ids.get(), clock.instant(), "read", "system", "backup", null,
                JsonNodeFactory.instance.objectNode().put("holdsKey", true)));
        return new Answer.Stream("application/octet-stream", BACKUP, out -> box.backup(out, passphrase));
    }

    private Answer setAcme(Call call) {
        AcmeDraft draft = call.form(AcmeDraft.class);
        if (!box.showsAcme()) {
            return new Answer.Failed(Problem.conflict("The box's settings name the certificate's files"
                    + " (listen.certificate). Change listen.tls to self-signed first."));
        }
        return asked(call, "update", () -> box.acme().configure(draft));
    }

    private Answer renew(Call call) {
        return asked(call, "renew", box.acme()::renew);
    }

    private interface Asking {
        AcmeState ask() throws AcmeFailure;
    }

    private Answer asked(Call call, String verb, Asking asking) {
        try {
            AcmeState state = asking.ask();
            note(call, verb, Json.tree(state));
            return Answer.Json.of(state);
        } catch (AcmeFailure e) {
            return new Answer.Failed(e.reason() == AcmeFailure.Reason.STATE
                    ? Problem.conflict(e.text())
                    : Problem.of("certificate_not_given", 422, "No certificate", e.text()));
        }
    }

    private Answer leaveAcme(Call call) {
        if (box.acme().state().isEmpty()) {
            return new Answer.Failed(Problem.absent("No authority is set up."));
        }
        box.acme().leave();
        note(call, "delete", null);
        return new Answer.Nothing();
    }

    private void note(Call call, String verb, @Nullable JsonNode after) {
        trail.append(call.actor().did(ids.get(), clock.instant(), verb, "certificate", "acme", null, after));
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
