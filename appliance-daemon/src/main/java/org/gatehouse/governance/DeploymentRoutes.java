package org.gatehouse.governance;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import org.jdbi.v3.core.Handle;

import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * What makes a deployment callable: an upstream that stands for it, and a model for each of its public names. They are made
 * and deleted with it, in the same change; where they are there already, as after an import, they are left as they are.
 */
final class DeploymentRoutes {
    /** What a model has that says nothing. */
    private static final int USUAL_CONTEXT = 128_000;
    private static final int USUAL_OUTPUT = 4_096;

    private final Nouns nouns;

    DeploymentRoutes(Nouns nouns) {
        this.nouns = nouns;
    }

    static String baseUrl(String deployment) {
        return Upstream.DEPLOYMENT + deployment;
    }

    /** Makes what is missing. */
    void make(ChangeSet changes, DeploymentDraft draft) {
        List<UpstreamServer> known = upstreams(changes.handle(), draft.name());
        UpstreamServer upstream = known.isEmpty() ? makeUpstream(changes, draft) : known.getFirst();
        for (String name : DeploymentRows.publicNames(draft)) {
            makeModel(changes, draft, name, upstream);
        }
    }

    private UpstreamServer makeUpstream(ChangeSet changes, DeploymentDraft draft) {
        nouns.upstreams().read(changes.handle(), Selection.of("s.name = :value", draft.name())).forEach(other -> {
            throw RefusedException.conflict("The name " + draft.name() + " is taken: an upstream of that name goes to "
                    + other.baseUrl() + ". Rename that upstream, or choose another name for the deployment.");
        });
        return nouns.upstreams().insert(changes, new UpstreamDraft(draft.name(), kind(draft), baseUrl(draft.name()),
                null, true, false, false, UpstreamServer.Deadlines.DEFAULT, 64L << 20, heedsPriority(draft)));
    }

    private void makeModel(ChangeSet changes, DeploymentDraft draft, String name, UpstreamServer upstream) {
        List<PublicModel> known = nouns.models().read(changes.handle(), Selection.of("m.name = :value", name));
        if (known.isEmpty()) {
            int context = context(draft);
            nouns.models().insert(changes, ModelDraft.routed(name, upstream.id(), name, ModelRoute.Tokenizer.ENGINE,
                    context, Math.min(USUAL_OUTPUT, context)));
        } else if (!goesTo(draft.name(), changes.handle(), known.getFirst().draft())) {
            throw RefusedException.conflict("The model name " + name + " is taken: a model of that name goes to "
                    + known.getFirst().targets().getFirst().upstream() + ". Choose another name, or delete that model;"
                    + " to have both behind one name, make the deployment first and add the other as a target.");
        }
    }

    /** Whether one of the targets is the deployment of that name. */
    boolean goesTo(String deployment, Handle handle, ModelDraft model) {
        Set<UUID> ids = ids(upstreams(handle, deployment));
        return model.targets().stream().anyMatch(target -> ids.contains(target.upstreamId()));
    }

    /** Makes what the change of a deployment made missing, and deletes what it made needless. */
    void follow(ChangeSet changes, DeploymentDraft before, DeploymentDraft after) {
        make(changes, after);
        Handle handle = changes.handle();
        List<UpstreamServer> upstreams = upstreams(handle, after.name());
        Set<String> kept = DeploymentRows.publicNames(after);
        DeploymentRows.publicNames(before).stream().filter(name -> !kept.contains(name))
                .flatMap(name -> nouns.models().read(handle, Selection.of("m.name = :value", name)).stream())
                .forEach(model -> withdraw(changes, model, ids(upstreams)));
        if (before.engine() != after.engine()) {
            upstreams.stream().filter(upstream -> upstream.kind() == kind(before))
                    .forEach(upstream -> nouns.upstreams().replace(changes, upstream,
                            upstream.draft().servedBy(kind(after), heedsPriority(after))));
        }
        if (context(before) != context(after)) {
            kept.stream().flatMap(
                    name -> nouns.models().read(handle, Selection.of("m.name = :value", name)).stream())
                    // One that somebody changed by hand stays so.
                    .filter(model -> model.contextTokens() == context(before))
                    .forEach(model -> nouns.models().replace(changes, model,
                            model.draft().withContext(context(after))));
        }
    }

    /** Deletes what only the deployment needed. The deployment itself must be gone already. */
    void remove(ChangeSet changes, Deployment gone, boolean cascade) {
        Handle handle = changes.handle();
        List<UpstreamServer> upstreams = upstreams(handle, gone.name());
        List<PriceEntry> prices = upstreams.stream().flatMap(upstream -> nouns.prices()
                .read(handle, Selection.of("r.upstream_id = :value", upstream.id())).stream()).toList();
        if (!prices.isEmpty() && !cascade) {
            throw RefusedException.conflict("The upstream of the deployment " + gone.name() + " still has "
                    + prices.size() + " price(s). Delete those first, or repeat with cascade to delete them too.");
        }
        prices.forEach(price -> nouns.prices().remove(changes, price, true));
        for (UpstreamServer upstream : upstreams) {
            nouns.models().read(handle,
                    Selection.of("m.id IN (SELECT model_id FROM model_target WHERE upstream_id = :value)",
                            upstream.id()))
                    .forEach(model -> withdraw(changes, model, Set.of(upstream.id())));
            nouns.upstreams().remove(changes, upstream, false);
        }
    }

    /** Takes the targets at these upstreams from a model, which goes when it has no others. */
    private void withdraw(ChangeSet changes, PublicModel model, Set<UUID> upstreams) {
        ModelDraft draft = model.draft();
        ModelDraft others = draft.withoutTargetsAt(upstreams);
        if (others.targets().isEmpty()) {
            nouns.models().remove(changes, model, false);
        } else if (others.targets().size() < draft.targets().size()) {
            nouns.models().replace(changes, model, others);
        }
    }

    private List<UpstreamServer> upstreams(Handle handle, String deployment) {
        return nouns.upstreams().read(handle, Selection.of("s.base_url = :value", baseUrl(deployment)));
    }

    private static Set<UUID> ids(List<UpstreamServer> upstreams) {
        return upstreams.stream().map(UpstreamServer::id).collect(Collectors.toSet());
    }

    private static int context(DeploymentDraft draft) {
        return draft.sizing().contextTokens() > 0 ? draft.sizing().contextTokens() : USUAL_CONTEXT;
    }

    private static Upstream.Kind kind(DeploymentDraft draft) {
        return switch (draft.engine()) {
            case VLLM -> Upstream.Kind.VLLM;
            case SGLANG -> Upstream.Kind.SGLANG;
            case LLAMA_CPP -> Upstream.Kind.LLAMA_CPP;
            case TENSORRT_LLM -> Upstream.Kind.TENSORRT_LLM;
            case TRANSFORMERS -> Upstream.Kind.TRANSFORMERS;
        };
    }

    /** Only these two are started so that they take a request's priority. */
    private static boolean heedsPriority(DeploymentDraft draft) {
        return draft.engine() == DeploymentDraft.Engine.VLLM || draft.engine() == DeploymentDraft.Engine.SGLANG;
    }
}
