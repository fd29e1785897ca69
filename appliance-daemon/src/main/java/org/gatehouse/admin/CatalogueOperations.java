package org.gatehouse.admin;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.gatehouse.admin.CatalogueViews.Catalogue;
import org.gatehouse.admin.CatalogueViews.CatalogueAbilities;
import org.gatehouse.admin.CatalogueViews.CatalogueAccess;
import org.gatehouse.admin.CatalogueViews.CatalogueKey;
import org.gatehouse.admin.CatalogueViews.CatalogueModel;
import org.gatehouse.admin.CatalogueViews.CataloguePlace;
import org.gatehouse.admin.CatalogueViews.CatalogueProject;
import org.gatehouse.governance.AccessRequest;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Key;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.Noun;
import org.gatehouse.governance.Project;
import org.gatehouse.governance.Reach;
import org.gatehouse.governance.User;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Surface;

/** What there is to call, told to whoever wants to call it: what it can do, costs, where it lies, and whether they may. */
final class CatalogueOperations {
    /** Nobody reads more at once. */
    private static final int MOST_PROJECTS = 100;
    private static final int MOST_KEYS = 1000;

    private final Governance governance;
    private final Clock clock;

    CatalogueOperations(Governance governance, Clock clock) {
        this.governance = governance;
        this.clock = clock;
    }

    List<Operation> all() {
        return List.of(Operation.get(Operation.BASE + "catalogue", "getCatalogue", "catalogue",
                "Every model with what it can do, what it costs, where its calls go, and whether you may use it.",
                new Operation.Reply.One(200, Catalogue.class), this::catalogue).reaching(Operation.Reaching.WITHIN)
                .with(Parameter.id("project",
                        "The project to look from; your own ones when not said, at most " + MOST_PROJECTS + ".")));
    }

    private Answer catalogue(Call call) {
        List<Project> projects = projects(call);
        PolicySnapshot snapshot = governance.snapshots().current();
        Instant now = clock.instant();
        List<View> views = projects.stream().map(project -> view(call, project)).toList();
        List<CatalogueModel> models = snapshot.models().values().stream()
                .sorted(Comparator.comparing(ModelRoute::name)).map(model -> model(model, snapshot, now, views))
                .toList();
        return Answer.Json.of(new Catalogue(models, projects.stream()
                .map(project -> new CatalogueProject(project.id(), project.department(), project.name())).toList()));
    }

    /** A token belongs to nobody, and an admin to no project: they name the one they mean. */
    private List<Project> projects(Call call) {
        UUID named = call.query("project", UUID.class).orElse(null);
        if (named != null) {
            return List.of(governance.projects().find(named, call.reach()).orElseThrow(
                    () -> new Call.Ended(Problem.absent("There is no project with id " + named + "."))));
        }
        User user = call.identity().user();
        if (user == null) {
            return List.of();
        }
        Reach own = new Reach.Parts(java.util.Set.copyOf(user.departments()), java.util.Set.copyOf(user.projects()),
                user.id());
        return governance.projects().list(Map.of(), own, null, MOST_PROJECTS).items();
    }

    /** What is asked of the store once for a project, whatever the number of models. */
    private record View(Project project, List<Key> keys, List<AccessRequest> pending) {}

    private View view(Call call, Project project) {
        User user = call.identity().user();
        Noun<Key, KeyDraft> keys = governance.keys().noun();
        List<Key> mine = user == null
                ? List.of()
                : keys.list(Map.of("project", project.id(), "owner", user.id(), "state", "active"), null, MOST_KEYS)
                        .items();
        return new View(project,
                mine.stream().filter(key -> key.state() == KeyRecord.State.ACTIVE).toList(),
                governance.accessRequests().noun()
                        .list(Map.of("project", project.id(), "state", "pending"), null, MOST_KEYS).items());
    }

    private static CatalogueModel model(ModelRoute model, PolicySnapshot snapshot, Instant now, List<View> views) {
        List<ModelRoute.Target> targets = model.targets().stream().filter(target -> target.weight() > 0)
                .filter(target -> model.terms().residency().allows(target.upstream().local(),
                        CataloguePlace.region(target)))
                .sorted(Comparator.comparingInt(target -> target.terms().tier())).toList();
        List<CataloguePlace> places = new ArrayList<>(targets.stream()
                .map(target -> CataloguePlace.of(target,
                        snapshot.prices().priceOf(model.name(), target.upstream().name(), now).orElse(null)))
                .distinct().toList());
        return new CatalogueModel(model.name(), words(model.surfaces()), model.contextTokens(),
                model.maxOutputTokens(), CatalogueAbilities.of(targets),
                !places.isEmpty() && places.stream().allMatch(CataloguePlace::local), places,
                views.stream().map(view -> access(model.name(), view)).toList());
    }

    private static List<String> words(Grant<Surface> surfaces) {
        return surfaces.everything()
                ? KeyDraft.EVERYTHING
                : surfaces.names().stream().map(Surface::id).sorted().toList();
    }

    private static CatalogueAccess access(String model, View view) {
        boolean allowed = view.project().allows(model);
        return new CatalogueAccess(view.project().id(), allowed,
                view.keys().stream().filter(key -> allowed && key.allows(model)).map(CatalogueOperations::key)
                        .toList(),
                view.keys().stream().filter(key -> !key.allows(model)).map(CatalogueOperations::key).toList(),
                view.pending().stream().filter(wish -> wish.model().equals(model)).map(AccessRequest::id).findFirst()
                        .orElse(null));
    }

    private static CatalogueKey key(Key key) {
        return new CatalogueKey(key.id(), key.name());
    }
}
