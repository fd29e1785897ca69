package org.gatehouse.admin;

import java.util.List;
import java.util.Objects;

import org.gatehouse.admin.ModelStoreViews.ModelVerifyDraft;
import org.gatehouse.admin.ModelStoreViews.StoredModelView;
import org.gatehouse.admin.ModelStoreViews.StoredModels;
import org.gatehouse.admin.ModelStoreViews.UntrustedModel;
import org.gatehouse.governance.form.Json;
import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.modelstore.ModelCheck;
import org.gatehouse.modelstore.ModelStoreUnavailable;
import org.gatehouse.supervisor.models.HubSettings;
import org.gatehouse.supervisor.models.RemoveOutcome;
import org.gatehouse.supervisor.models.StoredModel;
import org.gatehouse.supervisor.models.Verification;

/** The models in the store: see, verify, remove. */
final class ModelStoreOperations {
    static final String TAG = "model-store";
    private static final String PATH = Operation.BASE + "model-store/models";
    private static final String ONE = PATH + "/{model}";

    private final LocalModels models;

    ModelStoreOperations(LocalModels models) {
        this.models = models;
    }

    List<Operation> all() {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(
                Operation.get(PATH, "listStoredModels", TAG,
                        "Every model in the store, and those that are not trusted.",
                        new Operation.Reply.One(200, StoredModels.class), guarded(_ -> Answer.Json.of(list()))),
                Operation.get(ONE, "getStoredModel", TAG, "One model with its files, by its id or its name.",
                        new Operation.Reply.One(200, StoredModelView.class), guarded(this::one)),
                Operation.post(ONE + "/verify", "verifyStoredModel", TAG,
                        "Holds a model against its signed manifest. A full check goes on in the background.",
                        Operation.Body.optional(ModelVerifyDraft.class),
                        new Operation.Reply.One(200, ModelCheck.class), guarded(this::verify)),
                new Operation("DELETE", ONE, "deleteStoredModel", TAG,
                        "Removes a model that nobody needs, by its id. The files of a model in place stay.",
                        Permission.CHANGE, List.of(), false, false, null, new Operation.Reply.Nothing(),
                        guarded(this::remove))),
                new ModelImportOperations(models).all().stream())
                .map(operation -> operation
                        .needing(operation.method().equals("GET") ? Permission.VIEW_BOX : Permission.OPERATE))
                .toList();
    }

    /** Turns a store that is away into an answer. */
    static Operation.Handler guarded(Operation.Handler handler) {
        return call -> {
            try {
                return handler.answer(call);
            } catch (ModelStoreUnavailable e) {
                return new Answer.Failed(Problem.unavailable(String.valueOf(e.getMessage())));
            }
        };
    }

    private StoredModels list() {
        return new StoredModels(models.plan().settings().directory().toString(),
                models.plan().hubs().stream().map(HubSettings::name).toList(),
                models.models().stream().map(model -> StoredModelView.of(model, models, false)).toList(),
                models.untrusted().stream().map(UntrustedModel::of).toList());
    }

    private Answer one(Call call) {
        return Answer.Json.of(StoredModelView.of(found(call), models, true));
    }

    private StoredModel found(Call call) {
        String named = named(call, "model");
        return models.find(named).orElseThrow(() -> new Call.Ended(absent(named)));
    }

    private Problem absent(String named) {
        return models.untrusted().stream().filter(model -> model.id().equals(named)).findFirst()
                .map(model -> Problem.conflict("Model " + named + " cannot be trusted. "
                        + model.findings().getFirst().message()))
                .orElseGet(() -> Problem.absent("The store has no model '" + shown(named)
                        + "'. GET /api/v1/model-store/models lists those that there are."));
    }

    private Answer verify(Call call) {
        StoredModel model = found(call);
        Verification.Depth depth = call.form(ModelVerifyDraft.class).depth();
        return models.verify(call.actor(), model.id(), depth).<Answer>map(check -> Answer.Json.of(Json.tree(check)))
                .orElseGet(() -> new Answer.Failed(Problem.conflict("Model " + model.id()
                        + " is being read already, or two others are. Wait for one to end, then verify it.")));
    }

    private Answer remove(Call call) {
        String id = named(call, "model");
        return switch (models.remove(call.actor(), id)) {
            case RemoveOutcome.Removed _ -> new Answer.Nothing();
            case RemoveOutcome.Used used -> new Answer.Failed(Problem.conflict(used.message()));
            case RemoveOutcome.NoSuchModel none -> new Answer.Failed(Problem.absent(none.message()));
        };
    }

    /** A segment of the path as it was meant: names have slashes and ids have an @, which clients may encode. */
    static String named(Call call, String variable) {
        String raw = Objects.requireNonNull(call.path().get(variable));
        try {
            // In a path a plus is a plus; only in queries it is a space.
            return java.net.URLDecoder.decode(raw.replace("+", "%2B"), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Call.Ended(Problem.invalid(variable, "is not encoded rightly: '" + shown(raw) + "'"));
        }
    }

    static String shown(String foreign) {
        String clean = foreign.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 200 ? clean : clean.substring(0, 200) + "…";
    }
}
