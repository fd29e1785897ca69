package org.gatehouse.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.engines.Engines;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.Declaration;
import org.gatehouse.governance.DeclarationReport;
import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.modelstore.ModelStoreUnavailable;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.PlanAnswer;
import org.gatehouse.supervisor.models.StoredModel;

/** The models that the box serves by itself, as far as the planner finds room for them. */
record LocalModelsStep(Governance governance, Engines engines, LocalModels models)
        implements
            Step<LocalModelsStep.Served> {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** Each verdict takes some milliseconds. */
    private static final int MOST_VERDICTS = 20;
    private static final int LONGEST_NAME = 40;

    /** What is served. */
    record Served(@About(value = "The deployments.", min = 1, max = 64) List<DeploymentDraft> deployments) {

        /** Copies the list. */
        Served {
            deployments = List.copyOf(deployments);
        }
    }

    @Override
    public String name() {
        return "local-models";
    }

    @Override
    public Class<Served> form() {
        return Served.class;
    }

    @Override
    public ObjectNode found(Asking asking) {
        ObjectNode found = NODES.objectNode();
        ArrayNode gpus = found.putArray("gpus");
        for (FleetView.OfGpu gpu : engines.view().gpus()) {
            gpus.addObject().put("id", gpu.id()).put("totalBytes", gpu.totalBytes()).put("usedBytes", gpu.usedBytes())
                    .put("promisedBytes", gpu.promisedBytes());
        }
        ArrayNode catalog = found.putArray("catalog");
        try {
            models.models().stream().limit(MOST_VERDICTS).forEach(model -> catalog.add(verdict(model)));
        } catch (ModelStoreUnavailable e) {
            found.put("trouble", e.getMessage());
        }
        return found;
    }

    private ObjectNode verdict(StoredModel model) {
        String name = deploymentName(model.id());
        PlanAnswer plan = engines.plan(DeploymentDraft.of(name, name, model.id()));
        ObjectNode entry = NODES.objectNode().put("model", model.id()).put("name", name).put("verdict", word(plan));
        ArrayNode reasons = entry.putArray("reasons");
        plan.reasons().forEach(reasons::add);
        return entry;
    }

    /** A name that a deployment may have, from a model's. */
    private static String deploymentName(String id) {
        String plain = id.replaceFirst("@.*", "").replaceFirst(".*--", "").toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9-]+", "-").replaceFirst("^-+", "");
        String cut = plain.length() <= LONGEST_NAME ? plain : plain.substring(0, LONGEST_NAME);
        return cut.isEmpty() ? "model" : cut;
    }

    private static String word(PlanAnswer plan) {
        return switch (plan) {
            case PlanAnswer.Fits _ -> "fits";
            case PlanAnswer.DoesNotFit _ -> "does_not_fit";
            case PlanAnswer.Invalid _ -> "invalid";
        };
    }

    @Override
    public List<Check> check(Served answer, Asking asking) {
        List<Check> checks = new ArrayList<>();
        for (DeploymentDraft draft : answer.deployments()) {
            long begun = System.nanoTime();
            PlanAnswer plan = engines.plan(draft);
            checks.add(new Check(draft.name(), plan instanceof PlanAnswer.Fits, String.join(" ", plan.reasons()),
                    (System.nanoTime() - begun) / 1_000_000, null));
        }
        if (checks.stream().allMatch(Check::ok)) {
            checks.add(new Rehearsal(governance).check("deployments", asking.actor(), declaration(answer)));
        }
        return checks;
    }

    private static Declaration declaration(Served answer) {
        return new Declaration(Declaration.VERSION, null, null, null, null, null, null, answer.deployments(), null,
                null, null, null, null);
    }

    @Override
    public Outcome accept(Served answer, Asking asking) {
        return switch (governance.declarations().apply(asking.actor(), declaration(answer), false, false)) {
            case Change.Refused<DeclarationReport>(Refusal refusal) -> new Outcome.Refused(refusal);
            case Change.Made<DeclarationReport>(DeclarationReport report) ->
                new Outcome.Done(Json.tree(answer), Rehearsal.result(report), NODES.objectNode());
        };
    }
}
