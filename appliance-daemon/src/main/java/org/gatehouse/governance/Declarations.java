package org.gatehouse.governance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Declaration.DeclaredBudget;
import org.gatehouse.governance.Declaration.DeclaredKey;
import org.gatehouse.governance.Declaration.DeclaredLimit;
import org.gatehouse.governance.Declaration.DeclaredModel;
import org.gatehouse.governance.Declaration.DeclaredPrice;
import org.gatehouse.governance.Declaration.DeclaredProject;
import org.gatehouse.governance.Declaration.DeclaredUpstream;
import org.gatehouse.governance.Declaration.DeclaredUser;
import org.gatehouse.governance.snapshot.KeyRecord;

/** Exports a box as a {@link Declaration} and brings a box into the declared state, all or nothing. Thread-safe. */
public final class Declarations {
    private final Jdbi jdbi;
    private final Changes changes;
    private final Nouns nouns;
    private final Exporter exporter;

    Declarations(Jdbi jdbi, Changes changes, Nouns nouns) {
        this.jdbi = jdbi;
        this.changes = changes;
        this.nouns = nouns;
        this.exporter = new Exporter(nouns);
    }

    /** What is stored, without secrets and without revoked keys. */
    public Declaration export() {
        return jdbi.inTransaction(exporter::export);
    }

    /**
     * Brings the box into the declared state, in one transaction; everything it did is in the trail under one request.
     *
     * @param rehearsal whether only to tell what would change
     * @param prune whether things that a present section does not name are deleted; without it they stay
     */
    public Change<DeclarationReport> apply(Actor actor, Declaration declaration, boolean rehearsal, boolean prune) {
        return changes.make(actor, rehearsal, change -> new Application(change, declaration, prune).run(!rehearsal));
    }

    /** One declaration being applied. Confined to its change. */
    private final class Application {
        private final ChangeSet change;
        private final Handle handle;
        private final Declaration wanted;
        private final boolean prune;
        private final Names names;
        private final List<DeclarationReport.Item> items = new ArrayList<>();
        private final List<DeclarationReport.NewSecret> secrets = new ArrayList<>();
        /** What is to be deleted, what depends on others first: run from the last to the first. */
        private final List<Runnable> deletions = new ArrayList<>();

        Application(ChangeSet change, Declaration wanted, boolean prune) {
            this.change = change;
            this.handle = change.handle();
            this.wanted = wanted;
            this.prune = prune;
            this.names = new Names(handle, nouns);
        }

