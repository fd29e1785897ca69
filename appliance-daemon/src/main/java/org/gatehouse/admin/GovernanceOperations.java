package org.gatehouse.admin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.Operation.Reaching;
import org.gatehouse.governance.BudgetDraft;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.Declaration;
import org.gatehouse.governance.DeclarationReport;
import org.gatehouse.governance.Department;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.LimitDraft;
import org.gatehouse.governance.MachineClientDraft;
import org.gatehouse.governance.MachineClientView;
import org.gatehouse.governance.ModelDraft;
import org.gatehouse.governance.Policy;
import org.gatehouse.governance.PolicyDraft;
import org.gatehouse.governance.PriceDraft;
import org.gatehouse.governance.PriceEntry;
import org.gatehouse.governance.Project;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.PublicModel;
import org.gatehouse.governance.RateLimit;
import org.gatehouse.governance.Reach;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.Settings;
import org.gatehouse.governance.SettingsDraft;
import org.gatehouse.governance.SpendBudget;
import org.gatehouse.governance.UpstreamDraft;
import org.gatehouse.governance.UpstreamServer;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.FormSchema.Direction;
import org.gatehouse.governance.snapshot.Upstream;

/** The operations on everything that is governed. */
final class GovernanceOperations {
    /** Ten thousand keys with everything that binds them are about 4 MB. */
    private static final int LARGEST_DECLARATION = 16 << 20;

    private final Governance governance;
    private final UpstreamProbe probe;

    GovernanceOperations(Governance governance, UpstreamProbe probe) {
        this.governance = governance;
        this.probe = probe;
    }

    /** What to try. */
    record ProbeDraft(
            @About(value = "A model of the upstream to make a call of one token to; without it no model is called.", max = 200) @Nullable String model) {}

    List<Operation> all() {
        List<Operation> all = new ArrayList<>();
        Access within = Access.usual().seenBy(Reaching.WITHIN);
        Access shared = Access.usual().seenBy(Reaching.SAME_FOR_ALL);
        all.addAll(new NounOperations<>(governance.departments(), Department.class, DepartmentDraft.class, within)
                .all(true));
        all.addAll(projects(within));
        all.addAll(new NounOperations<>(governance.users(), User.class, UserDraft.class,
                within.changedCarefully(Permission.MANAGE_PEOPLE), GovernanceOperations::holdRoles).all(false));
        all.addAll(new KeyOperations(governance.keys(), new KeyFence(governance)).all());
        all.addAll(new NounOperations<>(governance.machineClients(), MachineClientView.class, MachineClientDraft.class,
                Access.usual().changedCarefully(Permission.CHANGE)).all(false));
        all.addAll(new NounOperations<>(governance.limits(), RateLimit.class, LimitDraft.class, within).all(false));
        all.addAll(new NounOperations<>(governance.budgets(), SpendBudget.class, BudgetDraft.class, within)
                .all(false));
        all.addAll(new NounOperations<>(governance.upstreams(), UpstreamServer.class, UpstreamDraft.class,
                Access.ofTheBox(Permission.CHANGE)).all(false));
        all.add(Operation.post(Operation.BASE + "upstreams/{id}/test", "testUpstream", "upstreams",
                "Asks the upstream for its models, live, and makes a call of one token if a model is named.",
                Operation.Body.optional(ProbeDraft.class),
                new Operation.Reply.One(200, UpstreamProbe.Report.class), this::test));
        all.addAll(new NounOperations<>(governance.models(), PublicModel.class, ModelDraft.class, shared).all(false));
        all.addAll(new NounOperations<>(governance.prices(), PriceEntry.class, PriceDraft.class, shared).all(false));
        all.addAll(new NounOperations<>(governance.policies(), Policy.class, PolicyDraft.class).all(false));
        all.add(Operation.post(Operation.BASE + "apply", "apply", "declarations",
                "Brings the box into the declared state, all or nothing, and says what changed.",
                new Operation.Body(Declaration.class, Direction.REQUEST, false, true, LARGEST_DECLARATION),
                new Operation.Reply.One(200, DeclarationReport.class), this::apply)
                .with(Parameter.flag("dryRun", "Whether only to say what would change."), Parameter.flag("prune",
                        "Whether what a present section does not name is deleted; without it such things stay."))
                .afterRecentLogin());
        all.add(Operation.get(Operation.BASE + "export", "export", "declarations",
                "The whole box as a declaration, without secrets.", new Operation.Reply.One(200, Declaration.class),
                call -> Answer.Json.of(call.identity().may(Permission.CHANGE)
                        ? governance.declarations().export()
                        : governance.declarations().export().masked()))
                .needing(Permission.VIEW_BOX));
        all.add(Operation.get(Operation.BASE + "settings", "getSettings", "settings",
                "Reads what holds for the whole organisation.", new Operation.Reply.One(200, Settings.class),
                _ -> NounOperations.one(200, governance.currentSettings())).reaching(Reaching.SAME_FOR_ALL));
        all.add(Operation.patch(Operation.BASE + "settings", "updateSettings", "settings",
                "Changes settings (JSON merge patch): absent members stay as they are.",
                Operation.Body.patch(SettingsDraft.class), new Operation.Reply.One(200, Settings.class),
                this::changeSettings));
        return all;
    }

