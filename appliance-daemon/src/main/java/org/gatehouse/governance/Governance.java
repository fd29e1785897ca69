package org.gatehouse.governance;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jdbi.v3.core.Jdbi;

import org.gatehouse.governance.snapshot.KeyVerifier;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;

/**
 * The one door for changes of what is governed. A change is validated, stored together with its admin record in one
 * transaction, appended to the trail, and in force for every call that starts after the method returned. Thread-safe.
 */
public final class Governance implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Governance.class.getName());

    private final Jdbi jdbi;
    private final Nouns nouns;
    private final Changes changes;
    private final Snapshots snapshots;
    private final SnapshotQueries queries;
    private final Keys keys;

    private Governance(Jdbi jdbi, Nouns nouns, Changes changes, Snapshots snapshots, SnapshotQueries queries,
            Keys keys) {
        this.jdbi = jdbi;
        this.queries = queries;
        this.nouns = nouns;
        this.changes = changes;
        this.snapshots = snapshots;
        this.keys = keys;
    }

    /**
     * Opens what is stored: carries admin records that a crash left behind into the trail, makes the organisation at the
     * very first start, loads the snapshot and begins to watch for changes of other boxes.
     *
     * @param trail where admin actions are recorded
     * @param random makes keys: must be a {@link java.security.SecureRandom} outside of tests
     */
    public static Governance open(Database database, SecretBox secrets, AdminTrail trail, Clock clock,
            Supplier<UUID> ids, RandomGenerator random) {
        return open(database, secrets, trail, clock, ids, random, DeploymentCheck.none());
    }

    /**
     * The same for a box with engines.
     *
     * @param check objects to deployments that can't be
     */
    public static Governance open(Database database, SecretBox secrets, AdminTrail trail, Clock clock,
            Supplier<UUID> ids, RandomGenerator random, DeploymentCheck check) {
        Jdbi jdbi = database.jdbi();
        Outbox outbox = new Outbox(jdbi, trail);
        SnapshotQueries queries = new SnapshotQueries(secrets);
        Snapshots snapshots = new Snapshots(jdbi, queries, outbox);
        Changes changes = new Changes(database, outbox, snapshots, clock, ids);
        Nouns nouns = new Nouns(secrets,
                new KeySecrets(new KeyVerifier(secrets.apiKeyPepper()), new KeyTexts(random), clock), check);
        Keys keys = new Keys(jdbi, changes, nouns, new IdempotentReplies(secrets));
        Governance governance = new Governance(jdbi, nouns, changes, snapshots, queries, keys);
        carryOn(outbox);
        governance.foundOrganisation();
        snapshots.refresh();
        snapshots.watch();
        return governance;
    }

    private static void carryOn(Outbox outbox) {
        try {
            outbox.repair();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Admin actions of an earlier life are stored but not yet in the trail: the trail did"
                    + " not take them. It is tried again each second; check the data disk.", e);
        }
    }

    private void foundOrganisation() {
        changes.make(Actor.system("first start"),
                change -> nouns.settings().read(change.handle(), Selection.all()).isEmpty()
                        ? nouns.settings().insert(change, SettingsDraft.DEFAULT)
                        : nouns.settings().only(change.handle()))
                .made();
    }

    /** The snapshot in force. */
    public Snapshots snapshots() {
        return snapshots;
    }

    /** Departments. */
    public Noun<Department, DepartmentDraft> departments() {
        return new Noun<>(jdbi, changes, nouns.departments());
    }

    /** Projects. */
    public Noun<Project, ProjectDraft> projects() {
        return new Noun<>(jdbi, changes, nouns.projects());
    }

    /** Users. */
    public Noun<User, UserDraft> users() {
        return new Noun<>(jdbi, changes, nouns.users());
    }

    /** Sign-on providers. */
    public Noun<SignOnProvider, SignOnDraft> signOn() {
        return new Noun<>(jdbi, changes, nouns.signOn());
    }

    /** A sign-on provider's secret, if it has one: only to show it to that provider. */
    public Optional<String> signOnSecret(UUID id) {
        return jdbi.withHandle(handle -> nouns.signOn().secret(handle, id));
    }

    /** Programs that show a key without its secret. */
    public Noun<MachineClientView, MachineClientDraft> machineClients() {
        return new Noun<>(jdbi, changes, nouns.machineClients());
    }

    /** Keys. */
    public Keys keys() {
        return keys;
    }

    /** Wishes to use models. */
    public AccessRequests accessRequests() {
        return new AccessRequests(jdbi, changes, nouns);
    }

    /** Of what somebody is told. */
    public Noun<AlertRule, AlertRuleDraft> alertRules() {
        return new Noun<>(jdbi, changes, nouns.alertRules());
    }

    /** Where alerts go. */
    public Noun<AlertDestination, AlertDestinationDraft> alertDestinations() {
        return new Noun<>(jdbi, changes, nouns.alertDestinations());
    }

    /** An alert destination's secret, if it has one: only to sign with. */
    public Optional<String> alertSecret(UUID id) {
        return jdbi.withHandle(handle -> nouns.alertDestinations().secret(handle, id));
    }

    /** Limits on requests and tokens. */
    public Noun<RateLimit, LimitDraft> limits() {
        return new Noun<>(jdbi, changes, nouns.limits());
    }

    /** Budgets of money. */
    public Noun<SpendBudget, BudgetDraft> budgets() {
        return new Noun<>(jdbi, changes, nouns.budgets());
    }

    /** Upstreams. */
    public Noun<UpstreamServer, UpstreamDraft> upstreams() {
        return new Noun<>(jdbi, changes, nouns.upstreams());
    }

    /** An upstream as the data plane has it, API key and all: only to call it with. */
    public Optional<Upstream> upstream(UUID id) {
        return jdbi.withHandle(handle -> queries.upstream(handle, id));
    }

    /** Public models. */
    public Noun<PublicModel, ModelDraft> models() {
        return new Noun<>(jdbi, changes, nouns.models());
    }

    /** The splits of public models. */
    public Splits splits() {
        return new Splits(changes, nouns.models());
    }

    /** Models that this box shall serve by itself. */
    public Noun<Deployment, DeploymentDraft> deployments() {
        return new Noun<>(jdbi, changes, nouns.deployments());
    }

    /** The price book. */
    public Noun<PriceEntry, PriceDraft> prices() {
        return new Noun<>(jdbi, changes, nouns.prices());
    }

    /** Policies. */
    public Noun<Policy, PolicyDraft> policies() {
        return new Noun<>(jdbi, changes, nouns.policies());
    }

    /** The password of the settings' proxy, if it has one. */
    public Optional<String> proxyPassword() {
        return jdbi.withHandle(handle -> nouns.settings().proxyPassword(handle, nouns.settings().only(handle).id()));
    }

    /** The one organisation's settings: find its id with {@link #currentSettings()}, change it like any noun. */
    public Noun<Settings, SettingsDraft> settings() {
        return new Noun<>(jdbi, changes, nouns.settings());
    }

    /** What holds for the whole organisation now. */
    public Settings currentSettings() {
        return jdbi.withHandle(handle -> nouns.settings().only(handle));
    }

    /** Everything at once, as a document. */
    public Declarations declarations() {
        return new Declarations(jdbi, changes, nouns);
    }

    /** Stops watching. Changes still work. */
    @Override
    public void close() {
        snapshots.close();
    }
}
