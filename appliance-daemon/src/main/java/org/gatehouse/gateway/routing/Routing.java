package org.gatehouse.gateway.routing;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Stage;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.gateway.metering.Tariff;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.sticky.PromptPrefix;
import org.gatehouse.gateway.routing.strategy.PromptScan;
import org.gatehouse.gateway.routing.strategy.Qualification.Unfit;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.CallTraits.Want;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.gateway.upstream.Translation;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.TargetTerms;
import org.gatehouse.governance.snapshot.Upstream;

/** Finds out which targets may serve a call, sends it to the first, and knows who may take over. Thread-safe. */
public final class Routing implements Stage {
    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    private static final List<KeyPool.Key> NO_KEY = List.of(new KeyPool.Key("none", "none"));
    private static final int BYTES_PER_TOKEN = 4;

    private final Translation translation;
    private final Traffic traffic;
    private final LongSupplier nanoTime;
    private final Map<UUID, Known> known = new ConcurrentHashMap<>();

    /** What was worked out of a route; it holds as long as the route is the same object, and prices for a minute. */
    private record Known(ModelRoute route, long minute, List<Candidate> candidates,
            Map<UUID, ModelRoute.Target> targets,
            boolean looksInside) {}

    /** Takes what knows how calls get through, and the state of all targets. */
    public Routing(Translation translation, Traffic traffic, LongSupplier nanoTime) {
        this.translation = translation;
        this.traffic = traffic;
        this.nanoTime = nanoTime;
    }

    @Override
    public Verdict pass(Exchange exchange) {
        Surface surface = exchange.arrival().surface();
        ModelRoute route = exchange.route();
        Known worked = worked(exchange);
        List<Candidate> able = new ArrayList<>(worked.candidates().size());
        for (Candidate candidate : worked.candidates()) {
            ModelRoute.Target target = worked.targets().get(candidate.id());
            if (target != null && translation.serves(target, surface)) {
                able.add(candidate);
            }
        }
        if (able.isEmpty()) {
            return Refusal.of(Reason.INVALID_REQUEST, "The model '" + route.name() + "' cannot be called on "
                    + surface.id() + ". Use another endpoint or model.");
        }
        if (able.stream().allMatch(candidate -> candidate.weight() == 0)) {
            return unusable(route, Duration.ofSeconds(5));
        }
        long deadline = nanoTime.getAsLong() + longest(worked).toNanos();
        Attempts attempts = traffic.begin(route.id(), route.terms(), able, traits(exchange, worked), deadline);
        return switch (attempts.next()) {
            case Step.Go go -> {
                CallWay way = new CallWay(exchange, attempts, go.attempt(), worked.targets(), translation);
                exchange.ledBy(way, way.candidates());
                exchange.leased(exchange.request().streamed() && exchange.candidates().stream()
                        .allMatch(target -> translation.passage(exchange, target.upstream()).runningUsage()));
                yield Verdict.GO_ON;
            }
            case Step.End end -> refusal(route, end, attempts);
        };
    }

    /** Whether a model can be called on that surface at all, by any of its targets. */
    public boolean serves(ModelRoute route, Surface surface) {
        return route.targets().stream().anyMatch(target -> translation.serves(target, surface));
    }

    private static Refusal refusal(ModelRoute route, Step.End end, Attempts attempts) {
        if (end.why() == Step.Why.NONE_QUALIFIES) {
            if (attempts.explanation().unfit().stream().anyMatch(target -> target.why() == Unfit.UNPRICED)) {
                return Refusal.of(Reason.MODEL_NOT_ALLOWED, "A budget binds this key, and the model '" + route.name()
                        + "' has no price, so nobody knows what the call would cost. Tell the box's administrators to"
                        + " add one, or name another model.");
            }
            return Refusal.of(Reason.INVALID_REQUEST, "No target of the model '" + route.name()
                    + "' can or may serve this call: it is too long, or asks for something that none of them has."
                    + " Change the request, or name another model.");
        }
        Duration wait = end.retryAfter() == null ? Duration.ofSeconds(5) : end.retryAfter();
        return switch (end.cause()) {
            case RATE_LIMITED -> Refusal.retry(Reason.RATE_LIMITED, "Whoever serves the model '" + route.name()
                    + "' is rate-limiting this box. Wait and try again, or name another model.", wait);
            case OUT_OF_MONEY -> resting(route, "the box's account with whoever serves it is out of money", wait);
            case AUTHENTICATION, PERMISSION ->
                resting(route, "whoever serves it refuses the box's own credentials", wait);
            case null, default -> unusable(route, wait);
        };
    }

    /** What waiting alone does not mend; the box asks again by itself after that time. */
    private static Refusal resting(ModelRoute route, String why, Duration wait) {
        return Refusal.retry(Reason.NO_HEALTHY_UPSTREAM, "The model '" + route.name() + "' cannot be used now: " + why
                + ". Tell the box's administrators, or name another model.", wait);
    }

    private static Refusal unusable(ModelRoute route, Duration wait) {
        return Refusal.retry(Reason.NO_HEALTHY_UPSTREAM, "The model '" + route.name()
                + "' has no upstream that can be used now. Try again later, or name another model.", wait);
    }

