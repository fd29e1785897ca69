package org.gatehouse.setup;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Declaration;
import org.gatehouse.governance.Declaration.DeclaredModel;
import org.gatehouse.governance.Declaration.DeclaredPrice;
import org.gatehouse.governance.Declaration.DeclaredTarget;
import org.gatehouse.governance.Declaration.DeclaredUpstream;
import org.gatehouse.governance.SettingsDraft;
import org.gatehouse.governance.UpstreamServer;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;

/** The commercial providers of a box, with the models that are to be used of each. Immutable. */
record ProvidersAnswer(@About(value = "The providers.", min = 1, max = 32) List<Asked> upstreams,
        @About(value = "ISO 4217 code of the prices; null: as it is. It can't be changed once there are prices.", min = 3, max = 3, pattern = "[A-Z]{3}") @Nullable String currency) {
    private static final long REPLY_BYTES = 64L << 20;
    private static final int CONTEXT_TOKENS = 128_000;
    private static final int OUTPUT_TOKENS = 4_096;

    /** Copies the list. */
    ProvidersAnswer {
        upstreams = List.copyOf(upstreams);
    }

    /** A provider. */
    record Asked(
            @About(value = "Unique; letters, digits, dot, dash and underscore.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") String name,
            @About("What it is.") Upstream.Kind kind,
            @About(value = "Where its API starts; null where its kind always is.", min = 1, max = 500) @Nullable String baseUrl,
            @About(value = "Its key. Absent: the stored one is kept.", min = 1, max = 16_384, multiline = true, secret = true) @Nullable String apiKey,
            @About(value = "Those of its models that are to be used.", fallback = "[]", max = 200) List<AskedModel> models,
            @About(value = "Whether it may live on a private address.", fallback = "false") boolean privateAddressesAllowed,
            @About(value = "Whether its answers are simulated.", fallback = "false") boolean simulated,
            @About(value = "Where it works, such as eu-central-1.", min = 1, max = 64) @Nullable String region,
            @About(value = "What its kind needs besides.", fallback = "{}", max = 1000) Map<String, String> options) {

        /** Copies. */
        Asked {
            models = List.copyOf(models);
            options = Map.copyOf(options);
            if (baseUrl == null && ProviderKinds.baseUrl(kind) == null) {
                throw new IllegalArgumentException(
                        "baseUrl is missing: an upstream of the kind " + kind.id() + " may be anywhere");
            }
        }

        String address() {
            return baseUrl == null ? Objects.requireNonNull(ProviderKinds.baseUrl(kind)) : baseUrl;
        }

        /** Leaves the key out. */
        @Override
        public String toString() {
            return "Asked[" + name + "]";
        }
    }

    /** A model of a provider. */
    record AskedModel(
            @About(value = "What clients ask for.", min = 1, max = 128, pattern = "[A-Za-z0-9][A-Za-z0-9._:/@+-]*") String name,
            @About(value = "What the provider calls it; null: the same.", min = 1, max = 200) @Nullable String upstreamModel,
            @About("What 1,000,000 input tokens cost; null when nobody says.") @Nullable BigDecimal inputPerMillion,
            @About("What 1,000,000 output tokens cost; null when nobody says.") @Nullable BigDecimal outputPerMillion) {

        String there() {
            return upstreamModel == null ? name : upstreamModel;
        }
    }

    /** As a declaration over what is stored; what is stored and not asked about stays. */
    Declaration declaration(Declaration stored, Preset preset, @Nullable SettingsDraft settings) {
        Map<String, List<DeclaredTarget>> targets = new LinkedHashMap<>();
        List<DeclaredPrice> prices = new ArrayList<>();
        for (Asked upstream : upstreams) {
            for (AskedModel model : upstream.models()) {
                targets.computeIfAbsent(model.name(), _ -> new ArrayList<>())
                        .add(target(stored, upstream.name(), model));
                if (model.inputPerMillion() != null || model.outputPerMillion() != null) {
                    prices.add(new DeclaredPrice(model.name(), upstream.name(), Instant.EPOCH, null,
                            model.inputPerMillion(), model.outputPerMillion(), null, null, null, null, null, null, null,
                            null, null, null));
                }
            }
        }
        List<DeclaredModel> models = targets.entrySet().stream()
                .map(entry -> preset.held(model(stored, entry.getKey(), entry.getValue()))).toList();
        return new Declaration(Declaration.VERSION, settings, null, null, null,
                upstreams.stream().map(upstream -> upstream(stored, upstream)).toList(), models, null, prices, null,
                null, null, null);
    }

    private static DeclaredUpstream upstream(Declaration stored, Asked asked) {
        Optional<DeclaredUpstream> known = all(stored.upstreams()).stream()
                .filter(one -> one.name().equals(asked.name())).findFirst();
        return new DeclaredUpstream(asked.name(), asked.kind(), asked.address(), asked.apiKey(), false,
                asked.privateAddressesAllowed(), asked.simulated(),
                known.map(DeclaredUpstream::timeouts).orElse(UpstreamServer.Deadlines.DEFAULT),
                known.map(DeclaredUpstream::maxReplyBytes).orElse(REPLY_BYTES),
                known.map(DeclaredUpstream::priorityScheduling).orElse(false), null, asked.region(),
                asked.options());
    }

    private static DeclaredTarget target(Declaration stored, String upstream, AskedModel model) {
        return all(stored.models()).stream().filter(one -> one.name().equals(model.name()))
                .flatMap(one -> one.targets().stream())
                .filter(one -> one.upstream().equals(upstream) && one.upstreamModel().equals(model.there()))
                .findFirst()
                .orElseGet(() -> new DeclaredTarget(upstream, model.there(), 1, null, 0, null, null, 100, 0));
    }

    private static DeclaredModel model(Declaration stored, String name, List<DeclaredTarget> targets) {
        return all(stored.models()).stream().filter(one -> one.name().equals(name)).findFirst()
                .map(known -> new DeclaredModel(name, known.tokenizer(), known.contextTokens(),
                        known.maxOutputTokens(), known.surfaces(), targets, known.route(), known.cache()))
                .orElseGet(() -> new DeclaredModel(name, ModelRoute.Tokenizer.UNKNOWN, CONTEXT_TOKENS, OUTPUT_TOKENS,
                        List.of("*"), targets, null, null));
    }

    private static <T> List<T> all(@Nullable List<T> section) {
        return section == null ? List.of() : section;
    }
}
