package org.gatehouse.governance;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Upstream;

/** What an upstream is to be. */
public record UpstreamDraft(
        @About(value = "Unique; letters, digits, dot, dash and underscore.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") String name,
        @About(value = "What it is, hence what it can do beyond the common dialect.", fallback = "\"openai_compatible\"") Upstream.Kind kind,
        @About(value = "Where its API starts: https://…/v1; http:// or unix:/path only where it is local, http:// also where private addresses are allowed; deployment:NAME for a deployment of this box.", min = 1, max = 500) String baseUrl,
        @About(value = "Its key; short for one of the keys, named main. Absent in a change means unchanged, null removes it. Never shown.", max = 16_384, multiline = true, secret = true) @Nullable String apiKey,
        @About(value = "Whether it runs on this box.", fallback = "false") boolean local,
        @About(value = "Whether it may live on a private address although it is not local.", fallback = "false") boolean privateAddressesAllowed,
        @About(value = "Whether its answers are simulated; shown wherever it shows.", fallback = "false") boolean simulated,
        @About(value = "How long each phase of a call may take.", fallback = "{}") UpstreamServer.Deadlines timeouts,
        @About(value = "The largest whole reply that is relayed, in bytes.", fallback = "67108864", min = 1024, max = 4_294_967_296L) long maxReplyBytes,
        @About(value = "Whether it is an engine that was started with priority scheduling: only such a one is told the priority that policies give; others refuse it.", fallback = "false") boolean priorityScheduling,
        @About(value = "All its keys, tried in turn. Absent in a change means unchanged.", max = 32) @Nullable List<ProviderKey> keys,
        @About(value = "Where it works, for residency rules, such as eu-central-1; null when nobody knows.", min = 1, max = 64) @Nullable String region,
        @About(value = "What its kind needs besides, such as project and location for vertex.", fallback = "{}", max = 1000) Map<String, String> options) {

    /** A key of the box's for a provider. */
    public record ProviderKey(
            @About(value = "Shown in metrics and the trail; unique for the upstream.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") String name,
            @About(value = "Whose money it spends: keys of one account share its name, and rest together when that is out of money.", fallback = "\"main\"", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") String account,
            @About(value = "The key itself. Absent: the one of that name is kept. Never shown.", min = 1, max = 16_384, multiline = true, secret = true) @Nullable String secret) {

        ProviderKey with(@Nullable String other) {
            return new ProviderKey(name, account, other);
        }

        /** Leaves the secret out. */
        @Override
        public String toString() {
            return "ProviderKey[" + name + "]";
        }
    }

    /** In {@link #apiKey}: the stored one stays. No provider gives out such a key, so it can't be meant. */
    static final String UNCHANGED = "(unchanged)";

    /** The name of the key, and of its account, that {@link #apiKey} is. */
    static final String MAIN = "main";

    /** Copies the options. */
    public UpstreamDraft {
        options = Map.copyOf(options);
    }

    /** One with a single key or none, and no options. */
    public UpstreamDraft(String name, Upstream.Kind kind, String baseUrl, @Nullable String apiKey, boolean local,
            boolean privateAddressesAllowed, boolean simulated, UpstreamServer.Deadlines timeouts, long maxReplyBytes,
            boolean priorityScheduling) {
        this(name, kind, baseUrl, apiKey, local, privateAddressesAllowed, simulated, timeouts, maxReplyBytes,
                priorityScheduling, null, null, Map.of());
    }

    /** One that does not schedule by priority. */
    public UpstreamDraft(String name, Upstream.Kind kind, String baseUrl, @Nullable String apiKey, boolean local,
            boolean privateAddressesAllowed, boolean simulated, UpstreamServer.Deadlines timeouts,
            long maxReplyBytes) {
        this(name, kind, baseUrl, apiKey, local, privateAddressesAllowed, simulated, timeouts, maxReplyBytes, false);
    }

    /** A commercial upstream with what is usual. */
    public static UpstreamDraft commercial(String name, String baseUrl, @Nullable String apiKey) {
        return new UpstreamDraft(name, Upstream.Kind.OPENAI_COMPATIBLE, baseUrl, apiKey, false, false, false,
                UpstreamServer.Deadlines.DEFAULT, 64L << 20);
    }

    /** An engine on this box. */
    public static UpstreamDraft local(String name, Upstream.Kind kind, String baseUrl, boolean simulated) {
        return new UpstreamDraft(name, kind, baseUrl, null, true, false, simulated, UpstreamServer.Deadlines.DEFAULT,
                64L << 20);
    }

    /** The same with another API key. */
    public UpstreamDraft withApiKey(@Nullable String other) {
        return new UpstreamDraft(name, kind, baseUrl, other, local, privateAddressesAllowed, simulated, timeouts,
                maxReplyBytes, priorityScheduling, keys, region, options);
    }

    /** The same with these keys. */
    public UpstreamDraft withKeys(@Nullable List<ProviderKey> others) {
        return new UpstreamDraft(name, kind, baseUrl, apiKey, local, privateAddressesAllowed, simulated, timeouts,
                maxReplyBytes, priorityScheduling, others, region, options);
    }

    /** The same, somewhere, with these options. */
    public UpstreamDraft in(@Nullable String otherRegion, Map<String, String> others) {
        return new UpstreamDraft(name, kind, baseUrl, apiKey, local, privateAddressesAllowed, simulated, timeouts,
                maxReplyBytes, priorityScheduling, keys, otherRegion, others);
    }

    /** The same, marked as simulated. */
    public UpstreamDraft asSimulated() {
        return new UpstreamDraft(name, kind, baseUrl, apiKey, local, privateAddressesAllowed, true, timeouts,
                maxReplyBytes, priorityScheduling, keys, region, options);
    }

    /** The same, allowed to live on a private address. */
    public UpstreamDraft onPrivateAddress() {
        return new UpstreamDraft(name, kind, baseUrl, apiKey, local, true, simulated, timeouts, maxReplyBytes,
                priorityScheduling, keys, region, options);
    }

    /** The same of another kind. */
    public UpstreamDraft of(Upstream.Kind otherKind) {
        return servedBy(otherKind, priorityScheduling);
    }

    /** The same by another engine. */
    UpstreamDraft servedBy(Upstream.Kind otherKind, boolean heedsPriority) {
        return new UpstreamDraft(name, otherKind, baseUrl, apiKey, local, privateAddressesAllowed, simulated, timeouts,
                maxReplyBytes, heedsPriority, keys, region, options);
    }

    /** Leaves the keys out. */
    @Override
    public String toString() {
        return "UpstreamDraft[" + name + ", " + baseUrl + "]";
    }
}
