package org.gatehouse.governance;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Upstream;

/** A server that answers model calls, without its keys' secrets. */
public record UpstreamServer(@About("UUIDv7.") UUID id, @About("Unique; shown in x-gatehouse-upstream.") String name,
        @About("What it is, hence what it can do beyond the common dialect.") Upstream.Kind kind,
        @About("Where its API starts.") String baseUrl,
        @About("Whether it has a key; the key itself is never shown.") boolean apiKeySet,
        @About("Whether it runs on this box.") boolean local,
        @About("Whether it may live on a private address although it is not local.") boolean privateAddressesAllowed,
        @About("Whether its answers are simulated.") boolean simulated,
        @About("How long each phase of a call may take.") Deadlines timeouts,
        @About("The largest whole reply that is relayed, in bytes.") long maxReplyBytes,
        @About("Whether it is told the priority that policies give.") boolean priorityScheduling,
        @About("Its keys, in turn; their secrets are never shown.") List<UpstreamKey> keys,
        @About("Where it works; null when nobody knows.") @Nullable String region,
        @About("What its kind needs besides.") Map<String, String> options,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** A key without its secret. */
    public record UpstreamKey(@About("Shown in metrics and the trail.") String name,
            @About("Whose money it spends.") String account) {

        UpstreamDraft.ProviderKey kept() {
            return new UpstreamDraft.ProviderKey(name, account, null);
        }
    }

    /** Copies the collections. */
    public UpstreamServer {
        keys = List.copyOf(keys);
        options = Map.copyOf(options);
    }

    /** Deadlines of a call, in milliseconds. */
    public record Deadlines(
            @About(value = "Until the connection stands, in ms.", fallback = "5000", min = 10, max = 600_000) long connectMillis,
            @About(value = "From the request's last byte to the reply's first, in ms.", fallback = "600000", min = 10, max = 86_400_000) long firstByteMillis,
            @About(value = "Between two pieces of the reply, in ms.", fallback = "120000", min = 10, max = 86_400_000) long idleMillis,
            @About(value = "Of the whole call, in ms.", fallback = "3600000", min = 10, max = 86_400_000) long totalMillis) {

        /** What a draft gets that says nothing. */
        public static final Deadlines DEFAULT = new Deadlines(Upstream.Timeouts.DEFAULT.connect().toMillis(),
                Upstream.Timeouts.DEFAULT.firstByte().toMillis(), Upstream.Timeouts.DEFAULT.idle().toMillis(),
                Upstream.Timeouts.DEFAULT.total().toMillis());

        Upstream.Timeouts timeouts() {
            return new Upstream.Timeouts(Duration.ofMillis(connectMillis), Duration.ofMillis(firstByteMillis),
                    Duration.ofMillis(idleMillis), Duration.ofMillis(totalMillis));
        }
    }

    @Override
    public String title() {
        return name;
    }

    UpstreamDraft draft() {
        return new UpstreamDraft(name, kind, baseUrl, UpstreamDraft.UNCHANGED, local, privateAddressesAllowed,
                simulated, timeouts, maxReplyBytes, priorityScheduling, null, region, options);
    }
}
