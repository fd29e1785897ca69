package org.gatehouse.governance;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Declaration.DeclaredBudget;
import org.gatehouse.governance.Declaration.DeclaredKey;
import org.gatehouse.governance.Declaration.DeclaredLimit;
import org.gatehouse.governance.Declaration.DeclaredModel;
import org.gatehouse.governance.Declaration.DeclaredPolicy;
import org.gatehouse.governance.Declaration.DeclaredPrice;
import org.gatehouse.governance.Declaration.DeclaredProject;
import org.gatehouse.governance.Declaration.DeclaredScope;
import org.gatehouse.governance.Declaration.DeclaredUser;
import org.gatehouse.governance.snapshot.Scope;

/** Turns items of a declaration, which name things, into drafts, which refer to ids. Confined to one change. */
final class Names {
    private final Handle handle;
    private final Nouns nouns;

    Names(Handle handle, Nouns nouns) {
        this.handle = handle;
        this.nouns = nouns;
    }

    ProjectDraft project(DeclaredProject item) {
        return new ProjectDraft(department("department", item.department()), item.name(), item.description(),
                item.models());
    }

    ModelDraft model(DeclaredModel item) {
        List<ModelDraft.Target> targets = new ArrayList<>();
        for (int i = 0; i < item.targets().size(); i++) {
            Declaration.DeclaredTarget target = item.targets().get(i);
            targets.add(new ModelDraft.Target(upstream("targets[" + i + "].upstream", target.upstream()),
                    target.upstreamModel(), target.weight(), target.name(), target.tier(), target.abilities(),
                    target.region(), target.strength(), target.fromPriority()));
        }
        return new ModelDraft(item.name(), item.tokenizer(), item.contextTokens(), item.maxOutputTokens(),
                item.surfaces(), targets, item.route(), item.cache());
    }

    PriceDraft price(DeclaredPrice item) {
        return new PriceDraft(one(nouns.models(), "model", item.model(), Selection.of("m.name = :value", item.model())),
                item.upstream() == null ? null : upstream("upstream", item.upstream()), item.validFrom(),
                item.currency(), item.inputPerMillion(), item.outputPerMillion(), item.cachedInputPerMillion(),
                item.cacheWritePerMillion(), item.longCacheWritePerMillion(), item.media(), item.perSecond(),
                item.perImage(),
                item.perMillionCharacters(),
                item.perCall(), item.perKilowattHour(), item.perGpuHour());
    }

    /** The same with the accounting currency where it names none, and with amounts as they are stored. */
    DeclaredPrice in(String accounting, DeclaredPrice item) {
        return new DeclaredPrice(item.model(), item.upstream(), item.validFrom(),
                item.currency() == null ? accounting : item.currency(), item.inputPerMillion(),
                item.outputPerMillion(), item.cachedInputPerMillion(), item.cacheWritePerMillion(),
                item.longCacheWritePerMillion(), item.media(), item.perSecond(),
                item.perImage(), item.perMillionCharacters(), item.perCall(), item.perKilowattHour(),
                item.perGpuHour());
    }

    UserDraft user(DeclaredUser item) {
        return new UserDraft(item.name(), item.email(), item.active(), item.roles(),
                item.departments().stream().map(name -> department("departments", name)).toList(),
                item.projects().stream().map(this::project).toList());
    }

    private UUID project(String path) {
        // No name holds a slash: see Checks.
        String[] parts = path.split("/", -1);
        if (parts.length != 2) {
            throw RefusedException.invalid("projects", "must hold department/project, not " + path);
        }
        return project("projects", parts[0], parts[1]);
    }

    DeclaredBudget in(String accounting, DeclaredBudget item) {
        return new DeclaredBudget(item.scope(), item.period(), item.amount(),
                item.currency() == null ? accounting : item.currency(), item.hard());
    }

    KeyDraft key(DeclaredKey item) {
        UUID owner = item.owner() == null
                ? null
                : one(nouns.users(), "owner", item.owner(), Selection.of("u.name = :value", item.owner()));
        return new KeyDraft(project("project", item.department(), item.project()), item.name(), owner, item.models(),
                item.surfaces(), item.addresses(), item.expiresAt());
    }

