package org.gatehouse.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.modelstore.ModelCheck;
import org.gatehouse.supervisor.models.ContentPolicy;
import org.gatehouse.supervisor.models.ImportJob;
import org.gatehouse.supervisor.models.ImportOutcome;
import org.gatehouse.supervisor.models.ImportProblem;
import org.gatehouse.supervisor.models.ImportProgress;
import org.gatehouse.supervisor.models.ModelManifest;
import org.gatehouse.supervisor.models.StoredModel;
import org.gatehouse.supervisor.models.Verification;
import org.gatehouse.supervisor.planning.ModelDescription;
import org.gatehouse.supervisor.planning.ModelReading;
import org.gatehouse.supervisor.planning.TensorBytes;

/** The model store as the admin API shows it. Stateless. */
final class ModelStoreViews {
    private ModelStoreViews() {}

    /** All models. */
    record StoredModels(@About("The store's directory on the box.") String directory,
            @About("The names of the model hubs that are set up.") List<String> hubs,
            @About("The models, by name.") List<StoredModelView> models,
            @About("Models that are not used any more, because their seal does not hold.") List<UntrustedModel> untrusted) {}

    /** A model that cannot be trusted. */
    record UntrustedModel(@About("The model's id.") String id, @About("What is wrong.") List<String> findings) {

        static UntrustedModel of(Verification.Unsound unsound) {
            return new UntrustedModel(unsound.id(),
                    unsound.findings().stream().map(Verification.Finding::message).toList());
        }
    }

    /** A model. */
    record StoredModelView(@About("Its id: the name, with -- for a slash, and the beginning of the digest.") String id,
            @About("Its name.") String name,
            @About("SHA-256 over paths, sizes and digests of its files: the same content has the same everywhere.") String digest,
            @About("Where it came from.") String source,
            @About("The commit of a hub; empty for other sources.") String revision,
            @About("When its import ended.") Instant importedAt, @About("Who imported it.") String importedBy,
            @About("The directory that an engine is given.") String directory,
            @About("Whether its files stay where they were, outside of the store.") boolean inPlace,
            @About("All files together.") long bytes, @About("How many files it has.") int fileCount,
            @About("What its files tell about it; null when they cannot be read.") @Nullable ModelShapeView shape,
            @About("Why its files tell nothing; null when they do.") @Nullable String shapeProblem,
            @About("The check that runs, or the last there was; null when there was none since the import.") @Nullable ModelCheck check,
            @About("Who needs it, such as a deployment; null when nobody does.") @Nullable String usedBy,
            @About("Its files; null in lists.") @Nullable List<StoredFileView> files,
            @About("Files of the source that were left out; null in lists.") @Nullable List<String> leftOut) {

        static StoredModelView of(StoredModel model, LocalModels models, boolean whole) {
            ModelManifest manifest = model.manifest();
            ModelReading reading = models.shape(model);
            return new StoredModelView(model.id(), manifest.name(), manifest.digest(), manifest.source(),
                    manifest.revision(), manifest.importedAt(), manifest.by(), model.directory().toString(),
                    !manifest.location().isEmpty(), manifest.bytes(), manifest.files().size(),
                    reading instanceof ModelReading.Known(ModelDescription known) ? ModelShapeView.of(known) : null,
                    reading instanceof ModelReading.Unusable(var problem) ? problem.message() : null,
                    models.check(model.id()).orElse(null), models.userOf(model.id()).orElse(null),
                    whole ? manifest.files().stream().map(StoredFileView::of).toList() : null,
                    whole ? manifest.leftOut() : null);
        }
    }

    /** A file. */
    record StoredFileView(@About("Relative to the model's directory.") String path, @About("In bytes.") long size,
            @About("Its SHA-256, in hexadecimal.") String sha256) {

        static StoredFileView of(ModelManifest.File file) {
            return new StoredFileView(file.path(), file.size(), file.sha256());
        }
    }

    /** What a model is. */
    record ModelShapeView(@About("safetensors or gguf.") String format,
            @About("The class that engines look for, such as LlamaForCausalLM.") String architecture,
            @About("How many numbers its weights are; null where they are quantised and so not counted.") @Nullable Long parameters,
            @About("How its weights are quantised; none when they are not.") String quantisation,
            @About("Bits of a quantised number; 0 when unknown or not quantised.") int quantisationBits,
            @About("The format in which it computes.") String dataType,
            @About("Tokens that it was made for, prompt and answer together.") int context,
            @About("How many layers it has.") int layers,
            @About("Experts of each mixture layer; 0 in dense models.") int experts,
            @About("Bytes of all its weights.") long weightBytes,
            @About("Whether it has a tokenizer; without, engines take token ids only.") boolean hasTokenizer) {

        static ModelShapeView of(ModelDescription model) {
            List<TensorBytes> tensors = List.copyOf(model.weights().byRole().values());
            boolean counted = tensors.stream().allMatch(tensor -> tensor.bytes() == tensor.floatBytes());
            return new ModelShapeView(GpuViews.word(model.format()), model.architecture(),
                    counted ? (Long) tensors.stream().mapToLong(TensorBytes::floatElements).sum() : null,
                    model.quantisation().method(), model.quantisation().bits(), model.dataType().flag(),
                    model.longestContext(), model.layers().size(), model.experts(), model.weights().totalBytes(),
                    model.hasTokenizer());
        }
    }

