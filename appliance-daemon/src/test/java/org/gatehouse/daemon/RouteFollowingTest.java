package org.gatehouse.daemon;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.Step;
import org.gatehouse.gateway.routing.Traffic;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.PriceBook;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.TargetTerms;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;

class RouteFollowingTest {
    private static final UUID ROUTE = new UUID(0, 1);
    private static final UUID TARGET = new UUID(0, 2);
    private static final UUID UPSTREAM = new UUID(0, 3);
    private final Traffic traffic = new Traffic(HealthTerms.DEFAULT, () -> 0, () -> 0.5, 16);

    @Test
    void keyThatIsReplacedIsTriedAtOnceAndOneThatStaysIsNot() {
        RouteFollowing following = new RouteFollowing(traffic, policy("sk-old"));
        assertThat(call()).isTrue();
        assertThat(call()).as("the provider refused the only key").isFalse();

        following.accept(policy("sk-old"));
        assertThat(call()).isFalse();
        following.accept(policy("sk-new"));
        assertThat(call()).isTrue();
    }

    @Test
    void whatAPolicyNoLongerHasIsForgotten() {
        RouteFollowing following = new RouteFollowing(traffic, policy("sk-old"));
        call();
        following.accept(policy("sk-old"));
        assertThat(traffic.view(TARGET)).isNotNull();
        following.accept(PolicySnapshot.empty());
        assertThat(traffic.view(TARGET)).isNull();
        assertThat(traffic.view().routes()).isEmpty();
        assertThat(traffic.view().keys()).isEmpty();
    }

    /** Whether a call found a usable key; the provider refuses it then. */
    private boolean call() {
        Candidate candidate = new Candidate(TARGET, UPSTREAM, "up/m", 1, false, TargetTerms.DEFAULT, null,
                List.of(new KeyPool.Key("main", "main")));
        Step step = traffic.begin(ROUTE, RouteTerms.DEFAULT, List.of(candidate), CallTraits.of(1, 1, "key").build(),
                TimeUnit.HOURS.toNanos(1)).next();
        if (step instanceof Step.Go go) {
            go.attempt().failed(Cause.AUTHENTICATION, null);
            return true;
        }
        return false;
    }

    private static PolicySnapshot policy(String secret) {
        Upstream upstream = new Upstream(UPSTREAM, "up", Upstream.Kind.OPENAI, "https://api.example.com/v1", secret,
                false, false, false, Upstream.Timeouts.DEFAULT, 1 << 20);
        ModelRoute route = new ModelRoute(ROUTE, "model", Instant.EPOCH, ModelRoute.Tokenizer.UNKNOWN, 1_000, 100,
                Grant.all(), List.of(new ModelRoute.Target(TARGET, upstream, "m", 1)));
        return new PolicySnapshot(1, Map.of(), Map.of("model", route), new PriceBook(List.of()));
    }
}
