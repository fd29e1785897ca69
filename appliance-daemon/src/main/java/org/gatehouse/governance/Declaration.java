package org.gatehouse.governance;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * A whole box, or parts of it, as a document: things refer to each other by name. A section that is absent is left alone.
 * A member that is absent has its default, except an upstream's API key, which is then kept.
 */
public record Declaration(
        @About(value = "Always gatehouse/v1.", pattern = "gatehouse/v1") String apiVersion,
        @About("What holds for the whole organisation.") @Nullable SettingsDraft settings,
        @About("Departments.") @Nullable List<DepartmentDraft> departments,
        @About("Projects, each in a department.") @Nullable List<DeclaredProject> projects,
        @About("Users, without what they sign in with.") @Nullable List<DeclaredUser> users,
        @About("Upstreams.") @Nullable List<DeclaredUpstream> upstreams,
        @About("Public models.") @Nullable List<DeclaredModel> models,
        @About("Models that the box serves by itself. Their upstreams and models come with them.") @Nullable List<DeploymentDraft> deployments,
        @About("Prices.") @Nullable List<DeclaredPrice> prices,
        @About("Keys that are not revoked, without their secrets.") @Nullable List<DeclaredKey> keys,
        @About("Limits.") @Nullable List<DeclaredLimit> limits,
        @About("Budgets.") @Nullable List<DeclaredBudget> budgets,
        @About("Policies.") @Nullable List<DeclaredPolicy> policies,
        @About("Sign-on providers. A secret stands as {env: NAME} or {file: PATH}; absent: the stored one is kept.") @Nullable List<SignOnDraft> signOn,
        @About("Where alerts go. A secret stands as {env: NAME} or {file: PATH}; absent: the stored one is kept.") @Nullable List<AlertDestinationDraft> alertDestinations,
        @About("Of what somebody is told.") @Nullable List<AlertRuleDraft> alertRules,
        @About("Programs that show a key without its secret.") @Nullable List<DeclaredMachineClient> machineClients) {

    /** One without sign-on providers, alerts and machine clients. */
    public Declaration(String apiVersion, @Nullable SettingsDraft settings,
            @Nullable List<DepartmentDraft> departments, @Nullable List<DeclaredProject> projects,
            @Nullable List<DeclaredUser> users, @Nullable List<DeclaredUpstream> upstreams,
            @Nullable List<DeclaredModel> models, @Nullable List<DeploymentDraft> deployments,
            @Nullable List<DeclaredPrice> prices, @Nullable List<DeclaredKey> keys,
            @Nullable List<DeclaredLimit> limits, @Nullable List<DeclaredBudget> budgets,
            @Nullable List<DeclaredPolicy> policies) {
        this(apiVersion, settings, departments, projects, users, upstreams, models, deployments, prices, keys, limits,
                budgets, policies, null, null, null, null);
    }

    /** The only version there is. */
    public static final String VERSION = "gatehouse/v1";

    /** The same for those who may see it and not change it: with as much of webhooks' URLs as they see elsewhere. */
    public Declaration masked() {
        return new Declaration(apiVersion, settings, departments, projects, users, upstreams, models, deployments,
                prices, keys, limits, budgets, policies, signOn,
                alertDestinations == null
                        ? null
                        : alertDestinations.stream().map(AlertDestinationDraft::masked).toList(),
                alertRules, machineClients);
    }

    /** A project. */
    public record DeclaredProject(@About("The department's name.") String department,
            @About(value = "Unique in its department.", min = 1, max = 100) String name,
            @About(value = "Free text.", max = 1000, multiline = true) @Nullable String description,
            @About(value = "The public models that its keys may use at most.", fallback = "[\"*\"]", max = 1000) List<String> models) {

        /** Models are a set. */
        public DeclaredProject {
            models = models.stream().distinct().sorted().toList();
        }

        String key() {
            return department + "/" + name;
        }
    }

    /** A user. */
    public record DeclaredUser(@About(value = "Unique in the organisation.", min = 1, max = 100) String name,
            @About(value = "Where to reach them.", max = 254, pattern = "[^@\\s]+@[^@\\s]+") @Nullable String email,
            @About(value = "Whether they may sign in, and whether keys that belong to them work.", fallback = "true") boolean active,
            @About(value = "What they are to the box; none: they can't sign in.", fallback = "[]", max = 6) List<Role> roles,
            @About(value = "The names of the departments that they lead.", fallback = "[]", max = 200) List<String> departments,
            @About(value = "The projects that they develop in, as department/project.", fallback = "[]", max = 1000) List<String> projects) {

        /** Lists are sets: the order makes no difference. */
        public DeclaredUser {
            roles = roles.stream().distinct().sorted().toList();
            departments = departments.stream().distinct().sorted().toList();
            projects = projects.stream().distinct().sorted().toList();
        }
    }

    /** An upstream. */
    public record DeclaredUpstream(
            @About(value = "Unique; letters, digits, dot, dash and underscore.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") String name,
            @About(value = "What it is.", fallback = "\"openai_compatible\"") Upstream.Kind kind,
            @About(value = "Where its API starts.", min = 1, max = 500) String baseUrl,
            @About(value = "Its API key. The command line puts it here from {env: NAME} or {file: PATH}; absent: the stored one is kept.", max = 16_384, multiline = true, secret = true) @Nullable String apiKey,
            @About(value = "Whether it runs on this box.", fallback = "false") boolean local,
            @About(value = "Whether it may live on a private address although it is not local.", fallback = "false") boolean privateAddressesAllowed,
            @About(value = "Whether its answers are simulated.", fallback = "false") boolean simulated,
            @About(value = "How long each phase of a call may take.", fallback = "{}") UpstreamServer.Deadlines timeouts,
            @About(value = "The largest whole reply that is relayed, in bytes.", fallback = "67108864", min = 1024, max = 4_294_967_296L) long maxReplyBytes,
            @About(value = "Whether it is told the priority that policies give.", fallback = "false") boolean priorityScheduling,
            @About(value = "All its keys, tried in turn, when there is more than one; absent: the stored ones are kept. A secret stands as {env: NAME} or {file: PATH}; absent: the stored one is kept.", max = 32) @Nullable List<UpstreamDraft.ProviderKey> keys,
            @About(value = "Where it works, for residency rules; null when nobody knows.", min = 1, max = 64) @Nullable String region,
            @About(value = "What its kind needs besides.", fallback = "{}", max = 1000) Map<String, String> options) {

        private static final List<UpstreamDraft.ProviderKey> ONLY = List
                .of(new UpstreamDraft.ProviderKey(UpstreamDraft.MAIN, UpstreamDraft.MAIN, null));

        /** Copies the options. */
        public DeclaredUpstream {
            options = Map.copyOf(options);
        }

        UpstreamDraft draft() {
            return new UpstreamDraft(name, kind, baseUrl, apiKey == null ? UpstreamDraft.UNCHANGED : apiKey, local,
                    privateAddressesAllowed, simulated, timeouts, maxReplyBytes, priorityScheduling, keys, region,
                    options);
        }

        DeclaredUpstream with(@Nullable String otherApiKey, @Nullable List<UpstreamDraft.ProviderKey> otherKeys) {
            return new DeclaredUpstream(name, kind, baseUrl, otherApiKey, local, privateAddressesAllowed, simulated,
                    timeouts, maxReplyBytes, priorityScheduling, otherKeys, region, options);
        }

        /**
         * The same with what is no difference taken from what is stored: secrets that are the stored ones already, and
         * keys that are not mentioned.
         */
        DeclaredUpstream asStored(List<UpstreamDraft.ProviderKey> stored) {
            List<UpstreamDraft.ProviderKey> known = bare(stored);
            List<UpstreamDraft.ProviderKey> wanted = new ArrayList<>(keys == null ? known : keys);
            if (apiKey != null && wanted.stream().noneMatch(key -> key.name().equals(UpstreamDraft.MAIN))) {
                wanted.addFirst(ONLY.getFirst());
            }
            wanted.replaceAll(key -> holds(stored, key.name(), key.secret()) ? key.with(null) : key);
            String single = holds(stored, UpstreamDraft.MAIN, apiKey) ? null : apiKey;
            // A single key is told by apiKey alone, as an export has it.
            if (wanted.isEmpty() && known.isEmpty()) {
                return with(single, null);
            }
            if (bare(wanted).equals(ONLY) && (known.isEmpty() || known.equals(ONLY))) {
                String secret = apiKey == null ? wanted.getFirst().secret() : single;
                if (secret != null || !known.isEmpty()) {
                    return with(secret, null);
                }
            }
            return with(single, List.copyOf(wanted));
        }

        private static boolean holds(List<UpstreamDraft.ProviderKey> stored, String key, @Nullable String secret) {
            return stored.stream().anyMatch(old -> old.name().equals(key) && Objects.equals(old.secret(), secret));
        }

        private static List<UpstreamDraft.ProviderKey> bare(List<UpstreamDraft.ProviderKey> keys) {
            return keys.stream().map(key -> key.with(null)).toList();
        }
    }

    /** A public model. */
    public record DeclaredModel(
            @About(value = "What clients ask for.", min = 1, max = 128, pattern = "[A-Za-z0-9][A-Za-z0-9._:/@+-]*") String name,
            @About(value = "How its prompts are counted ahead.", fallback = "\"unknown\"") ModelRoute.Tokenizer tokenizer,
            @About(value = "The longest prompt and reply together, in tokens.", fallback = "128000", min = 1, max = 100_000_000) int contextTokens,
            @About(value = "The longest reply, in tokens.", fallback = "4096", min = 1, max = 100_000_000) int maxOutputTokens,
            @About(value = "What it can be called on.", fallback = "[\"*\"]", min = 1, max = 100) List<String> surfaces,
            @About(value = "Where its calls go.", min = 1, max = 16) List<DeclaredTarget> targets,
            @About("How the targets share its calls; null: by weight, with fail-over.") @Nullable RouteRules route,
            @About("How its answers are kept for the same question asked again; null: they are not.") @Nullable ModelCache cache) {}

    /** A model at an upstream. */
    public record DeclaredTarget(@About("The upstream's name.") String upstream,
            @About(value = "What that upstream calls the model.", min = 1, max = 200) String upstreamModel,
            @About(value = "Relative share of new calls.", fallback = "1", max = 10_000) int weight,
            @About(value = "By what a split knows it; unique in the model.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") @Nullable String name,
            @About(value = "0 is asked first; a higher one when nothing below can serve.", fallback = "0", max = 99) int tier,
            @About("What it can do; null for everything.") @Nullable Abilities abilities,
            @About(value = "Where it lies, if not where its upstream does.", min = 1, max = 64) @Nullable String region,
            @About(value = "The complexity of prompts that it is good for.", fallback = "100", max = 100) int strength,
            @About(value = "The lowest business priority of calls that may use it; 0 for all.", fallback = "0", max = 100) int fromPriority) {}

    /** A price. */
    public record DeclaredPrice(@About("The model's public name.") String model,
            @About("The upstream's name; null for any.") @Nullable String upstream,
            @About(value = "From when it holds.", fallback = "\"1970-01-01T00:00:00Z\"") Instant validFrom,
            @About("ISO 4217 code: the accounting currency.") @Nullable String currency,
            @About("Per 1,000,000 input tokens.") @Nullable BigDecimal inputPerMillion,
            @About("Per 1,000,000 output tokens.") @Nullable BigDecimal outputPerMillion,
            @About("Per 1,000,000 input tokens read from the upstream's cache.") @Nullable BigDecimal cachedInputPerMillion,
            @About("Per 1,000,000 input tokens written to the upstream's cache.") @Nullable BigDecimal cacheWritePerMillion,
            @About("Per 1,000,000 input tokens written to the upstream's cache for an hour; null: what other cache writes cost.") @Nullable BigDecimal longCacheWritePerMillion,
            @About("What tokens of sound and pictures cost; null: what those of text cost.") @Nullable MediaPrices media,
            @About("Per second of audio.") @Nullable BigDecimal perSecond,
            @About("Per picture made.") @Nullable BigDecimal perImage,
            @About("Per 1,000,000 characters spoken.") @Nullable BigDecimal perMillionCharacters,
            @About("Per call that reached the upstream.") @Nullable BigDecimal perCall,
            @About("Per kilowatt-hour that GPUs took for it; for local models.") @Nullable BigDecimal perKilowattHour,
            @About("Per hour of one GPU that it held; for local models.") @Nullable BigDecimal perGpuHour) {

        String key() {
            return model + (upstream == null ? "" : " at " + upstream) + " from " + validFrom;
        }
    }

    /** A key. */
    public record DeclaredKey(@About("The department's name.") String department,
            @About("The project's name.") String project,
            @About(value = "Unique among the project's keys.", min = 1, max = 100) String name,
            @About(value = "The eight public characters. A new key with them has no secret until it is rotated; one without gets a secret, which the answer shows once.", pattern = "[A-Za-z0-9]{8}") @Nullable String publicId,
            @About("The owning user's name.") @Nullable String owner,
            @About(value = "active or disabled.", fallback = "\"active\"") KeyRecord.State state,
            @About(value = "The public models it may use.", fallback = "[\"*\"]", max = 1000) List<String> models,
            @About(value = "The surfaces it may call.", fallback = "[\"*\"]", max = 100) List<String> surfaces,
            @About(value = "From where it may be used.", fallback = "[]", max = 200) List<String> addresses,
            @About("From when it is refused.") @Nullable Instant expiresAt) {

        String key() {
            return department + "/" + project + "/" + name;
        }

        DeclaredKey withPublicId(@Nullable String other) {
            return new DeclaredKey(department, project, name, other, owner, state, models, surfaces, addresses,
                    expiresAt);
        }
    }

    /** A program that shows a key without its secret. */
    public record DeclaredMachineClient(
            @About(value = "Unique among machine clients.", min = 1, max = 100) String name,
            @About("The key that its calls are counted under, as department/project/key.") String key,
            @About(value = "Whether it may call.", fallback = "true") boolean enabled,
            @About(value = "Whether the key's own secrets are refused.", fallback = "false") boolean secretRefused,
            @About("An access token that it brings; this or a certificate.") MachineClientDraft.@Nullable TokenTerms token,
            @About("A client certificate that it brings; this or a token.") MachineClientDraft.@Nullable CertificateTerms certificate) {}

    /** A node of the tenancy tree by name. */
    public record DeclaredScope(@About("The level of the tenancy tree.") Scope.Type type,
            @About("department, department/project, user, or department/project/key; absent for the organisation.") @Nullable String name) {

        String key() {
            return type.id() + (name == null ? "" : " " + name);
        }
    }

    /** A limit. */
    public record DeclaredLimit(@About("Whom it binds.") DeclaredScope scope,
            @About("What is limited.") Limit.Kind kind,
            @About(value = "The ceiling, in the kind's unit.", max = 1_000_000_000_000_000L) long amount) {

        String key() {
            return kind.id() + " of " + scope.key();
        }
    }

    /** A budget. */
    public record DeclaredBudget(@About("Whom it binds.") DeclaredScope scope,
            @About("When it starts anew.") Budget.Period period, @About("The ceiling, more than 0.") BigDecimal amount,
            @About("ISO 4217 code: the accounting currency.") @Nullable String currency,
            @About(value = "Whether calls are refused when it is used up.", fallback = "true") boolean hard) {

        String key() {
            return "per " + period.id() + " of " + scope.key();
        }
    }

    /** A policy. */
    public record DeclaredPolicy(@About("Whom it is for.") DeclaredScope scope,
            @About("Which bodies of a call are kept.") Policy.@Nullable Recording recording,
            @About(value = "Who goes first at an engine: -10 is earliest.", min = EngineTerms.FIRST, max = EngineTerms.LAST) @Nullable Integer priority,
            @About("With whom keys share what engines remember of prompts.") EngineTerms.@Nullable PrefixCache prefixCache,
            @About(value = "How many seconds a call may wait for its turn, or for a model that loads.", max = Policy.LONGEST_WAIT_SECONDS) @Nullable Integer waitSeconds,
            @About("Whether calls may be answered with kept answers, and their answers kept.") @Nullable Boolean exactCache,
            @About("Whether somebody waits for the answers of the calls, or nobody does.") EngineTerms.@Nullable CallClass callClass) {}
}
