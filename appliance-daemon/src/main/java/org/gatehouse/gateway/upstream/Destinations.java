package org.gatehouse.gateway.upstream;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import org.gatehouse.gateway.upstream.http.AddressPolicy;
import org.gatehouse.gateway.upstream.http.Deadlines;
import org.gatehouse.gateway.upstream.http.Endpoint;
import org.gatehouse.gateway.upstream.http.ReplyLimits;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.provider.Authorization;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.gateway.upstream.provider.Providers;
import org.gatehouse.governance.snapshot.Upstream;

/** What the client needs to know of each upstream, worked out once for each version of its settings. Thread-safe. */
final class Destinations {
    private static final int MAX_HEAD_BYTES = 64 << 10;
    private static final String API_PATH = "/v1";

    /** Instances come and go without a new configuration; beyond so many all are worked out anew. */
    private static final int MOST_INSTANCES = 256;

    private final Providers providers;
    private final ConcurrentHashMap<UUID, Destination> byUpstream = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, AtInstance> byInstance = new ConcurrentHashMap<>();

    /**
     * One upstream, ready to be called.
     *
     * @param api where its API stands, {@code /v1} included
     * @param root the same server without {@code /v1}: vLLM keeps {@code /tokenize} there
     * @param provider how its kind is called
     * @param headers that every call to it has, the proof of who calls not among them
     * @param authorizations that proof, by the name of the key; empty for one that wants none
     */
    record Destination(Upstream upstream, Endpoint api, Endpoint root, Provider provider, RequestHeaders headers,
            Map<String, Authorization> authorizations, Deadlines deadlines, ReplyLimits limits) {

        /** The proof with one key; whichever there is when that is none of its own. */
        Authorization authorization(String key) {
            Authorization known = authorizations.get(key);
            return known == null
                    ? authorizations.values().stream().findFirst().orElse(Authorization.NONE)
                    : known;
        }
    }

    private record AtInstance(Upstream upstream, LocalEngines.Instance instance, Destination destination) {

        boolean holds(Upstream other, LocalEngines.Instance at) {
            return upstream == other && instance.baseUrl().equals(at.baseUrl())
                    && Objects.equals(instance.apiKey(), at.apiKey());
        }
    }

    Destinations(Providers providers) {
        this.providers = providers;
    }

    /** Of one engine of a deployment. */
    Destination of(Upstream upstream, LocalEngines.Instance instance) {
        AtInstance known = byInstance.get(instance.name());
        if (known != null && known.holds(upstream, instance)) {
            return known.destination();
        }
        if (byInstance.size() >= MOST_INSTANCES) {
            byInstance.clear();
        }
        Destination made = make(upstream, instance.baseUrl(), instance.apiKey() == null
                ? Map.of()
                : Map.of("engine", Authorization.bearer(instance.apiKey())));
        byInstance.put(instance.name(), new AtInstance(upstream, instance, made));
        return made;
    }

    /** Of an upstream with an address of its own. */
    Destination of(Upstream upstream) {
        Destination known = byUpstream.get(upstream.id());
        // Identity first: within one snapshot it is the same object, and comparing all fields costs more than the rest.
        if (known != null && (known.upstream() == upstream || known.upstream().equals(upstream))) {
            return known;
        }
        // Made once, however many calls want it: with it come the tokens that are kept for its keys.
        return byUpstream.compute(upstream.id(), (_, now) -> now != null && now.upstream().equals(upstream)
                ? now
                : make(upstream, upstream.baseUrl(), authorizations(upstream)));
    }

    /**
     * Forgets every upstream but these, and every instance; gives the endpoints that these are called at. What is idle at an
     * instance is connected anew, which costs little on this box.
     */
    Set<Endpoint> retain(Collection<Upstream> upstreams) {
        Set<UUID> ids = new HashSet<>();
        Set<Endpoint> endpoints = new HashSet<>();
        byInstance.clear();
        for (Upstream upstream : upstreams) {
            if (upstream.deployment() != null) {
                continue;
            }
            Destination destination = of(upstream);
            ids.add(upstream.id());
            endpoints.add(destination.api());
            endpoints.add(destination.root());
        }
        byUpstream.keySet().retainAll(ids);
        return endpoints;
    }

    private Map<String, Authorization> authorizations(Upstream upstream) {
        Map<String, Authorization> byKey = new LinkedHashMap<>();
        upstream.keys().forEach(
                key -> byKey.put(key.name(), providers.of(upstream).authorization(upstream, key)));
        return byKey;
    }

    private Destination make(Upstream upstream, String given, Map<String, Authorization> authorizations) {
        AddressPolicy policy = upstream.local() || upstream.privateAddressesAllowed()
                ? AddressPolicy.ANY
                : AddressPolicy.PUBLIC_ONLY;
        String base = given.startsWith("unix:") && given.indexOf(":/", "unix:".length()) < 0
                ? given + ":" + API_PATH
                : given;
        Endpoint api = endpoint(upstream, base, policy);
        Endpoint root = endpoint(upstream, base.endsWith(API_PATH) ? withoutPath(base) : base, policy);
        Provider provider = providers.of(upstream);
        Upstream.Timeouts timeouts = upstream.timeouts();
        return new Destination(upstream, api, root, provider, provider.headers(upstream), authorizations,
                new Deadlines(timeouts.connect(), timeouts.firstByte(), timeouts.idle(), timeouts.total()),
                new ReplyLimits(MAX_HEAD_BYTES, upstream.maxReplyBytes()));
    }

    private static Endpoint endpoint(Upstream upstream, String base, AddressPolicy policy) {
        Endpoint endpoint = Endpoint.parse(base).withAddressPolicy(policy);
        return upstream.local() ? endpoint.withoutProxy() : endpoint;
    }

    private static String withoutPath(String base) {
        String root = base.substring(0, base.length() - API_PATH.length());
        return root.endsWith(":") ? root.substring(0, root.length() - 1) : root;
    }
}
