package org.gatehouse.admin;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.form.About;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.safekeeping.RestoreState;
import org.gatehouse.safekeeping.RestoreState.RestorableBackup;
import org.gatehouse.safekeeping.Restores;

/** Puts a backup in place of what the box has: receive it, look at it, restore it. */
final class RestoreOperations {
    private static final String PATH = Operation.BASE + "system/restore";
    private static final String TAG = "system";
    private static final String NOUN = "backup";

    private final Box box;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    RestoreOperations(Box box, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.box = box;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** How much of a backup is there. */
    record ReceivedBackup(@About("How many bytes are there; the next part begins here.") long bytes) {}

    /** Which backup of the target is meant. */
    record BackupName(
            @About(value = "Its name, as GET /api/v1/system/backup-target/files has it.", min = 1, max = 100) String name) {}

    /** What opens it. */
    record BackupOpening(
            @About(value = "The passphrase that it was made with; null where it was made on this very box.", min = 1, max = org.gatehouse.safekeeping.BackupTargetDraft.LONGEST_PASSPHRASE, secret = true) @Nullable String passphrase) {

        /** Leaves the passphrase out. */
        @Override
        public String toString() {
            return "BackupOpening[]";
        }
    }

    /** That it shall be restored, and on this very box. */
    record RestoreWish(
            @About(value = "The passphrase that it was made with; null where it was made on this very box.", min = 1, max = org.gatehouse.safekeeping.BackupTargetDraft.LONGEST_PASSPHRASE, secret = true) @Nullable String passphrase,
            @About(value = "This box's name, as GET /api/v1/system/machine has it: all that it has is replaced.", min = 1, max = 253) String name) {

        /** Leaves the passphrase out. */
        @Override
        public String toString() {
            return "RestoreWish[" + name + "]";
        }
    }

    List<Operation> all() {
        return List.of(
                Operation
                        .get(PATH, "getRestore", TAG,
                                "What was received of a backup, what is being done with it, and what"
                                        + " became of the last restore.",
                                new Operation.Reply.One(200, RestoreState.class),
                                answering((_, restores) -> Answer.Json.of(restores.state())))
                        .needing(Permission.OPERATE),
                new Operation("PUT", PATH + "/file", "putRestoreFile", TAG,
                        "Takes the next part of a backup, of 8 MiB at most. A part that does not begin where the last one"
                                + " ended is refused, and the answer says where it must begin: so an upload that broke off"
                                + " goes on.",
                        Permission.OPERATE,
                        List.of(Parameter.bytes("offset", "Where the part begins in the file; 0 begins anew.")),
                        false, false, Operation.Body.bytes(UpdateOperations.LARGEST_PART),
                        new Operation.Reply.One(200, ReceivedBackup.class), answering((call, restores) -> Answer.Json
                                .of(new ReceivedBackup(restores.incoming().receive(
                                        call.query("offset", Long.class).orElse(0L),
                                        Objects.requireNonNull(call.sent().binaryValue())))))),
                new Operation("DELETE", PATH + "/file", "deleteRestoreFile", TAG,
                        "Throws away the backup that was received.", Permission.OPERATE, List.of(), false, false, null,
                        new Operation.Reply.Nothing(), answering((_, restores) -> {
                            restores.incoming().discard();
                            return new Answer.Nothing();
                        })),
                Operation.post(PATH + "/fetch", "fetchRestoreFile", TAG, "Begins to fetch a backup from the place that"
                        + " backups are brought to.", Operation.Body.of(BackupName.class),
                        new Operation.Reply.One(200, RestoreState.class), answering(this::fetch))
                        .needing(Permission.OPERATE).afterRecentLogin(),
                Operation.post(PATH + "/check", "checkRestoreFile", TAG,
                        "Reads all of the backup that was received, and says what it is. Nothing changes.",
                        Operation.Body.of(BackupOpening.class), new Operation.Reply.One(200, RestorableBackup.class),
                        answering((call, restores) -> Answer.Json
                                .of(restores.check(characters(call.form(BackupOpening.class).passphrase())))))
                        .needing(Permission.OPERATE),
                Operation.post(PATH, "restoreBackup", TAG,
                        "Begins to put the backup that was received in place of all that"
                                + " this box has: users, keys, settings, trail. The box serves until it is unpacked, then starts"
                                + " with it; what it had is kept aside, and is back if the box can't start with the backup.",
                        Operation.Body.of(RestoreWish.class), new Operation.Reply.One(200, RestoreState.class),
                        answering(this::restore)).needing(Permission.OPERATE).byNoProgram(),
                new Operation("DELETE", PATH + "/before", "deleteReplaced", TAG,
                        "Removes what is kept of what the box had before a restore.", Permission.OPERATE, List.of(),
                        false, false, null, new Operation.Reply.Nothing(), answering(this::forget))
                        .afterRecentLogin());
    }

    private interface Work {
        Answer of(Call call, Restores restores) throws Refused, IOException;
    }

    private Operation.Handler answering(Work work) {
        return UpdateOperations.answering(call -> work.of(call, box.restores()));
    }

    private Answer fetch(Call call, Restores restores) throws Refused, IOException {
        String name = call.form(BackupName.class).name();
        restores.fetch(name);
        note(call, "fetch", JsonNodeFactory.instance.objectNode().put("name", name));
        return Answer.Json.of(restores.state());
    }

    private Answer restore(Call call, Restores restores) throws Refused, IOException {
        RestoreWish wish = call.form(RestoreWish.class);
        String name = box.machine().facts().hostname();
        if (!wish.name().equals(name)) {
            return new Answer.Failed(Problem.invalid("name", "must be the name of this box, " + name));
        }
        // On record before it is done: the trail that says so is the one that goes aside.
        restores.restore(characters(wish.passphrase()), call.actor().title(), () -> note(call, "restore", null));
        return Answer.Json.of(restores.state());
    }

    private Answer forget(Call call, Restores restores) throws IOException {
        if (!restores.forget()) {
            return new Answer.Failed(Problem.absent("Nothing is kept of what the box had before a restore."));
        }
        note(call, "delete", null);
        return new Answer.Nothing();
    }

    private static char @Nullable [] characters(@Nullable String passphrase) {
        return passphrase == null ? null : passphrase.toCharArray();
    }

    private void note(Call call, String verb, @Nullable JsonNode after) {
        trail.append(call.actor().did(ids.get(), clock.instant(), verb, "system", NOUN, null, after));
    }
}
