package org.gatehouse.daemon;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.ActiveChecks;
import org.gatehouse.gateway.routing.Routing;
import org.gatehouse.gateway.routing.Traffic;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.provider.NotAuthorizedException;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.supervisor.fleet.FleetView;

/**
 * Tells routing what no call tells it: how full the box's own engines are, and whether a target or key that was given up
 * is well again. Engines of deployments are looked after by their supervisor, and providers are asked only while ill.
 */
final class TargetWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TargetWatch.class.getName());
    private static final long ROUND_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int MOST_REPLY_BYTES = 4 << 20;
    private static final double PERCENT = 100;

    private final Traffic traffic;
    private final ActiveChecks checks;
    private final Dispatch dispatch;
    private final Supplier<PolicySnapshot> policy;
    private final Supplier<FleetView> fleet;
    private final ToIntFunction<String> waiting;
    private final InstantSource clock;
    private final Thread thread;
    private volatile boolean closed;

    TargetWatch(Traffic traffic, ActiveChecks checks, Dispatch dispatch, Supplier<PolicySnapshot> policy,
            Supplier<FleetView> fleet, ToIntFunction<String> waiting, InstantSource clock) {
        this.traffic = traffic;
        this.checks = checks;
        this.dispatch = dispatch;
        this.policy = policy;
        this.fleet = fleet;
        this.waiting = waiting;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("target-watch").start(this::watch);
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(this, ROUND_NANOS);
            try {
                if (!closed) {
                    round();
                }
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "Targets could not be looked at. This is a bug: report it.", e);
            }
        }
    }

    private void round() {
        PolicySnapshot snapshot = policy.get();
        Map<UUID, Upstream> upstreams = new HashMap<>();
        Map<String, FleetView.OfDeployment> deployments = new HashMap<>();
        fleet.get().deployments().forEach(each -> deployments.put(each.wanted().name(), each));
        for (ModelRoute route : snapshot.models().values()) {
            for (ModelRoute.Target target : route.targets()) {
                String name = target.upstream().deployment();
                if (name == null) {
                    upstreams.put(target.upstream().id(), target.upstream());
                } else if (deployments.get(name) instanceof FleetView.OfDeployment deployment) {
                    load(target.id(), deployment);
                }
            }
        }
        List<Candidate> outside = Routing.candidates(snapshot, clock.instant()).values().stream().flatMap(List::stream)
                .filter(candidate -> upstreams.containsKey(candidate.upstream())).toList();
        for (ActiveChecks.Check check : checks.due(outside)) {
            Upstream upstream = upstreams.get(check.candidate().upstream());
            if (upstream != null) {
                Thread.startVirtualThread(() -> checks.finished(check, ask(upstream, check.key().id())));
            }
        }
    }

    private void load(UUID target, FleetView.OfDeployment deployment) {
        double running = 0;
        // Those that wait here the fleet hears of too, a moment later.
        double inLine = Math.max(deployment.waiting(), waiting.applyAsInt(deployment.wanted().name()));
        double cache = 0;
        for (FleetView.OfReplica replica : deployment.replicas()) {
            running += orZero(replica.running());
            inLine += orZero(replica.waiting());
            cache = Math.max(cache, orZero(replica.kvUsage()));
        }
        traffic.load(target, (int) running, (int) inLine, (int) Math.round(cache * PERCENT));
    }

    private static double orZero(@Nullable Double value) {
        return value == null ? 0 : value;
    }

    /** What is wrong with an upstream; {@code null} when it lists its models, or has no list. */
    private @Nullable Cause ask(Upstream upstream, String key) {
        try {
            Optional<UpstreamCall> question = dispatch.listing(upstream, key);
            if (question.isEmpty()) {
                return null;
            }
            try (UpstreamCall call = question.get()) {
                UpstreamReply reply = call.execute();
                reply.readAll(MOST_REPLY_BYTES);
                return switch (reply.status()) {
                    case 401, 403 -> Cause.AUTHENTICATION;
                    case 402 -> Cause.OUT_OF_MONEY;
                    case 429 -> Cause.RATE_LIMITED;
                    default -> reply.status() >= 500 ? Cause.SERVER_ERROR : null;
                };
            }
        } catch (UpstreamFailureException _) {
            return Cause.SERVER_ERROR;
        } catch (NotAuthorizedException e) {
            return e.ofTheKey() ? Cause.AUTHENTICATION : Cause.SERVER_ERROR;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "The upstream " + upstream.name() + " could not be checked.", e);
            return Cause.SERVER_ERROR;
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
