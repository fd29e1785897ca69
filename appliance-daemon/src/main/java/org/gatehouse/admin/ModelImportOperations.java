package org.gatehouse.admin;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.ModelStoreViews.ModelImportDraft;
import org.gatehouse.admin.ModelStoreViews.ModelImportView;
import org.gatehouse.admin.ModelStoreViews.ModelImports;
import org.gatehouse.governance.form.Json;
import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.supervisor.models.ContentPolicy;
import org.gatehouse.supervisor.models.HubSettings;
import org.gatehouse.supervisor.models.ImportJob;
import org.gatehouse.supervisor.models.ImportProblem;
import org.gatehouse.supervisor.models.ImportStart;
import org.gatehouse.supervisor.models.ImportWish;
import org.gatehouse.supervisor.models.ModelSource;

/** Imports into the model store: begin, watch, pause, resume, cancel. */
final class ModelImportOperations {
    private static final String PATH = Operation.BASE + "model-store/imports";
    private static final String ONE = PATH + "/{import}";
    /** What is plainly wrong with a source shows within milliseconds, and then the first answer says so. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(500);
    /** A connection that is being closed may take a while. */
    private static final Duration STOPPING = Duration.ofSeconds(5);

    private final LocalModels models;

    ModelImportOperations(LocalModels models) {
        this.models = models;
    }

    List<Operation> all() {
        return List.of(
                Operation.get(PATH, "listModelImports", ModelStoreOperations.TAG, "Imports, the oldest first.",
                        new Operation.Reply.One(200, ModelImports.class),
                        ModelStoreOperations.guarded(_ -> Answer.Json
                                .of(new ModelImports(models.imports().stream().map(ModelImportView::of).toList())))),
                Operation.post(PATH, "createModelImport", ModelStoreOperations.TAG,
                        "Begins to import a model from a directory or an archive on the box, or from a hub.",
                        Operation.Body.of(ModelImportDraft.class), new Operation.Reply.One(201, ModelImportView.class),
                        ModelStoreOperations.guarded(this::begin)),
                Operation.get(ONE, "getModelImport", ModelStoreOperations.TAG, "How far an import is.", view(),
                        ModelStoreOperations.guarded(call -> Answer.Json.of(ModelImportView.of(job(call))))),
                Operation.post(ONE + "/pause", "pauseModelImport", ModelStoreOperations.TAG,
                        "Stops an import; what has come stays.", null, view(),
                        ModelStoreOperations.guarded(this::pause)),
                Operation.post(ONE + "/resume", "resumeModelImport", ModelStoreOperations.TAG,
                        "Goes on with an import that was paused, interrupted, or failed for a cause that can be mended.",
                        null, view(), ModelStoreOperations.guarded(this::resume)),
                Operation.post(ONE + "/cancel", "cancelModelImport", ModelStoreOperations.TAG,
                        "Gives an import up; nothing of it stays.", null, view(),
                        ModelStoreOperations.guarded(this::cancel)));
    }

    private static Operation.Reply view() {
        return new Operation.Reply.One(200, ModelImportView.class);
    }

    private ImportJob job(Call call) {
        String id = ModelStoreOperations.named(call, "import");
        return models.store().findImport(id).orElseThrow(() -> new Call.Ended(
                Problem.absent("There is no import '" + ModelStoreOperations.shown(id)
                        + "'. GET /api/v1/model-store/imports lists those that there are.")));
    }

    private Answer begin(Call call) {
        ModelImportDraft draft = call.form(ModelImportDraft.class);
        ModelSource source = source(draft);
        ImportWish wish = new ImportWish(name(draft), source, call.actor().name(),
                new ContentPolicy(draft.pickles(), draft.code()), draft.include(), draft.exclude());
        return switch (models.begin(call.actor(), wish, draft.newVersion())) {
            case ImportStart.Accepted(ImportJob job) -> {
                await(job, FIRST_LOOK);
                yield new Answer.Json(201, Json.tree(ModelImportView.of(job)), PATH + "/" + job.id(), null);
            }
            case ImportStart.Refused(ImportProblem problem) -> new Answer.Failed(problem(problem));
        };
    }

