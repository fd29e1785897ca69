package org.gatehouse.supervisor.models;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class DirectoryImportTest {
    @TempDir
    Path temporary;
    private StoreBench bench;
    private Path source;

    @BeforeEach
    void openStore() throws Exception {
        bench = new StoreBench(temporary);
        source = temporary.resolve("source");
    }

    @AfterEach
    void closeStore() throws Exception {
        bench.close();
    }

    @Test
    void importedModelIsListedWithASignedManifestAndReadOnlyFiles() throws Exception {
        ModelFiles files = ModelFiles.of(3 << 20).with("tokenizer/vocab.txt", ModelFiles.text("a\nb\n"));

        StoredModel model = bench.imported(StoreBench.fromDirectory(files.writeTo(source)));

        bench.assertHolds(model, files);
        assertThat(bench.store.models()).containsExactly(model);
        assertThat(bench.store.find("acme/tiny")).contains(model);
        assertThat(model.id()).matches("acme--tiny@[0-9a-f]{16}");
        assertThat(model.manifest().bytes()).isEqualTo(files.bytes());
        assertThat(model.manifest().importedAt()).isEqualTo(StoreBench.NOW);
        assertThat(model.manifest().by()).isEqualTo("anna");
        assertThat(Files.getPosixFilePermissions(model.directory().resolve("config.json")))
                .noneMatch(permission -> permission.name().endsWith("WRITE"));
        assertThat(bench.list("incoming")).isEmpty();
        assertThat(source.resolve("config.json")).isWritable();
    }

    @Test
    void progressEndsAtAHundredPercent() throws Exception {
        ModelFiles files = ModelFiles.of(100_000);
        ImportJob job = bench.begin(StoreBench.fromDirectory(files.writeTo(source)));

        StoreBench.imported(job);

        assertThat(job.progress().percent()).isEqualTo(100);
        assertThat(job.progress().phase()).isEqualTo(ImportProgress.Phase.ENDED);
        assertThat(job.progress().bytesDone()).isEqualTo(files.bytes());
        assertThat(job.progress().filesDone()).isEqualTo(3);
    }

    @Test
    void sameContentAgainAddsNothing() throws Exception {
        StoredModel model = bench.imported(StoreBench.fromDirectory(ModelFiles.of(10).writeTo(source)));

        ImportOutcome again = StoreBench.end(bench.begin(StoreBench.fromDirectory(source)));

        assertThat(again).isEqualTo(new ImportOutcome.AlreadyThere(model));
        assertThat(bench.list("models")).hasSize(1);
        assertThat(bench.list("incoming")).isEmpty();
    }

    @Test
    void modelInPlaceIsSignedWhereItLiesAndReadWholeBeforeItServes() throws Exception {
        ModelFiles files = ModelFiles.of(1000);
        files.writeTo(source);
        ImportWish wish = ImportWish.of("tiny",
                new ModelSource.Directory(source, ModelSource.Placement.IN_PLACE), "anna");

        StoredModel model = bench.imported(wish);

        assertThat(model.directory()).isEqualTo(source.toRealPath());
        assertThat(bench.store.verifyToServe(model.id())).isInstanceOf(Verification.Sound.class);
        byte[] weights = files.get("model.safetensors").clone();
        weights[weights.length - 1] ^= 1;
        Files.write(source.resolve("model.safetensors"), weights);
        assertThat(bench.store.verify(model.id(), Verification.Depth.QUICK)).isInstanceOf(Verification.Sound.class);
        assertThat(bench.store.verifyToServe(model.id())).isInstanceOf(Verification.Unsound.class);

        assertThat(bench.store.remove(model.id())).isInstanceOf(RemoveOutcome.Removed.class);
        assertThat(source.resolve("model.safetensors")).exists();
    }

    @Test
    void snapshotOfAHubClientsCacheIsFollowedToItsBlobs() throws Exception {
        ModelFiles files = ModelFiles.of(50);
        Path blobs = Files.createDirectories(temporary.resolve("cache/blobs"));
        Path snapshot = Files.createDirectories(temporary.resolve("cache/snapshots/abc"));
        int number = 0;
        for (String path : files.files().keySet()) {
            Path blob = Files.write(blobs.resolve("blob" + number++), files.get(path));
            Files.createSymbolicLink(snapshot.resolve(path), snapshot.relativize(blob));
        }

        bench.assertHolds(bench.imported(StoreBench.fromDirectory(snapshot)), files);
    }

    @Test
    void linkThatLeadsOutIsRefused() throws Exception {
        ModelFiles.of(50).writeTo(source);
        Path secret = Files.writeString(temporary.resolve("secret"), "secret");
        Files.createSymbolicLink(source.resolve("notes.txt"), secret);

        assertThat(bench.failure(StoreBench.fromDirectory(source)))
                .isInstanceOfSatisfying(ImportProblem.UnsafeEntry.class, problem -> {
                    assertThat(problem.entry()).isEqualTo("notes.txt");
                    assertThat(problem.message()).contains("link that leads out");
                });
    }

    @Test
    void pipeIsRefusedAndNotReadForEver() throws Exception {
        ModelFiles.of(50).writeTo(source);
        Process made = new ProcessBuilder("mkfifo", source.resolve("tokens.txt").toString()).start();
        assertThat(made.waitFor(10, TimeUnit.SECONDS)).isTrue();

        assertThat(bench.failure(StoreBench.fromDirectory(source))).isInstanceOf(ImportProblem.UnsafeEntry.class);
    }

    @Test
    void fileWithABadNameIsRefused() throws Exception {
        ModelFiles.of(50).writeTo(source);
        Files.writeString(source.resolve("a\nb.txt"), "x");

        ImportProblem problem = bench.failure(StoreBench.fromDirectory(source));

        assertThat(problem).isInstanceOf(ImportProblem.UnsafeEntry.class);
        assertThat(problem.message()).doesNotContain("\n");
    }

    @Test
    void filesThatRunCodeAreRefusedLeftOutOrTakenAsTheWishSays() throws Exception {
        ModelFiles safe = ModelFiles.of(50);
        ModelFiles all = safe.with("modeling.py", ModelFiles.text("import os"))
                .with("old.bin", ModelFiles.text("pickle"));
        ImportWish wish = StoreBench.fromDirectory(all.writeTo(source));

        assertThat(bench.failure(wish)).isInstanceOfSatisfying(ImportProblem.ContentRefused.class,
                problem -> assertThat(problem.files()).containsExactly("old.bin"));
        StoredModel without = bench.imported(wish.with(ContentPolicy.safeFilesOnly()));
        bench.assertHolds(without, safe);
        assertThat(without.manifest().leftOut()).containsExactly("modeling.py", "old.bin");
        ContentPolicy takeAll = new ContentPolicy(ContentPolicy.Handling.TAKE, ContentPolicy.Handling.TAKE);
        bench.assertHolds(bench.imported(wish.with(takeAll)), all);
    }

    @Test
    void patternsChooseFiles() throws Exception {
        byte[] gguf = ModelFiles.text("GGUF and tensors");
        ModelFiles.of(50).with("q/tiny.Q4_K_M.gguf", gguf).with("q/tiny.Q8_0.gguf", gguf).writeTo(source);

        StoredModel model = bench.imported(StoreBench.fromDirectory(source).only("*Q4_K_M*.gguf"));

        assertThat(model.manifest().files()).extracting(ModelManifest.File::path).containsExactly("q/tiny.Q4_K_M.gguf");
    }

    @Test
    void directoryWithoutConfigurationOrWeightsIsNoModel() throws Exception {
        ModelFiles.of(50).without("config.json").with("generation_config.json", ModelFiles.text("{}"))
                .writeTo(source);
        assertThat(bench.failure(StoreBench.fromDirectory(source)).message()).contains("it has no config.json");

        Path other = temporary.resolve("other");
        ModelFiles.of(50).without("model.safetensors").writeTo(other);
        assertThat(bench.failure(StoreBench.fromDirectory(other)).message()).contains("it has no weights");
    }

    @Test
    void missingShardIsNamed() throws Exception {
        ModelFiles.of(50).with("model.safetensors.index.json",
                ModelFiles.text("{\"weight_map\":{\"a\":\"model.safetensors\",\"b\":\"model-2.safetensors\"}}"))
                .writeTo(source);

        assertThat(bench.failure(StoreBench.fromDirectory(source)).message()).contains("`model-2.safetensors`");
    }

    @Test
    void truncatedOrInventedWeightsAreDamaged() throws Exception {
        ModelFiles whole = ModelFiles.of(5000);
        byte[] cut = java.util.Arrays.copyOf(whole.get("model.safetensors"), 4000);
        assertThat(bench.failure(StoreBench.fromDirectory(whole.with("model.safetensors", cut).writeTo(source))))
                .isInstanceOfSatisfying(ImportProblem.DamagedWeights.class,
                        problem -> assertThat(problem.file()).isEqualTo("model.safetensors"));
        byte[] pointer = ModelFiles.text("version https://git-lfs.github.com/spec/v1\n");
        assertThat(bench.failure(StoreBench.fromDirectory(whole.with("model.safetensors", pointer).writeTo(source))))
                .isInstanceOf(ImportProblem.DamagedWeights.class);
    }

    @Test
    void sourceThatIsNotThereCanBeResumedOnceItIs() throws Exception {
        ImportJob job = bench.begin(StoreBench.fromDirectory(source));
        assertThat(bench.failure(job)).isInstanceOf(ImportProblem.SourceUnreadable.class);

        ModelFiles.of(50).writeTo(source);

        StoreBench.imported(StoreBench.accepted(bench.store.resume(job.id())));
    }

    @Test
    void nameAndPathOfTheWishMustHold() {
        for (String name : new String[]{"", "../x", "a/b/c", "a--b", "-x", "a b", "x".repeat(300)}) {
            ImportWish wish = ImportWish.of(name,
                    new ModelSource.Directory(source, ModelSource.Placement.COPY), "anna");
            assertThat(bench.store.begin(wish)).as(name).isInstanceOf(ImportStart.Refused.class);
        }
        assertThat(bench.store.begin(StoreBench.fromDirectory(Path.of("relative"))))
                .isInstanceOf(ImportStart.Refused.class);
        assertThat(bench.store.begin(StoreBench.fromDirectory(source).only("[")))
                .isInstanceOf(ImportStart.Refused.class);
    }
}