    /** How thoroughly to look. */
    record ModelVerifyDraft(
            @About(value = "quick: signature, names and sizes, at once. full: every byte, in the background.", fallback = "\"quick\"") Verification.Depth depth) {}

    /** A wish. */
    record ModelImportDraft(
            @About("The model's name in the store, name or organisation/name; without it that of the repository, the directory or the archive.") @Nullable String name,
            @About(value = "A directory or an archive (.tar, .tar.gz, .zip) on the box, absolute; this or repository.", max = 4096) @Nullable String path,
            @About("The repository at the hub, such as organisation/model; this or path.") @Nullable String repository,
            @About("The hub's name; may be left out where one hub is set up.") @Nullable String hub,
            @About("A branch, a tag or a commit of the repository; main when not said.") @Nullable String revision,
            @About(value = "Patterns of the files wanted, such as *Q4_K_M*.gguf; all when empty.", fallback = "[]", max = 100) List<String> include,
            @About(value = "Patterns of files to leave out, such as original/**.", fallback = "[]", max = 100) List<String> exclude,
            @About(value = "Whether the files of a directory stay where they are, instead of being copied.", fallback = "false") boolean inPlace,
            @About(value = "What becomes of pickled weights, which run code when they are loaded.", fallback = "\"refuse\"") ContentPolicy.Handling pickles,
            @About(value = "What becomes of programs among the files.", fallback = "\"refuse\"") ContentPolicy.Handling code,
            @About(value = "Whether another model of this name may be there already; the name then means the newest.", fallback = "false") boolean newVersion) {}

    /** Imports. */
    record ModelImports(
            @About("Those that run, stand still, or ended since the start of the box; the oldest first.") List<ModelImportView> imports) {}

    /** An import. */
    record ModelImportView(@About("Its id.") String id, @About("The model's name in the store.") String name,
            @About("Where it comes from.") String source, @About("Who wanted it.") String by,
            @About("active, paused, interrupted, failed, cancelled, imported or already_there.") String state,
            @About("What it does: waiting, looking, fetching, checking, sealing, ended.") ImportProgress.Phase phase,
            @About("Whether it can be resumed.") boolean resumable,
            @About("How many files there are in all; 0 while not known.") int files,
            @About("How many of them are complete.") int filesDone,
            @About("How many bytes there are in all; 0 while not known.") long bytes,
            @About("How many bytes have come.") long bytesDone, @About("0 to 100.") int percent,
            @About("The rate of the last seconds.") long bytesPerSecond,
            @About("The time left at that rate; null while it cannot be told.") @Nullable Long secondsLeft,
            @About("The files that come right now.") List<String> current,
            @About("Why it failed; null when it did not.") @Nullable ModelImportProblem problem,
            @About("The id of the model that it brought; null while there is none.") @Nullable String model) {

        static ModelImportView of(ImportJob job) {
            ImportOutcome outcome = job.outcome().orElse(null);
            ImportProgress progress = job.progress();
            return new ModelImportView(job.id(), job.wish().name(), job.wish().source().describe(), job.wish().by(),
                    state(outcome), progress.phase(), outcome != null && outcome.resumable(), progress.files(),
                    progress.filesDone(), progress.bytes(), progress.bytesDone(), progress.percent(),
                    progress.bytesPerSecond(),
                    Optional.ofNullable(progress.left()).map(java.time.Duration::toSeconds).orElse(null),
                    progress.current(),
                    outcome instanceof ImportOutcome.Failed(ImportProblem problem)
                            ? ModelImportProblem.of(problem)
                            : null,
                    model(outcome));
        }

        private static String state(@Nullable ImportOutcome outcome) {
            return switch (outcome) {
                case null -> "active";
                case ImportOutcome.Imported _ -> "imported";
                case ImportOutcome.AlreadyThere _ -> "already_there";
                case ImportOutcome.Failed _ -> "failed";
                case ImportOutcome.Paused _ -> "paused";
                case ImportOutcome.Interrupted _ -> "interrupted";
                case ImportOutcome.Cancelled _ -> "cancelled";
            };
        }

        private static @Nullable String model(@Nullable ImportOutcome outcome) {
            return switch (outcome) {
                case ImportOutcome.Imported(StoredModel model) -> model.id();
                case ImportOutcome.AlreadyThere(StoredModel model) -> model.id();
                case null, default -> null;
            };
        }
    }

    /** Why an import failed. */
    record ModelImportProblem(
            @About("A short name, stable for programs, such as disk-full or not-a-model.") String kind,
            @About("What happened, with which thing, what to do.") String message) {

        static ModelImportProblem of(ImportProblem problem) {
            return new ModelImportProblem(problem.kind(), problem.message());
        }
    }
}
