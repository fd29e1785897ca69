package org.gatehouse.governance;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.snapshot.Upstream;

/** Deployments, each with the upstream and the models that make it callable. */
final class DeploymentRows implements Rows<Deployment, DeploymentDraft> {
    private static final String SELECT = """
            SELECT e.id, e.definition, e.created_at, e.updated_at, e.version
            FROM deployment e
            """;

    private final DeploymentCheck check;
    private final DeploymentRoutes routes;

    DeploymentRows(Nouns nouns, DeploymentCheck check) {
        this.check = check;
        this.routes = new DeploymentRoutes(nouns);
    }

    @Override
    public String noun() {
        return "deployments";
    }

    @Override
    public String one() {
        return "deployment";
    }

    @Override
    public List<Filter> filters() {
        return List.of(Filter.byName("e.name"),
                new Filter("publicName", String.class, "Only the one that callers know by that model name.",
                        "e.public_name = :value"));
    }

    @Override
    public String idColumn() {
        return "e.id";
    }

    @Override
    public List<Deployment> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "e.id")
                .map((row, _) -> Deployment.of(Columns.id(row, "id"),
                        Json.trusted(Columns.text(row, "definition"), DeploymentDraft.class),
                        Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version")))
                .list();
    }

    DeploymentRoutes routes() {
        return routes;
    }

    /** The deployment that an upstream of that base URL stands for. */
    Optional<Deployment> behind(Handle handle, String baseUrl) {
        return baseUrl.startsWith(Upstream.DEPLOYMENT)
                ? read(handle, Selection.of("e.name = :value", baseUrl.substring(Upstream.DEPLOYMENT.length())))
                        .stream().findFirst()
                : Optional.empty();
    }

    /** The deployment that serves the model of that public name, itself or by an adapter. */
    Optional<Deployment> serving(Handle handle, String model) {
        // A box has dozens of them at most.
        return read(handle, Selection.all()).stream().filter(one -> publicNames(one.draft()).contains(model))
                .findFirst();
    }

    static Set<String> publicNames(DeploymentDraft draft) {
        Set<String> names = new LinkedHashSet<>();
        names.add(draft.publicName());
        draft.adapters().forEach(adapter -> names.add(adapter.name()));
        return names;
    }

    @Override
    public DeploymentDraft draft(Deployment stored) {
        return stored.draft();
    }

    @Override
    public Deployment insert(ChangeSet changes, DeploymentDraft draft) {
        UUID id = changes.newId();
        requireGood(changes.handle(), id, draft);
        judgeAtTheEnd(changes, draft);
        bind(changes, id, draft, changes.handle().createUpdate("""
                INSERT INTO deployment (id, name, public_name, definition, created_at, updated_at, version)
                VALUES (:id, :name, :publicName, :definition, :now, :now, 1)
                """)).execute();
        routes.make(changes, draft);
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public Deployment replace(ChangeSet changes, Deployment stored, DeploymentDraft draft) {
        DeploymentDraft before = stored.draft();
        Checks checks = new Checks();
        String fixed = "can't be changed. Make another deployment, then delete this one";
        checks.require(draft.name().equals(before.name()), "name", fixed);
        checks.require(draft.publicName().equals(before.publicName()), "publicName", fixed);
        checks.refuse();
        requireGood(changes.handle(), stored.id(), draft);
        if (!asksForLess(before, draft)) {
            judgeAtTheEnd(changes, draft);
        }
        bind(changes, stored.id(), draft, changes.handle().createUpdate("""
                UPDATE deployment SET name = :name, public_name = :publicName, definition = :definition,
                    updated_at = :now, version = version + 1
                WHERE id = :id
                """)).execute();
        routes.follow(changes, before, draft);
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, Deployment stored, boolean cascade) {
        changes.handle().createUpdate("DELETE FROM deployment WHERE id = :id").bind("id", stored.id()).execute();
        routes.remove(changes, stored, cascade);
        changes.deleted(noun(), stored);
    }

    /** Fewer replicas of what runs already can't fail to fit, and must work when the GPUs are in trouble. */
    private static boolean asksForLess(DeploymentDraft before, DeploymentDraft after) {
        return after.replicas() <= before.replicas() && after.withReplicas(before.replicas()).equals(before);
    }

    private void requireGood(Handle handle, UUID id, DeploymentDraft draft) {
        // Drafts from Java have not been through the form yet, and what is stored must be readable by it.
        if (Json.read(Json.tree(draft), DeploymentDraft.class) instanceof Reading.Broken<DeploymentDraft>(var errors)) {
            throw new RefusedException(new Refusal.Invalid(errors));
        }
        Checks checks = new Checks();
        Set<String> names = new LinkedHashSet<>(List.of(draft.publicName()));
        for (int i = 0; i < draft.adapters().size(); i++) {
            checks.require(names.add(draft.adapters().get(i).name()), "adapters[" + i + "].name",
                    "is a model name that this deployment has already; choose another");
        }
        checks.refuse();
        Checks.free(handle, "There is already a deployment named " + draft.name() + ". Choose another name.",
                "SELECT 1 FROM deployment WHERE name = ? AND id <> ?", draft.name(), id);
        for (Deployment other : read(handle, Selection.of("e.id <> :value", id))) {
            publicNames(other.draft()).stream().filter(names::contains).findFirst().ifPresent(taken -> {
                throw RefusedException.conflict("The model name " + taken + " is taken: the deployment "
                        + other.name() + " has it. Choose another name for the model.");
            });
        }
    }

    /** Once for all of a change: one may grow into the room that another gives up in it. */
    private void judgeAtTheEnd(ChangeSet changes, DeploymentDraft draft) {
        changes.judgeAtTheEnd(noun(), draft.name(), names -> requirePossible(changes.handle(), names));
    }

    private void requirePossible(Handle handle, Set<String> names) {
        List<DeploymentDraft> all = read(handle, Selection.all()).stream().map(Deployment::draft).toList();
        Map<String, List<FieldError>> objections = check.objections(all, names);
        List<FieldError> errors = new ArrayList<>();
        objections.forEach((name, each) -> each.forEach(error -> errors.add(names.size() == 1
                ? error
                : new FieldError(error.field(), "of the deployment " + name + ": " + error.message()))));
        if (!errors.isEmpty()) {
            throw new RefusedException(new Refusal.Invalid(errors));
        }
    }

    private static Update bind(ChangeSet changes, UUID id, DeploymentDraft draft, Update update) {
        return update.bind("id", id).bind("name", draft.name()).bind("publicName", draft.publicName())
                .bind("definition", Objects.requireNonNull(Json.text(Json.tree(draft))))
                .bind("now", changes.timestamp());
    }
}
