package org.gatehouse.admin;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.form.About;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.encryption.DataEncryption;
import org.gatehouse.machine.encryption.EncryptionState;

/** The encryption of the box's data: how it stands, and the recovery key. The trail says who saw a key, and never has one. */
final class EncryptionOperations {
    private static final String PATH = Operation.BASE + "system/encryption";
    private static final String TAG = "system";

    private final DataEncryption encryption;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    EncryptionOperations(DataEncryption encryption, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.encryption = encryption;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** A recovery key. */
    record RecoveryKeyShown(
            @About("The recovery key: 8 groups of 8 letters. Write it down and keep it apart from the box.") String key) {}

    /** A recovery key as somebody wrote it down. */
    record RecoveryKeyTyped(
            @About(value = "The recovery key, typed from where it is kept; dashes, spaces and capitals do not matter.", min = 1, max = 200) String key) {}

    /** What a new recovery key needs. */
    record RecoveryKeyWish(
            @About(value = "The recovery key that is good now, where no TPM opens the data; null otherwise.", max = 200) @Nullable String current) {}

    List<Operation> all() {
        Operation.Reply state = new Operation.Reply.One(200, EncryptionState.class);
        Operation.Reply key = new Operation.Reply.One(200, RecoveryKeyShown.class);
        return List.of(
                Operation.get(PATH, "getEncryption", TAG,
                        "Whether the data are encrypted and sealed to the TPM, and how it stands with the recovery key.",
                        state, _ -> Answer.Json.of(encryption.state())).needing(Permission.VIEW_BOX),
                Operation.post(PATH + "/recovery-key/show", "showRecoveryKey", TAG,
                        "Shows the recovery key as long as nobody keeps it. The trail says who saw it.", null, key,
                        answering(call -> {
                            // Noted before: a key that was seen and stands in no trail would be worse than the reverse.
                            note(call, "show");
                            return Answer.Json.of(new RecoveryKeyShown(encryption.recoveryKey()));
                        })).needing(Permission.OPERATE).byNoProgram(),
                Operation.post(PATH + "/recovery-key/keep", "keepRecoveryKey", TAG,
                        "Says that the recovery key is kept, by typing it again. The box forgets it then.",
                        Operation.Body.of(RecoveryKeyTyped.class), state, answering(call -> {
                            encryption.keep(call.form(RecoveryKeyTyped.class).key());
                            note(call, "keep");
                            return Answer.Json.of(encryption.state());
                        })).needing(Permission.OPERATE).afterRecentLogin(),
                Operation.post(PATH + "/recovery-key", "renewRecoveryKey", TAG,
                        "Makes a new recovery key; the one before opens nothing any more.",
                        Operation.Body.of(RecoveryKeyWish.class), key, answering(call -> {
                            note(call, "renew");
                            return Answer.Json.of(new RecoveryKeyShown(encryption.renew(
                                    Objects.requireNonNullElse(call.form(RecoveryKeyWish.class).current(), ""))));
                        })).needing(Permission.OPERATE).byNoProgram());
    }

    private interface Work {
        Answer of(Call call) throws Refused, IOException;
    }

    private static Operation.Handler answering(Work work) {
        return call -> {
            try {
                return work.of(call);
            } catch (Refused e) {
                return new Answer.Failed(Problem.of(e.code(), e.code().equals("recovery_key_wrong") ? 422 : 409,
                        "Not done", e.message()));
            } catch (IOException e) {
                return new Answer.Failed(Problem.unavailable("The system under the daemon failed: " + e.getMessage()));
            }
        };
    }

    private void note(Call call, String verb) {
        trail.append(call.actor().did(ids.get(), clock.instant(), verb, "recovery-keys", "data", null, null));
    }
}