        DeclarationReport run(boolean applied) {
            settings();
            section(nouns.departments(), wanted.departments(), Department::draft, DepartmentDraft::name,
                    item -> nouns.departments().insert(change, item),
                    (stored, item) -> nouns.departments().replace(change, stored, item));
            section(nouns.projects(), wanted.projects(), Exporter::project, DeclaredProject::key,
                    item -> nouns.projects().insert(change, names.project(item)),
                    (stored, item) -> nouns.projects().replace(change, stored, names.project(item)));
            section(nouns.users(), wanted.users(), exporter.user(handle), DeclaredUser::name,
                    item -> nouns.users().insert(change, names.user(item)),
                    (stored, item) -> nouns.users().replace(change, stored, names.user(item)));
            section(nouns.upstreams(), upstreams(), Exporter::upstream, DeclaredUpstream::name,
                    item -> nouns.upstreams().insert(change, item.draft()),
                    (stored, item) -> nouns.upstreams().replace(change, stored, item.draft()));
            section(nouns.models(), wanted.models(), Exporter::model, DeclaredModel::name,
                    item -> nouns.models().insert(change, names.model(item)),
                    (stored, item) -> nouns.models().replace(change, stored, names.model(item)));
            section(nouns.deployments(), wanted.deployments(), Deployment::draft, DeploymentDraft::name,
                    item -> nouns.deployments().insert(change, item),
                    (stored, item) -> nouns.deployments().replace(change, stored, item));
            section(nouns.prices(), prices(), Exporter::price, DeclaredPrice::key,
                    item -> nouns.prices().insert(change, names.price(item)),
                    (stored, item) -> nouns.prices().replace(change, stored, names.price(item)));
            keys();
            section(nouns.limits(), wanted.limits(), Exporter::limit, DeclaredLimit::key,
                    item -> nouns.limits().insert(change, names.limit(item)),
                    (stored, item) -> nouns.limits().replace(change, stored, names.limit(item)));
            section(nouns.budgets(), budgets(), Exporter::budget, DeclaredBudget::key,
                    item -> nouns.budgets().insert(change, names.budget(item)),
                    (stored, item) -> nouns.budgets().replace(change, stored, names.budget(item)));
            section(nouns.policies(), wanted.policies(), Exporter::policy, policy -> policy.scope().key(),
                    item -> nouns.policies().insert(change, names.policy(item)),
                    (stored, item) -> nouns.policies().replace(change, stored, names.policy(item)));
            section(nouns.signOn(), signOn(), Exporter::signOn, SignOnDraft::name,
                    item -> nouns.signOn().insert(change, item),
                    (stored, item) -> nouns.signOn().replace(change, stored,
                            item.secret() == null ? item.withSecret(SignOnDraft.UNCHANGED) : item));
            section(nouns.alertDestinations(), alertDestinations(), Exporter::alertDestination,
                    AlertDestinationDraft::name, item -> nouns.alertDestinations().insert(change, item),
                    (stored, item) -> nouns.alertDestinations().replace(change, stored,
                            item.secret() == null ? item.withSecret(AlertDestinationDraft.UNCHANGED) : item));
            section(nouns.alertRules(), wanted.alertRules(), AlertRule::draft, AlertRuleDraft::name,
                    item -> nouns.alertRules().insert(change, item),
                    (stored, item) -> nouns.alertRules().replace(change, stored, item));
            section(nouns.machineClients(), wanted.machineClients(), Exporter::machineClient,
                    Declaration.DeclaredMachineClient::name,
                    item -> nouns.machineClients().insert(change, names.machineClient(item)),
                    (stored, item) -> nouns.machineClients().replace(change, stored, names.machineClient(item)));
            deletions.reversed().forEach(Runnable::run);
            return new DeclarationReport(applied, count(DeclarationReport.Action.CREATE),
                    count(DeclarationReport.Action.UPDATE), count(DeclarationReport.Action.DELETE),
                    count(DeclarationReport.Action.UNCHANGED), items, secrets);
        }

        private int count(DeclarationReport.Action action) {
            return (int) items.stream().filter(item -> item.action() == action).count();
        }

        private <T extends Record & Governed, D extends Record, I extends Record> void section(Rows<T, D> rows,
                @Nullable List<I> declared, Function<T, I> declare,
                Function<I, String> key, Consumer<I> create,
                BiConsumer<T, I> update) {
            section(rows, Selection.all(), declared, declare, key, create, update,
                    stored -> rows.remove(change, stored, false));
        }

        private <T extends Record & Governed, D extends Record, I extends Record> void section(Rows<T, D> rows,
                Selection selection, @Nullable List<I> declared, Function<T, I> declare,
                Function<I, String> key, Consumer<I> create,
                BiConsumer<T, I> update, Consumer<T> delete) {
            if (declared == null) {
                return;
            }
            Section<T, I> section = new Section<>(rows.noun(), rows.read(handle, selection), declare, key);
            section.apply(declared, create, update);
            items.addAll(section.items());
            if (prune) {
                deletions.add(() -> {
                    int before = section.items().size();
                    section.prune(declared, stored -> {
                        if (comesWithADeployment(stored)) {
                            return false;
                        }
                        // What it depended on may have taken it along already.
                        if (rows.find(handle, stored.id()).isPresent()) {
                            delete.accept(stored);
                        }
                        return true;
                    });
                    items.addAll(section.items().subList(before, section.items().size()));
                });
            }
        }

        /** A deployment that stays keeps what makes it callable, whether the declaration names that or not. */
        private boolean comesWithADeployment(Governed stored) {
            return switch (stored) {
                case UpstreamServer upstream -> nouns.deployments().behind(handle, upstream.baseUrl()).isPresent();
                case PublicModel model -> nouns.deployments().serving(handle, model.name()).isPresent();
                default -> false;
            };
        }

