package org.gatehouse.machine.encryption;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.agent.Verb;
import org.gatehouse.machine.encryption.EncryptionState.RecoveryKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EncryptionVerbsTest {
    private static final String KEY = String.join("-", java.util.Collections.nCopies(8, "cbdefghi"));
    private static final String NEXT = String.join("-", java.util.Collections.nCopies(8, "jklnrtuv"));

    @TempDir
    private Path root;
    private final List<String> ran = new ArrayList<>();
    private Programs.Ended enrolled = new Programs.Ended(0, "A secret recovery key:\n" + NEXT + "\nenrolled.\n");
    private String currentKeySeen = "";
    private Map<String, Verb> verbs;
    private EncryptionFiles files;

    @BeforeEach
    void isEncryptedAndItsKeyWaits() throws IOException {
        files = new EncryptionFiles(root);
        Files.createDirectories(root.resolve("run/gatehouse-data"));
        Files.createDirectories(files.recoveryKey().getParent());
        told("opened=tpm\nsealed=true\ntpm=true\npartition=/dev/vda6\n");
        Files.writeString(files.recoveryKey(), KEY + "\n");
        verbs = new EncryptionVerbs(root, (command, _) -> {
            ran.add(String.join(" ", command));
            if (command.getFirst().equals("systemd-cryptenroll")) {
                Path current = root.resolve("run/gatehouse-data/current-key");
                currentKeySeen = Files.exists(current) ? Files.readString(current) : "";
                return enrolled;
            }
            return new Programs.Ended(0, "");
        }).all().stream().collect(Collectors.toMap(Verb::name, Function.identity()));
    }

    @Test
    void keyIsShownUntilSomebodyTypedItAgainInWhateverShape() throws Exception {
        assertThat(files.state().recoveryKey()).isEqualTo(RecoveryKey.WAITING);
        assertThat(run(EncryptionVerbs.SHOW, object()).path("key").asText()).isEqualTo(KEY);

        run(EncryptionVerbs.KEEP,
                object().put("typed", "  " + KEY.toUpperCase(java.util.Locale.ROOT).replace('-', ' ')));

        assertThat(files.recoveryKey()).doesNotExist();
        assertThat(files.state().recoveryKey()).isEqualTo(RecoveryKey.KEPT);
        refused(EncryptionVerbs.SHOW, object(), "recovery_key_kept");
    }

    @Test
    void anotherKeyIsNotTakenForTheRightOne() throws Exception {
        refused(EncryptionVerbs.KEEP, object().put("typed", NEXT), "recovery_key_wrong");
        refused(EncryptionVerbs.KEEP, object(), "recovery_key_wrong");

        assertThat(run(EncryptionVerbs.SHOW, object()).path("key").asText()).isEqualTo(KEY);
    }

    @Test
    void newKeyReplacesTheOneBeforeAndWaitsToBeKept() throws Exception {
        run(EncryptionVerbs.KEEP, object().put("typed", KEY));

        assertThat(run(EncryptionVerbs.RENEW, object()).path("key").asText()).isEqualTo(NEXT);

        assertThat(ran).contains(
                "systemd-cryptenroll --recovery-key --wipe-slot=recovery --unlock-tpm2-device=auto /dev/vda6");
        assertThat(files.state().recoveryKey()).isEqualTo(RecoveryKey.WAITING);
        assertThat(Files.readString(files.recoveryKey())).isEqualTo(NEXT + "\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.recoveryKey())))
                .isEqualTo("rw-------");
    }

    @Test
    void withoutATpmTheKeyThatIsGoodMakesANewOneAndStaysNowhere() throws Exception {
        run(EncryptionVerbs.RENEW, object().put("current", KEY.replace("-", "")));

        assertThat(currentKeySeen).isEqualTo(KEY);
        assertThat(ran.toString()).contains("--unlock-key-file=").doesNotContain(KEY).doesNotContain("tpm2");
        assertThat(root.resolve("run/gatehouse-data/current-key")).doesNotExist();
    }

    @Test
    void keyThatCouldNotBeMadeLeavesTheOneBeforeAsItIsKept() throws Exception {
        run(EncryptionVerbs.KEEP, object().put("typed", KEY));
        enrolled = new Programs.Ended(1, NEXT + "\nthe disk is gone");

        assertThatThrownBy(() -> run(EncryptionVerbs.RENEW, object())).isInstanceOfSatisfying(Refused.class, why -> {
            assertThat(why.code()).isEqualTo("recovery_key_not_made");
            assertThat(why.message()).doesNotContain(NEXT);
        });

        assertThat(files.state().recoveryKey()).isEqualTo(RecoveryKey.KEPT);
    }

    @Test
    void plainDataHaveNoKey() throws Exception {
        told("opened=plain\nsealed=false\ntpm=false\npartition=/dev/vda6\n");

        refused(EncryptionVerbs.SHOW, object(), "not_encrypted");
        refused(EncryptionVerbs.RENEW, object(), "not_encrypted");
        assertThat(ran).isEmpty();
        EncryptionState state = files.state();
        assertThat(state.encrypted()).isFalse();
        assertThat(state.wanting()).isTrue();
        assertThat(state.message()).contains("NOT ENCRYPTED", "no TPM 2.0");
    }

    @Test
    void boxThatNoTpmOpensSaysSo() throws Exception {
        told("opened=recovery-key\nsealed=false\ntpm=false\npartition=/dev/vda6\n");
        Files.createFile(files.kept());
        Files.delete(files.recoveryKey());

        EncryptionState state = files.state();

        assertThat(state.encrypted()).isTrue();
        assertThat(state.wanting()).isTrue();
        assertThat(state.message()).contains("asked for at each start");
    }

    @Test
    void firmwareThatStartsOnlyWhatItHasKeysForIsTold() throws Exception {
        told("opened=tpm\nsealed=true\ntpm=true\nsecureBoot=true\npartition=/dev/vda6\n");
        assertThat(files.state().secureBoot()).isTrue();

        told("opened=tpm\nsealed=true\ntpm=true\nsecureBoot=false\npartition=/dev/vda6\n");
        assertThat(files.state().secureBoot()).isFalse();
    }

    @Test
    void machineOfSomebodyElseIsNotJudged() {
        EncryptionState state = new EncryptionFiles(root.resolve("elsewhere")).state();

        assertThat(state.supported()).isFalse();
        assertThat(state.wanting()).isFalse();
    }

    private void told(String text) throws IOException {
        Files.writeString(root.resolve("run/gatehouse-data/state"), text);
    }

    private ObjectNode run(String verb, ObjectNode asked) throws Refused, IOException, InterruptedException {
        return java.util.Objects.requireNonNull(verbs.get(verb)).run(asked, Progress.NONE);
    }

    private void refused(String verb, ObjectNode asked, String code) {
        assertThatThrownBy(() -> run(verb, asked)).isInstanceOfSatisfying(Refused.class,
                why -> assertThat(why.code()).isEqualTo(code));
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
