package org.gatehouse.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.backups.BackupMedia;
import org.gatehouse.safekeeping.BackupTargetDraft;
import org.gatehouse.safekeeping.BackupTargets;
import org.gatehouse.safekeeping.Kept;

/** Where backups are brought each day. */
final class BackupTargetOperations {
    private static final String PATH = Operation.BASE + "system/backup-target";
    private static final String NOUN = "backup-target";

    private final BackupTargets targets;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    BackupTargetOperations(BackupTargets targets, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.targets = targets;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** Where, and how the last one went. */
    record BackupTargetView(@About("Where backups are brought; null for nowhere.") @Nullable PlaceView target,
            @About("Whether a secret is stored for it.") boolean secretSet,
            @About("Whether a passphrase is: without one its files open on this very box only.") boolean passphraseSet,
            @About("When one was last brought there; null for never.") @Nullable Instant lastAt,
            @About("Its name there.") @Nullable String lastFile,
            @About("Why the last attempt failed; null when it did not.") @Nullable String trouble) {}

    /** Where. */
    record PlaceView(@About("What kind of place it is.") BackupTargetDraft.Kind kind,
            @About("The directory, on the box or at the server; the volume of a medium.") @Nullable String directory,
            @About("The store, for s3.") @Nullable StoreView s3,
            @About("The server, for sftp.") @Nullable ServerView sftp,
            @About("After which hour of the box's day.") int hour,
            @About("How many of the newest are kept there.") int keep) {

        static PlaceView of(BackupTargetDraft draft) {
            BackupTargetDraft.Store s3 = draft.s3();
            BackupTargetDraft.Server sftp = draft.sftp();
            return new PlaceView(draft.kind(), draft.directory(),
                    s3 == null
                            ? null
                            : new StoreView(s3.endpoint(), s3.region(), s3.bucket(), s3.prefix(), s3.accessKeyId()),
                    sftp == null ? null : new ServerView(sftp.host(), sftp.port(), sftp.user(), sftp.hostKey()),
                    draft.hour(), draft.keep());
        }
    }

    /** A store that speaks S3. */
    record StoreView(@About("Its address.") String endpoint, @About("Its region.") String region,
            @About("The bucket.") String bucket, @About("What names there begin with.") String prefix,
            @About("Whose key it is.") String accessKeyId) {}

    /** A server that speaks SFTP. */
    record ServerView(@About("Its name or address.") String host, @About("Its port.") int port,
            @About("Who signs in there.") String user,
            @About("The fingerprint of its host key.") String hostKey) {}

    /** What came of a test. */
    record TestView(@About("Whether a file came back as it was.") boolean ok,
            @About("What happened; if it is not well, what to do.") String message) {}

    /** What lies there. */
    record KeptView(@About("The newest first.") List<Kept> files) {}

    /** One that was brought there. */
    record BroughtView(@About("Its name there.") String name) {}

    List<Operation> all() {
        return List.of(
                Operation.get(PATH, "getBackupTarget", "system", "Where backups are brought each day, besides the"
                        + " directory of the set-up.", new Operation.Reply.One(200, BackupTargetView.class),
                        _ -> Answer.Json.of(view())).needing(Permission.OPERATE),
                new Operation("PUT", PATH, "setBackupTarget", "system",
                        "Sets where backups are brought each day. A test"
                                + " shows whether it works.",
                        Permission.OPERATE, List.of(), false, false,
                        Operation.Body.of(BackupTargetDraft.class),
                        new Operation.Reply.One(200, BackupTargetView.class),
                        // Backups may hold the key of the box's secrets.
                        this::set).byNoProgram(),
                Operation.delete(PATH, "deleteBackupTarget", "system", "Brings backups nowhere any more. Those that lie"
                        + " there stay.", this::delete).needing(Permission.OPERATE).afterRecentLogin(),
                Operation.post(PATH + "/test", "testBackupTarget", "system", "Writes a file there, reads it back and"
                        + " removes it. Nothing is stored.", Operation.Body.of(BackupTargetDraft.class),
                        new Operation.Reply.One(200, TestView.class), this::test).needing(Permission.OPERATE)
                        .afterRecentLogin(),
                Operation.post(PATH + "/run", "runBackupTarget", "system", "Brings a backup there now. Takes as long as"
                        + " it takes.", null, new Operation.Reply.One(200, BroughtView.class), this::run)
                        .needing(Permission.OPERATE),
                Operation.get(PATH + "/media", "listBackupMedia", "system", "What is plugged into an appliance and can"
                        + " take backups, with those on it. Takes seconds.",
                        new Operation.Reply.One(200, BackupMedia.Plugged.class), _ -> media())
                        .needing(Permission.OPERATE),
                Operation.get(PATH + "/files", "listBackupTarget", "system", "The backups that lie there.",
                        new Operation.Reply.One(200, KeptView.class), _ -> list()).needing(Permission.OPERATE),
                Operation.get(PATH + "/files/{name}", "getBackupTargetFile", "system", "A backup that lies there.",
                        new Operation.Reply.Bytes("application/octet-stream"), this::fetch).needing(Permission.OPERATE)
                        .afterRecentLogin());
    }

    private BackupTargetView view() {
        return targets.standing()
                .map(now -> new BackupTargetView(PlaceView.of(now.target()), now.secretSet(), now.passphraseSet(),
                        now.lastAt(),
                        now.lastFile(),
                        now.trouble()))
                .orElseGet(() -> new BackupTargetView(null, false, false, null, null, null));
    }

    private Answer set(Call call) {
        JsonNode before = targets.standing().map(now -> (JsonNode) Json.tree(now.target())).orElse(null);
        BackupTargetDraft draft = call.form(BackupTargetDraft.class);
        try {
            targets.set(draft);
        } catch (IllegalArgumentException e) {
            return new Answer.Failed(Problem.invalid("secret", String.valueOf(e.getMessage())));
        }
        note(call, "update", before, Json.tree(draft));
        return Answer.Json.of(view());
    }

    private Answer delete(Call call) {
        if (!targets.remove()) {
            return new Answer.Failed(Problem.absent("No target for backups is set up."));
        }
        note(call, "delete", null, null);
        return new Answer.Nothing();
    }

    private Answer test(Call call) {
        try {
            targets.test(call.form(BackupTargetDraft.class));
            return Answer.Json.of(new TestView(true, "A file was written there, came back as it was, and is removed."));
        } catch (IOException e) {
            return Answer.Json.of(new TestView(false, String.valueOf(e.getMessage())));
        } catch (IllegalArgumentException e) {
            return new Answer.Failed(Problem.invalid("secret", String.valueOf(e.getMessage())));
        }
    }

    private Answer run(Call call) {
        try {
            String name = targets.bring();
            note(call, "run", null, null);
            return Answer.Json.of(new BroughtView(name));
        } catch (IOException e) {
            return failed(e);
        }
    }

    private Answer media() {
        try {
            return Answer.Json.of(targets.media());
        } catch (IOException e) {
            return failed(e);
        }
    }

    private Answer list() {
        try {
            return Answer.Json.of(new KeptView(targets.list()));
        } catch (IOException e) {
            return failed(e);
        }
    }

    private Answer fetch(Call call) {
        String name = Objects.requireNonNull(call.path().get("name"));
        note(call, "read", null, null);
        return new Answer.Stream("application/octet-stream", "gatehouse.backup", out -> targets.fetch(name, out));
    }

    private static Answer failed(IOException e) {
        return new Answer.Failed(Problem.of("backup_target", 502, "The target did not do it",
                String.valueOf(e.getMessage())));
    }

    private void note(Call call, String verb, @Nullable JsonNode before, @Nullable JsonNode after) {
        trail.append(call.actor().did(ids.get(), clock.instant(), verb, "system", NOUN, before, after));
    }
}