    /**
     * A declared key with what does not count as a difference taken from the stored one: public characters change with
     * each rotation, and models are a set.
     */
    DeclaredKey asStored(DeclaredKey item) {
        @Nullable
        String publicId = liveKeys(item.department(), item.project(), item.name()).stream()
                .map(Key::publicId).findFirst().orElse(item.publicId());
        return new DeclaredKey(item.department(), item.project(), item.name(), publicId, item.owner(), item.state(),
                item.models().stream().sorted().distinct().toList(), item.surfaces(), item.addresses(),
                item.expiresAt());
    }

    MachineClientDraft machineClient(Declaration.DeclaredMachineClient item) {
        ScopeReference key = scope("key", new DeclaredScope(Scope.Type.KEY, item.key()));
        return new MachineClientDraft(item.name(), java.util.Objects.requireNonNull(key.id()), item.enabled(),
                item.secretRefused(), item.token(), item.certificate());
    }

    LimitDraft limit(DeclaredLimit item) {
        return new LimitDraft(scope(item.scope()), item.kind(), item.amount());
    }

    BudgetDraft budget(DeclaredBudget item) {
        return new BudgetDraft(scope(item.scope()), item.period(), item.amount(), item.currency(), item.hard());
    }

    PolicyDraft policy(DeclaredPolicy item) {
        return new PolicyDraft(scope(item.scope()), item.recording(), item.priority(), item.prefixCache(),
                item.waitSeconds(), item.exactCache(), item.callClass());
    }

    private ScopeReference scope(DeclaredScope scope) {
        return scope("scope.name", scope);
    }

    private ScopeReference scope(String field, DeclaredScope scope) {
        if (scope.type() == Scope.Type.ORGANISATION) {
            if (scope.name() != null) {
                throw RefusedException.invalid(field, "must be left out for the organisation");
            }
            return ScopeReference.organisation();
        }
        String name = scope.name();
        if (name == null) {
            throw RefusedException.invalid(field, "is missing");
        }
        // No name holds a slash: see Checks.
        String[] path = name.split("/", -1);
        int wanted = scope.type() == Scope.Type.KEY ? 3 : scope.type() == Scope.Type.PROJECT ? 2 : 1;
        if (path.length != wanted) {
            throw RefusedException.invalid(field, "must have " + wanted + " part(s) with slashes between them");
        }
        return new ScopeReference(scope.type(), switch (scope.type()) {
            case ORGANISATION -> throw new IllegalStateException("handled above");
            case DEPARTMENT -> department(field, path[0]);
            case PROJECT -> project(field, path[0], path[1]);
            case USER -> one(nouns.users(), field, path[0], Selection.of("u.name = :value", path[0]));
            case KEY -> liveKeys(path[0], path[1], path[2]).stream().map(Key::id).findFirst()
                    .orElseThrow(() -> unknown(field, "key", name));
        });
    }

    private UUID department(String field, String name) {
        return one(nouns.departments(), field, name, Selection.of("d.name = :value", name));
    }

    private UUID project(String field, String department, String name) {
        return one(nouns.projects(), field, department + "/" + name,
                Selection.of("d.name = :value", department).and("p.name = :value", name));
    }

    private UUID upstream(String field, String name) {
        return one(nouns.upstreams(), field, name, Selection.of("s.name = :value", name));
    }

    private List<Key> liveKeys(String department, String project, String name) {
        return nouns.keys().read(handle, Selection.of("d.name = :value", department).and("p.name = :value", project)
                .and("k.name = :value", name).and("k.state <> :value", "REVOKED"));
    }

    private <T extends Record & Governed> UUID one(Rows<T, ?> rows, String field, String name, Selection selection) {
        return rows.read(handle, selection).stream().map(Governed::id).findFirst()
                .orElseThrow(() -> unknown(field, rows.one(), name));
    }

    private static RefusedException unknown(String field, String one, String name) {
        return RefusedException.invalid(field, "names no " + one + ": " + name);
    }
}