    private Known worked(Exchange exchange) {
        ModelRoute route = exchange.route();
        Known last = known.get(route.id());
        long minute = exchange.arrival().at().getEpochSecond() / 60;
        if (last != null && last.route() == route && last.minute() == minute) {
            return last;
        }
        List<Candidate> candidates = new ArrayList<>();
        Map<UUID, ModelRoute.Target> targets = new LinkedHashMap<>();
        boolean looksInside = route.terms().strategy() == RouteTerms.Strategy.COMPLEXITY
                || route.terms().dryRun() == RouteTerms.Strategy.COMPLEXITY
                || route.terms().stickiness().mode() == RouteTerms.Stickiness.Mode.PREFIX && route.targets().size() > 1;
        for (ModelRoute.Target target : route.targets()) {
            candidates.add(candidate(target, Tariff.of(exchange, target)));
            targets.put(target.id(), target);
            TargetTerms.Abilities abilities = target.terms().abilities();
            looksInside |= !(abilities.tools() && abilities.vision() && abilities.schema() && abilities.audio());
        }
        Known worked = new Known(route, minute, List.copyOf(candidates), targets, looksInside);
        known.put(route.id(), worked);
        return worked;
    }

    private static Candidate candidate(ModelRoute.Target target, Tariff tariff) {
        Upstream upstream = target.upstream();
        Candidate.TokenPrice price = tariff.known()
                ? new Candidate.TokenPrice(perMillion(tariff.perInputToken()), perMillion(tariff.perOutputToken()))
                : upstream.local() ? new Candidate.TokenPrice(0, 0) : null;
        List<KeyPool.Key> keys = keys(upstream);
        TargetTerms terms = target.terms().region() == null && upstream.region() != null
                ? new TargetTerms(target.terms().tier(), target.terms().abilities(), upstream.region(),
                        target.terms().strength(), target.terms().fromPriority())
                : target.terms();
        return new Candidate(target.id(), upstream.id(), upstream.name() + "/" + target.upstreamModel(),
                target.weight(), upstream.local(), terms, price, keys);
    }

    private static List<KeyPool.Key> keys(Upstream upstream) {
        return upstream.keys().isEmpty()
                ? NO_KEY
                : upstream.keys().stream().map(key -> new KeyPool.Key(key.name(), key.account())).toList();
    }

    /** Every target of a policy as routing looks at it, by its route. */
    public static Map<UUID, List<Candidate>> candidates(PolicySnapshot snapshot, Instant at) {
        Map<UUID, List<Candidate>> byRoute = new HashMap<>();
        snapshot.models().values()
                .forEach(route -> byRoute.put(route.id(), route.targets().stream().map(target -> candidate(target,
                        Tariff.of(snapshot.prices(), route.name(), target.upstream().name(), at))).toList()));
        return byRoute;
    }

    /** In millionths of the currency for a million tokens. */
    private static long perMillion(BigDecimal perToken) {
        return perToken.multiply(MILLION).multiply(MILLION).longValue();
    }

    private static Duration longest(Known worked) {
        Duration longest = Duration.ZERO;
        for (ModelRoute.Target target : worked.targets().values()) {
            Duration total = target.upstream().timeouts().total();
            longest = total.compareTo(longest) > 0 ? total : longest;
        }
        return longest;
    }

    private CallTraits traits(Exchange exchange, Known worked) {
        ModelRequest request = exchange.request();
        ModelRequest.OutputCap cap = request.outputCap();
        long bound = Math.min(request.promptBound(), exchange.route().contextTokens());
        long prompt = (bound + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
        CallTraits.Builder traits = CallTraits.of(prompt,
                cap == null ? exchange.route().maxOutputTokens() : cap.tokens(), exchange.key().id().toString())
                .wants(Want.STREAM, request.streamed())
                .wants(Want.PRICE, exchange.arrival().surface() != Surface.COUNT_TOKENS && bindsBudget(exchange.key()))
                // Engines take the smaller number first.
                .priority(Math.max(0, -exchange.key().engineTerms().priority()))
                .session(session(exchange))
                .user(request.endUser());
        ChatRequest inside = worked.looksInside() ? inside(exchange) : null;
        if (inside != null) {
            traits.wants(Want.TOOLS, !inside.tools().isEmpty())
                    .wants(Want.SCHEMA, inside.format() instanceof OutputFormat.Schema)
                    .wants(Want.VISION, holds(inside, Block.Image.class))
                    .wants(Want.AUDIO, holds(inside, Block.Audio.class))
                    .prefix(PromptPrefix.of(exchange.key().departmentId().toString(), inside))
                    .features(PromptScan.of(inside, prompt));
        }
        return traits.build();
    }

    private static boolean bindsBudget(KeyRecord key) {
        for (Budget budget : key.budgets()) {
            if (budget.hard()) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(ChatRequest request, Class<? extends Block> kind) {
        for (ChatRequest.Turn turn : request.turns()) {
            for (Block block : turn.blocks()) {
                if (kind.isInstance(block) || block instanceof Block.ToolResult result
                        && result.content().stream().anyMatch(kind::isInstance)) {
                    return true;
                }
            }
        }
        return false;
    }

    private @Nullable ChatRequest inside(Exchange exchange) {
        try {
            return translation.canonical(exchange);
        } catch (UntranslatableException _) {
            // Whoever speaks the client's own protocol may understand it.
            return null;
        }
    }

    /** Conversations of different tenants never meet, whatever they call themselves. */
    private static @Nullable String session(Exchange exchange) {
        String named = exchange.arrival().hints().session();
        String session = named == null ? exchange.request().conversation() : named;
        return session == null ? null : exchange.key().projectId() + " " + session;
    }
}
