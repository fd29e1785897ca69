package org.gatehouse.governance;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.Scope;

/** Writes what is stored as a {@link Declaration}, sorted by names so that two exports can be compared. Stateless. */
final class Exporter {
    private static final List<UpstreamServer.UpstreamKey> ONLY_MAIN = List
            .of(new UpstreamServer.UpstreamKey(UpstreamDraft.MAIN, UpstreamDraft.MAIN));

    private final Nouns nouns;

    Exporter(Nouns nouns) {
        this.nouns = nouns;
    }

    Declaration export(Handle handle) {
        Selection all = Selection.all();
        return new Declaration(Declaration.VERSION, settings(nouns.settings().only(handle)),
                sorted(nouns.departments().read(handle, all), Department::draft, DepartmentDraft::name),
                sorted(nouns.projects().read(handle, all), Exporter::project, Declaration.DeclaredProject::key),
                sorted(nouns.users().read(handle, all), user(handle), Declaration.DeclaredUser::name),
                sorted(nouns.upstreams().read(handle, all), Exporter::upstream, Declaration.DeclaredUpstream::name),
                sorted(nouns.models().read(handle, all), Exporter::model, Declaration.DeclaredModel::name),
                sorted(nouns.deployments().read(handle, all), Deployment::draft, DeploymentDraft::name),
                sorted(nouns.prices().read(handle, all), Exporter::price, Declaration.DeclaredPrice::key),
                sorted(nouns.keys().read(handle, Selection.of("k.state <> :value", "REVOKED")), Exporter::key,
                        Declaration.DeclaredKey::key),
                sorted(nouns.limits().read(handle, live()), Exporter::limit, Declaration.DeclaredLimit::key),
                sorted(nouns.budgets().read(handle, live()), Exporter::budget, Declaration.DeclaredBudget::key),
                sorted(nouns.policies().read(handle, all), Exporter::policy, policy -> policy.scope().key()),
                sorted(nouns.signOn().read(handle, all), Exporter::signOn, SignOnDraft::name),
                sorted(nouns.alertDestinations().read(handle, all), Exporter::alertDestination,
                        AlertDestinationDraft::name),
                sorted(nouns.alertRules().read(handle, all), AlertRule::draft, AlertRuleDraft::name),
                sorted(nouns.machineClients().read(handle, Selection.of("k.state <> :value", "REVOKED")),
                        Exporter::machineClient, Declaration.DeclaredMachineClient::name));
    }

    static Declaration.DeclaredMachineClient machineClient(MachineClientView client) {
        return new Declaration.DeclaredMachineClient(client.name(),
                client.department() + "/" + client.project() + "/" + client.key(), client.enabled(),
                client.secretRefused(), client.token(), client.certificate());
    }

    static SignOnDraft signOn(SignOnProvider provider) {
        return provider.draft().withSecret(null);
    }

    static SettingsDraft settings(Settings settings) {
        return settings.draft().by(settings.proxy(), null);
    }

    static AlertDestinationDraft alertDestination(AlertDestination destination) {
        return destination.draft().withSecret(null);
    }

    /** Limits and budgets of revoked keys bind nobody any more, and such keys are not exported. */
    private static Selection live() {
        return Selection.of("(sk.state IS NULL OR sk.state <> :value)", "REVOKED");
    }

    static Declaration.DeclaredProject project(Project project) {
        return new Declaration.DeclaredProject(project.department(), project.name(), project.description(),
                project.models());
    }

    /** How users are declared: what they lead and develop in by its names. */
    Function<User, Declaration.DeclaredUser> user(Handle handle) {
        Map<UUID, String> titles = new HashMap<>();
        nouns.departments().read(handle, Selection.all()).forEach(one -> titles.put(one.id(), one.title()));
        nouns.projects().read(handle, Selection.all()).forEach(one -> titles.put(one.id(), one.title()));
        return user -> new Declaration.DeclaredUser(user.name(), user.email(), user.active(), user.roles(),
                user.departments().stream().map(id -> Objects.requireNonNull(titles.get(id))).toList(),
                user.projects().stream().map(id -> Objects.requireNonNull(titles.get(id))).toList());
    }

    static Declaration.DeclaredUpstream upstream(UpstreamServer upstream) {
        return new Declaration.DeclaredUpstream(upstream.name(), upstream.kind(), upstream.baseUrl(), null,
                upstream.local(), upstream.privateAddressesAllowed(), upstream.simulated(), upstream.timeouts(),
                upstream.maxReplyBytes(), upstream.priorityScheduling(), keys(upstream), upstream.region(),
                upstream.options());
    }

    /** A single key is told by {@code apiKey} alone. */
    static @Nullable List<UpstreamDraft.ProviderKey> keys(UpstreamServer upstream) {
        return upstream.keys().isEmpty() || upstream.keys().equals(ONLY_MAIN)
                ? null
                : upstream.keys().stream().map(UpstreamServer.UpstreamKey::kept).toList();
    }

    static Declaration.DeclaredModel model(PublicModel model) {
        return new Declaration.DeclaredModel(model.name(), model.tokenizer(), model.contextTokens(),
                model.maxOutputTokens(), model.surfaces(), model.targets().stream().map(
                        target -> new Declaration.DeclaredTarget(target.upstream(), target.upstreamModel(),
                                target.weight(), target.name(), target.tier(), target.abilities(), target.region(),
                                target.strength(), target.fromPriority()))
                        .toList(),
                model.route(), model.cache());
    }

    static Declaration.DeclaredPrice price(PriceEntry price) {
        return new Declaration.DeclaredPrice(price.model(), price.upstream(), price.validFrom(), price.currency(),
                price.inputPerMillion(), price.outputPerMillion(), price.cachedInputPerMillion(),
                price.cacheWritePerMillion(), price.longCacheWritePerMillion(), price.media(), price.perSecond(),
                price.perImage(),
                price.perMillionCharacters(),
                price.perCall(), price.perKilowattHour(), price.perGpuHour());
    }

    static Declaration.DeclaredKey key(Key key) {
        return new Declaration.DeclaredKey(key.department(), key.project(), key.name(), key.publicId(), key.owner(),
                key.state(), key.models(), key.surfaces(), key.addresses(), key.expiresAt());
    }

    static Declaration.DeclaredLimit limit(RateLimit limit) {
        return new Declaration.DeclaredLimit(scope(limit.scope()), limit.kind(), limit.amount());
    }

    static Declaration.DeclaredBudget budget(SpendBudget budget) {
        return new Declaration.DeclaredBudget(scope(budget.scope()), budget.period(), budget.amount(),
                budget.currency(), budget.hard());
    }

    static Declaration.DeclaredPolicy policy(Policy policy) {
        return new Declaration.DeclaredPolicy(scope(policy.scope()), policy.recording(), policy.priority(),
                policy.prefixCache(), policy.waitSeconds(), policy.exactCache(), policy.callClass());
    }

    static Declaration.DeclaredScope scope(ScopeView scope) {
        @Nullable
        String name = scope.type() == Scope.Type.ORGANISATION ? null : scope.name();
        return new Declaration.DeclaredScope(scope.type(), name);
    }

    private static <T, I> List<I> sorted(List<T> stored, Function<T, I> declare, Function<I, String> key) {
        return stored.stream().map(declare).sorted(Comparator.comparing(key)).toList();
    }
}
