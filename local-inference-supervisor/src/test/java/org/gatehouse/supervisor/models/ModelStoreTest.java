package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class ModelStoreTest {
    private static final String WEIGHTS = TestHub.file("model.safetensors");

    @TempDir
    Path temporary;
    private final ModelFiles files = ModelFiles.of(300_000);
    private StoreBench bench;
    private TestHub hub;

    @BeforeEach
    void openStore() throws Exception {
        bench = new StoreBench(temporary);
        hub = new TestHub(files);
        bench.hubs = List.of(hub.settings());
    }

    @AfterEach
    void closeStore() throws Exception {
        hub.close();
        bench.close();
    }

    private StoredModel imported() throws Exception {
        return bench.imported(StoreBench.fromDirectory(files.writeTo(temporary.resolve("source"))));
    }

    /** An import that has some bytes and waits for more. */
    private ImportJob halfWay() throws Exception {
        hub.fault(WEIGHTS, new TestHub.Fault.SilentAfter(200_000));
        ImportJob job = bench.begin(StoreBench.fromHub());
        StoreBench.awaitThat(() -> job.progress().bytesDone() >= 200_000);
        return job;
    }

    private static void change(Path file, byte[] content) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.write(file, content);
    }

    private List<Verification.Finding> findings(StoredModel model, Verification.Depth depth) throws IOException {
        Verification verification = bench.store.verify(model.id(), depth);
        assertThat(verification).isInstanceOf(Verification.Unsound.class);
        return ((Verification.Unsound) verification).findings();
    }

    @Test
    void modelsAreThereAfterARestart() throws Exception {
        StoredModel model = imported();

        bench.reopen();

        assertThat(bench.store.models()).containsExactly(model);
        assertThat(bench.store.imports()).isEmpty();
    }

    @Test
    void nameMeansItsNewestModelAndAnIdItsOwn() throws Exception {
        StoredModel first = imported();
        ModelFiles changed = files.with("config.json", ModelFiles.text("{\"version\":2}"));
        StoredModel second = bench.imported(StoreBench.fromDirectory(changed.writeTo(temporary.resolve("second"))));

        assertThat(bench.store.find("acme/tiny")).isPresent();
        assertThat(bench.store.find(first.id())).contains(first);
        assertThat(bench.store.find(second.id())).contains(second);
        assertThat(bench.store.find("../models")).isEmpty();
    }

    @Test
    void changedWeightsAreFoundByAFullLook() throws Exception {
        StoredModel model = imported();
        byte[] weights = files.get("model.safetensors").clone();
        weights[1000] ^= 1;
        change(model.directory().resolve("model.safetensors"), weights);

        assertThat(findings(model, Verification.Depth.FULL)).singleElement().isInstanceOf(Verification.Changed.class);
    }

    @Test
    void missingLongerAndAddedFilesAreFoundByAQuickLook() throws Exception {
        StoredModel model = imported();
        Durable.thaw(model.directory());
        Files.delete(model.directory().resolve("tokenizer.json"));
        change(model.directory().resolve("config.json"), new byte[100]);
        Files.writeString(model.directory().resolve("modeling.py"), "import os");

        assertThat(findings(model, Verification.Depth.QUICK)).hasExactlyElementsOfTypes(Verification.Changed.class,
                Verification.Missing.class, Verification.Added.class);
        assertThat(bench.store.verifyToServe(model.id())).isInstanceOf(Verification.Unsound.class);
    }

    @Test
    void changedManifestOfAnotherBoxOrAnotherModelIsNotTrusted() throws Exception {
        StoredModel model = imported();
        Path seal = model.directory().resolve(".gatehouse");
        Path manifest = seal.resolve("manifest.json");
        byte[] good = Files.readAllBytes(manifest);
        change(manifest, ModelFiles.text(Files.readString(manifest).replace("anna", "eve")));

        assertThat(findings(model, Verification.Depth.QUICK)).containsExactly(new Verification.BadSignature());
        assertThat(bench.store.models()).isEmpty();
        assertThat(bench.store.find("acme/tiny")).isEmpty();
        assertThat(bench.store.untrusted()).extracting(Verification.Unsound::id).containsExactly(model.id());

        change(manifest, good);
        assertThat(bench.store.models()).hasSize(1);

        Path renamed = bench.directory
                .resolve("models/acme--other@" + model.id().substring(model.id().indexOf('@') + 1));
        Durable.thaw(model.directory());
        Files.move(model.directory(), renamed);
        assertThat(bench.store.models()).isEmpty();
        Files.move(renamed, model.directory());

        bench.keys = StoreBench.freshKeys();
        bench.reopen();
        assertThat(bench.store.models()).isEmpty();
        assertThat(findings(model, Verification.Depth.FULL)).containsExactly(new Verification.BadSignature());
    }

    @Test
    void manifestOfAnEarlierKeyStillHolds() throws Exception {
        StoredModel model = imported();
        ManifestKeys rotated = new ManifestKeys(StoreBench.freshKeys(), List.of(bench.keys.getPublic()));

        assertThat(ManifestFile.read(model.directory(), rotated).signatureHolds()).isTrue();
    }

    @Test
    void importAgainRepairsADamagedModel() throws Exception {
        StoredModel model = imported();
        change(model.directory().resolve("config.json"), new byte[1]);

        bench.assertHolds(imported(), files);
        assertThat(bench.list("models")).hasSize(1);
        bench.assertNothingIsLeft();
    }

    @Test
    void modelInUseIsNotRemoved() throws Exception {
        StoredModel model = imported();
        bench.users.put(model.id(), "deployment chat-large");

        RemoveOutcome refused = bench.store.remove(model.id());

        assertThat(refused).isEqualTo(new RemoveOutcome.Used(model.id(), "deployment chat-large"));
        assertThat(bench.store.models()).hasSize(1);
        bench.users.clear();
        assertThat(bench.store.remove(model.id())).isEqualTo(new RemoveOutcome.Removed(model.id()));
        assertThat(bench.store.models()).isEmpty();
        assertThat(bench.list("models")).isEmpty();
        bench.assertNothingIsLeft();
        assertThat(bench.store.remove(model.id())).isEqualTo(new RemoveOutcome.NoSuchModel(model.id()));
        assertThat(bench.store.remove("..")).isInstanceOf(RemoveOutcome.NoSuchModel.class);
    }

    @Test
    void halfRemovedModelIsGoneAfterARestart() throws Exception {
        StoredModel model = imported();
        Durable.thaw(model.directory());
        Files.move(model.directory(), bench.directory.resolve("leaving/x"));

        bench.reopen();

        bench.assertNothingIsLeft();
    }

    @Test
    void secondStoreOnTheSameDirectoryIsRefused() {
        assertThatThrownBy(() -> ModelStore.open(bench.settings,
                new ModelStore.Surroundings(new ManifestKeys(bench.keys, List.of()), List::of,
                        id -> java.util.Optional.empty(), java.time.Clock.systemUTC(), System::nanoTime)))
                .isInstanceOf(IOException.class).hasMessageContaining("open already");
    }

    @Test
    void cancelledImportLeavesNothing() throws Exception {
        ImportJob job = halfWay();

        assertThat(bench.store.cancel(job.id())).isTrue();

        assertThat(StoreBench.end(job)).isEqualTo(new ImportOutcome.Cancelled());
        assertThat(bench.list("incoming")).isEmpty();
        assertThat(bench.store.models()).isEmpty();
        assertThat(bench.store.resume(job.id())).isInstanceOf(ImportStart.Refused.class);
        assertThat(bench.store.cancel(job.id())).isFalse();
    }

    @Test
    void pausedImportGoesOnWhereItWas() throws Exception {
        ImportJob job = halfWay();
        assertThat(job.progress().phase()).isEqualTo(ImportProgress.Phase.FETCHING);
        assertThat(job.progress().percent()).isBetween(60, 70);
        assertThat(job.progress().current()).contains("model.safetensors");

        assertThat(bench.store.pause(job.id())).isTrue();
        assertThat(StoreBench.end(job)).isEqualTo(new ImportOutcome.Paused());
        assertThat(bench.store.models()).isEmpty();

        ImportJob resumed = StoreBench.accepted(bench.store.resume(job.id()));
        bench.assertHolds(StoreBench.imported(resumed), files);
        assertThat(hub.requestsFor(WEIGHTS).getLast().range()).isEqualTo("bytes=200000-");
    }

    @Test
    void importThatTheProgramsEndInterruptedStandsThereAfterwards() throws Exception {
        ImportJob job = halfWay();

        bench.reopen();

        assertThat(StoreBench.end(job)).isEqualTo(new ImportOutcome.Interrupted());
        assertThat(bench.store.imports()).singleElement().satisfies(left -> {
            assertThat(left.id()).isEqualTo(job.id());
            assertThat(left.wish()).isEqualTo(job.wish());
            assertThat(left.progress().percent()).isBetween(60, 70);
            assertThat(left.outcome()).contains(new ImportOutcome.Interrupted());
        });
        bench.assertHolds(StoreBench.imported(StoreBench.accepted(bench.store.resume(job.id()))), files);
        assertThat(hub.requestsFor(WEIGHTS).getLast().range()).isEqualTo("bytes=200000-");
    }

    @Test
    void zerosThatAPowerCutLeftInAPartAreNotTrusted() throws Exception {
        ImportJob job = halfWay();
        bench.store.pause(job.id());
        StoreBench.end(job);
        Path part = bench.directory.resolve("incoming/" + job.id() + "/parts/1");
        assertThat(part).hasSize(200_000);
        Files.write(part, new byte[200_000]);

        bench.assertHolds(StoreBench.imported(StoreBench.accepted(bench.store.resume(job.id()))), files);
    }

    @Test
    void waitingImportCanBeGivenUpAfterARestartToo() throws Exception {
        ImportJob job = halfWay();
        bench.reopen();

        assertThat(bench.store.cancel(job.id())).isTrue();

        assertThat(bench.list("incoming")).isEmpty();
        assertThat(bench.store.findImport(job.id()).orElseThrow().outcome())
                .contains(new ImportOutcome.Cancelled());
    }

    @Test
    void importsWaitForTheirTurnAndTheLineIsBounded() throws Exception {
        bench.settings = bench.settings.withParallel(1, 4);
        bench.reopen();
        ImportJob first = halfWay();
        ImportJob second = bench.begin(StoreBench.fromHub());
        assertThat(second.progress().phase()).isEqualTo(ImportProgress.Phase.WAITING);
        for (int i = 0; i < 14; i++) {
            bench.begin(StoreBench.fromHub());
        }

        assertThat(bench.store.begin(StoreBench.fromHub()))
                .isEqualTo(new ImportStart.Refused(new ImportProblem.TooManyImports(16)));
        assertThat(bench.store.cancel(second.id())).isTrue();
        assertThat(StoreBench.end(second)).isEqualTo(new ImportOutcome.Cancelled());
        hub.release();
        StoreBench.imported(first);
    }

    @Test
    void modelMadeVisibleJustBeforeAKillIsFoundWhenTheImportGoesOn() throws Exception {
        ImportJob job = halfWay();
        bench.store.pause(job.id());
        StoreBench.end(job);
        Path room = bench.directory.resolve("incoming/" + job.id());
        byte[] state = Files.readAllBytes(room.resolve("state.json"));
        StoreBench.imported(StoreBench.accepted(bench.store.resume(job.id())));
        // As a kill right after the rename would leave it.
        Files.createDirectories(room);
        Files.write(room.resolve("state.json"), state);
        StringBuilder done = new StringBuilder();
        files.files().forEach((path, content) -> done.append(Digests.sha256(content)).append(' ')
                .append(content.length).append(' ').append(path).append('\n'));
        Files.writeString(room.resolve("done"), done);
        bench.reopen();
        int requests = hub.seen.size();

        ImportOutcome outcome = StoreBench.end(StoreBench.accepted(bench.store.resume(job.id())));

        assertThat(outcome).isInstanceOf(ImportOutcome.AlreadyThere.class);
        assertThat(hub.seen).hasSize(requests);
        assertThat(bench.list("incoming")).isEmpty();
    }

    @Test
    void roomWithoutARecordIsCleared() throws Exception {
        Files.createDirectories(bench.directory.resolve("incoming/junk/files"));

        bench.reopen();

        assertThat(bench.list("incoming")).isEmpty();
        assertThat(bench.store.imports()).isEmpty();
    }
}
