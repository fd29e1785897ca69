package org.gatehouse.gateway.providers;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.gatehouse.gateway.TestBox;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.TargetTerms;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

/** A box with simulated commercial providers behind it. Public models are named like the provider's own. */
final class ProvidersBox implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(20);

    final TestBox box;
    final String key;
    private final Map<ProviderKind, SimulatedProvider> providers = new EnumMap<>(ProviderKind.class);

    /** A patient box. */
    ProvidersBox(ProviderKind... kinds) {
        this(new Upstream.Timeouts(Duration.ofSeconds(5), LONG, LONG, Duration.ofMinutes(1)), kinds);
    }

    /** A box that waits so long for its upstreams. */
    ProvidersBox(Upstream.Timeouts timeouts, ProviderKind... kinds) {
        this(timeouts, HealthTerms.DEFAULT, kinds);
    }

    /** A box that thinks so of the health of its targets. */
    ProvidersBox(Upstream.Timeouts timeouts, HealthTerms health, ProviderKind... kinds) {
        box = new TestBox(timeouts, health);
        key = box.key("clients");
        for (ProviderKind kind : kinds) {
            providers.put(kind, SimulatedProvider.start(kind, ProviderOptions.usual()));
        }
    }

    SimulatedProvider provider(ProviderKind kind) {
        SimulatedProvider provider = providers.get(kind);
        if (provider == null) {
            throw new IllegalArgumentException("no such provider in this box: " + kind);
        }
        return provider;
    }

    /** The upstream that leads to a provider. */
    Upstream upstream(ProviderKind kind) {
        return upstream(kind.word(), provider(kind));
    }

    Upstream upstream(String name, SimulatedProvider provider) {
        String base = provider.uri().toString();
        return box.outside(name, kindOf(provider.kind()), switch (provider.kind()) {
            case OPENAI, ANTHROPIC, MISTRAL -> base + "/v1";
            case GEMINI -> base + "/v1beta";
            case DASHSCOPE -> base + "/compatible-mode/v1";
            default -> base;
        }, "simulated-key", Map.of());
    }

    private static Upstream.Kind kindOf(ProviderKind kind) {
        return Upstream.Kind.valueOf(kind.name());
    }

    /** A public model with one target. */
    String model(ProviderKind kind, String model) {
        String name = kind.word() + "." + model;
        box.model(name, RouteTerms.DEFAULT, target(upstream(kind), model, 1, 0));
        return name;
    }

    static ModelRoute.Target target(Upstream upstream, String model, int weight, int tier) {
        return new ModelRoute.Target(UUID.randomUUID(), upstream, model, weight, TargetTerms.DEFAULT.at(tier));
    }

    /** The providers, in the order of their kinds. */
    List<SimulatedProvider> providers() {
        return List.copyOf(providers.values());
    }

    @Override
    public void close() {
        box.close();
        providers.values().forEach(SimulatedProvider::close);
    }
}