        private void settings() {
            SettingsDraft declared = wanted.settings();
            if (declared == null) {
                return;
            }
            Settings stored = nouns.settings().only(handle);
            // A secret that is the stored one already is no difference.
            SettingsDraft item = nouns.settings().proxyPassword(handle, stored.id())
                    .filter(old -> old.equals(declared.proxyPassword())).isPresent()
                            ? declared.by(declared.proxy(), null)
                            : declared;
            List<DeclarationReport.Difference> differences = Section.differences(Exporter.settings(stored), item);
            if (!differences.isEmpty()) {
                nouns.settings().replace(change, stored,
                        item.proxyPassword() == null ? item.keepingPassword() : item);
            }
            items.add(new DeclarationReport.Item(differences.isEmpty()
                    ? DeclarationReport.Action.UNCHANGED
                    : DeclarationReport.Action.UPDATE, "settings", declared.organisation(), differences));
        }

        /** A secret that is the stored one already is no difference. */
        private @Nullable List<SignOnDraft> signOn() {
            List<SignOnDraft> declared = wanted.signOn();
            return declared == null ? null : declared.stream().map(this::asStored).toList();
        }

        private SignOnDraft asStored(SignOnDraft item) {
            String secret = item.secret();
            return nouns.signOn().read(handle, Selection.of("s.name = :value", item.name())).stream()
                    .anyMatch(stored -> nouns.signOn().secret(handle, stored.id()).filter(old -> old.equals(secret))
                            .isPresent())
                                    ? item.withSecret(null)
                                    : item;
        }

        /** A secret that is the stored one already is no difference. */
        private @Nullable List<AlertDestinationDraft> alertDestinations() {
            List<AlertDestinationDraft> declared = wanted.alertDestinations();
            return declared == null
                    ? null
                    : declared.stream().map(item -> nouns.alertDestinations()
                            .read(handle, Selection.of("s.name = :value", item.name())).stream()
                            .anyMatch(stored -> nouns.alertDestinations().secret(handle, stored.id())
                                    .filter(old -> old.equals(item.secret())).isPresent())
                                            ? item.withSecret(null)
                                            : item)
                            .toList();
        }

        /** A secret that is the stored one already is no difference. */
        private @Nullable List<DeclaredUpstream> upstreams() {
            List<DeclaredUpstream> declared = wanted.upstreams();
            return declared == null
                    ? null
                    : declared.stream()
                            .map(item -> item.asStored(nouns.upstreams().secrets(handle, item.name()))).toList();
        }

        /** A currency that is left out is the accounting currency, which is no difference. */
        private @Nullable List<DeclaredPrice> prices() {
            List<DeclaredPrice> declared = wanted.prices();
            String accounting = SettingsRows.currency(handle);
            return declared == null ? null : declared.stream().map(item -> names.in(accounting, item)).toList();
        }

        private @Nullable List<DeclaredBudget> budgets() {
            List<DeclaredBudget> declared = wanted.budgets();
            String accounting = SettingsRows.currency(handle);
            return declared == null ? null : declared.stream().map(item -> names.in(accounting, item)).toList();
        }

        private void keys() {
            List<DeclaredKey> declared = wanted.keys();
            if (declared == null) {
                return;
            }
            Selection live = Selection.of("k.state <> :value", "REVOKED");
            section(nouns.keys(), live, declared.stream().map(names::asStored).toList(), Exporter::key,
                    DeclaredKey::key, this::createKey, this::updateKey,
                    stored -> nouns.keys().remove(change, stored, true));
        }

        private void createKey(DeclaredKey item) {
            IssuedKey issued = nouns.keys().issue(change, NewKeyDraft.of(names.key(item)), item.publicId());
            if (item.publicId() == null) {
                secrets.add(new DeclarationReport.NewSecret(item.key(), issued.secret()));
            }
            enter(issued.key(), item.state());
        }

        private void updateKey(Key stored, DeclaredKey item) {
            KeyDraft draft = names.key(item);
            Key replaced = draft.equals(stored.draft()) ? stored : nouns.keys().replace(change, stored, draft);
            enter(replaced, item.state());
        }

        private void enter(Key stored, KeyRecord.State state) {
            nouns.keys().enter(change, stored, state, switch (state) {
                case ACTIVE -> "enable";
                case DISABLED -> "disable";
                case REVOKED -> "revoke";
            });
        }
    }
}