    /** Leads make projects in their departments, and move none to or from elsewhere. */
    private List<Operation> projects(Access within) {
        NounOperations<Project, ProjectDraft> projects = new NounOperations<>(governance.projects(), Project.class,
                ProjectDraft.class, within.changedWithin(Permission.MANAGE_PROJECTS), (call, before, after) -> {
                    if (call.reach() instanceof Reach.Parts parts) {
                        if (before != null && !parts.departments().contains(before.departmentId())) {
                            throw new Call.Ended(Problem.forbidden("The project is not in a department of yours."));
                        }
                        if (after != null && !parts.departments().contains(after.departmentId())) {
                            throw new Call.Ended(Problem.invalid("departmentId", "must be a department that you lead"));
                        }
                    }
                });
        // Whoever deletes a project deletes what its calls are told by.
        return projects.all(true).stream().map(operation -> operation.method().equals("DELETE")
                ? operation.needing(Permission.CHANGE)
                : operation).toList();
    }

    /** Nobody gives, changes or takes roles that may do more than they may themselves. */
    private static void holdRoles(Call call, @Nullable UserDraft before, @Nullable UserDraft after) {
        for (UserDraft draft : Arrays.asList(before, after)) {
            if (draft != null && !call.identity().covers(RoleGrants.ofRoles(draft.roles()))) {
                throw new Call.Ended(Problem.forbidden("A user with the role " + draft.roles().getFirst().name()
                        .toLowerCase(Locale.ROOT) + " may do what you may not, so you can't make or change one. Ask"
                        + " somebody who has that role."));
            }
        }
    }

    private Answer changeSettings(Call call) {
        NounOperations<Settings, SettingsDraft> usual = new NounOperations<>(governance.settings(), Settings.class,
                SettingsDraft.class);
        return NounOperations.answer(governance.settings().update(call.actor(), governance.currentSettings().id(),
                call.version(), before -> usual.merged(before, call.sent())));
    }

    private Answer apply(Call call) {
        Declaration declaration = call.form(Declaration.class);
        if ((declaration.users() != null || declaration.signOn() != null)
                && !call.identity().covers(RoleGrants.ofAll())) {
            return new Answer.Failed(
                    Problem.forbidden("The sections users and signOn can make appliance admins, so only"
                            + " they may apply them. Leave them out, or ask one of them."));
        }
        if (declaration.deployments() != null && !call.identity().mayEverywhere(Permission.OPERATE)) {
            return new Answer.Failed(Problem.forbidden("The section deployments needs the permission operate. Leave it"
                    + " out, or ask an appliance admin."));
        }
        return switch (governance.declarations().apply(call.actor(), declaration, call.flag("dryRun"),
                call.flag("prune"))) {
            case Change.Made<DeclarationReport>(DeclarationReport report) -> Answer.Json.of(report);
            case Change.Refused<DeclarationReport>(Refusal refusal) -> new Answer.Failed(Problem.of(refusal));
        };
    }

    private Answer test(Call call) {
        Optional<Upstream> upstream = governance.upstream(call.id());
        if (upstream.isEmpty()) {
            return new Answer.Failed(Problem.absent("There is no upstream with id " + call.id() + "."));
        }
        return Answer.Json.of(probe.probe(upstream.get(), call.form(ProbeDraft.class).model()));
    }
}