    private ModelSource source(ModelImportDraft draft) {
        String path = draft.path();
        String repository = draft.repository();
        if ((path == null) == (repository == null)) {
            throw wrong("path", "or repository must be given, and not both");
        }
        if (repository != null) {
            if (draft.inPlace()) {
                throw wrong("inPlace", "is for directories only");
            }
            String revision = draft.revision();
            return new ModelSource.Hub(hub(draft.hub()), repository, revision == null ? "main" : revision);
        }
        if (draft.hub() != null || draft.revision() != null) {
            throw wrong(draft.hub() != null ? "hub" : "revision", "belongs to a repository, not to a path");
        }
        return local(String.valueOf(path), draft.inPlace());
    }

    private String hub(@Nullable String named) {
        List<String> known = models.plan().hubs().stream().map(HubSettings::name).toList();
        if (named == null && known.size() == 1) {
            return known.getFirst();
        }
        if (named == null || !known.contains(named)) {
            throw wrong("hub", known.isEmpty()
                    ? "is unknown: no model hub is set up; add one under models.hubs in the settings"
                    : "must be one of " + String.join(", ", known));
        }
        return named;
    }

    private static ModelSource local(String text, boolean inPlace) {
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException e) {
            throw wrong("path", "is no path");
        }
        if (!path.isAbsolute()) {
            throw wrong("path", "must be absolute, on the box itself");
        }
        if (Files.isDirectory(path)) {
            return new ModelSource.Directory(path.normalize(),
                    inPlace ? ModelSource.Placement.IN_PLACE : ModelSource.Placement.COPY);
        }
        if (!Files.isRegularFile(path)) {
            throw wrong("path", Files.exists(path)
                    ? "must be a directory or a plain file; it is a device, a pipe or a socket"
                    : "names nothing that the daemon can see; check that it is mounted and that the daemon may read it");
        }
        if (inPlace) {
            throw wrong("inPlace", "is for directories only");
        }
        return new ModelSource.Archive(path.normalize());
    }

    /** What people would call it. */
    private static String name(ModelImportDraft draft) {
        if (draft.name() != null) {
            return draft.name();
        }
        if (draft.repository() != null) {
            return draft.repository();
        }
        Path last = Path.of(String.valueOf(draft.path())).normalize().getFileName();
        return last == null ? "" : last.toString().replaceFirst("\\.(tar|tar\\.gz|tgz|zip)$", "");
    }

    private Answer pause(Call call) {
        ImportJob job = job(call);
        return models.pause(call.actor(), job.id())
                ? stopped(job)
                : new Answer.Failed(
                        Problem.conflict("Import " + job.id() + " neither runs nor waits, so there is nothing"
                                + " to pause."));
    }

    private Answer cancel(Call call) {
        ImportJob job = job(call);
        return models.cancel(call.actor(), job.id())
                ? stopped(job)
                : new Answer.Failed(
                        Problem.conflict("Import " + job.id() + " has ended. Remove its model instead, if it"
                                + " brought one."));
    }

    private static Answer stopped(ImportJob job) {
        await(job, STOPPING);
        return Answer.Json.of(ModelImportView.of(job));
    }

    private Answer resume(Call call) {
        ImportJob job = job(call);
        return switch (models.resume(call.actor(), job.id())) {
            case ImportStart.Accepted(ImportJob resumed) -> {
                await(resumed, FIRST_LOOK);
                yield Answer.Json.of(ModelImportView.of(resumed));
            }
            case ImportStart.Refused(ImportProblem.NoSuchImport _) -> new Answer.Failed(Problem.conflict("Import "
                    + job.id() + " cannot be resumed: it runs, or it has ended for good. Begin a new one instead."));
            case ImportStart.Refused(ImportProblem problem) -> new Answer.Failed(problem(problem));
        };
    }

    private static void await(ImportJob job, Duration atMost) {
        try {
            job.await(atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Problem problem(ImportProblem problem) {
        return switch (problem) {
            case ImportProblem.BadWish(String field, _, _) ->
                Problem.invalid(field.equals("pattern") ? "include" : field, problem.message());
            case ImportProblem.UnknownHub _ -> Problem.invalid("hub", problem.message());
            case ImportProblem.NameTaken _,ImportProblem.TooManyImports _ -> Problem.conflict(problem.message());
            case ImportProblem.NoSuchImport _ -> Problem.absent(problem.message());
            case ImportProblem.DiskFull _,ImportProblem.StoreFailed _ -> Problem.unavailable(problem.message());
            default -> Problem.conflict(problem.message());
        };
    }

    private static Call.Ended wrong(String field, String message) {
        return new Call.Ended(Problem.invalid(field, message));
    }
}
