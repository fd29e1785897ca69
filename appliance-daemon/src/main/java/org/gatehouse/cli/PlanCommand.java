package org.gatehouse.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine;

/** {@code deployments plan}: whether and where a model would fit, and why, before anything starts. */
final class PlanCommand {
    private static final int FITS = 0;
    private static final int INVALID = 2;
    private static final int DOES_NOT_FIT = 3;

    private PlanCommand() {}

    static CommandLine plan(NounCommands noun, Map<String, String> environment) {
        Leaf leaf = new Leaf("plan",
                "Says whether and where a deployment would fit, and why; nothing changes. Status 0:"
                        + " it fits, 3: it does not, 2: it is invalid.",
                "deployments plan --name chat --public-name chat-large"
                        + " --model qwen3-32b",
                environment, command -> run(command, noun))
                .option("-f", "FILE", "Deployments as for apply, instead of the options below.", false);
        noun.addOptions(leaf, false);
        return leaf.commandLine();
    }

    private static int run(Leaf command, NounCommands noun) {
        String file = command.option("-f");
        try (AdminClient client = command.connection().open()) {
            List<ObjectNode> drafts = file == null ? List.of(noun.body(command, client)) : DeploymentFile.read(file);
            List<JsonNode> plans = new ArrayList<>();
            for (ObjectNode draft : drafts) {
                plans.add(client.post("deployments/plan", draft));
            }
            if (command.json()) {
                // One draft, one plan: a script that asks for one need not unwrap a list.
                if (file == null || plans.size() == 1) {
                    Output.json(command.out(), plans.getFirst());
                } else {
                    Output.json(command.out(), plans);
                }
            } else {
                for (int i = 0; i < plans.size(); i++) {
                    print(command, drafts.get(i).path("name").asText(), plans.get(i));
                }
            }
            List<Integer> statuses = plans.stream().map(PlanCommand::status).toList();
            return statuses.contains(INVALID) ? INVALID : statuses.contains(DOES_NOT_FIT) ? DOES_NOT_FIT : FITS;
        } catch (CommandFailed e) {
            if (e.answered() != 400) {
                throw e;
            }
            command.complain(String.valueOf(e.getMessage()));
            return INVALID;
        }
    }

    private static int status(JsonNode plan) {
        return switch (plan.get("verdict").asText()) {
            case "fits" -> FITS;
            case "does_not_fit" -> DOES_NOT_FIT;
            default -> INVALID;
        };
    }

    private static void print(Leaf command, String name, JsonNode plan) {
        switch (plan.get("verdict").asText()) {
            case "fits" -> {
                command.out().println(name + " fits: a context of " + plan.get("contextTokens").asText()
                        + " tokens, " + plan.get("concurrentSequences").asText()
                        + " sequences of that length at once in each replica; the longest context that fits is "
                        + plan.get("longestContext").asText() + ".");
                plan.get("replicas").forEach(replica -> command.out().println(replica(name, replica)));
                if (!plan.get("givingWay").isEmpty()) {
                    command.out().println("Would give way: " + Output.text(plan.get("givingWay")) + ".");
                }
            }
            case "does_not_fit" -> {
                int longest = plan.get("longestContext").asInt();
                command.out().println(name + " does not fit"
                        + (longest > 0 ? "; the longest context that does is " + longest + " tokens." : "."));
            }
            default -> command.out().println(name + " is invalid:");
        }
        plan.get("reasons").forEach(reason -> command.out().println("  " + reason.asText()));
        plan.get("wouldFit").forEach(other -> {
            // The reasons may say so already.
            if (!plan.get("reasons").toString().contains(other.asText())) {
                command.out().println("  " + other.asText());
            }
        });
    }

    private static String replica(String name, JsonNode replica) {
        List<String> gpus = new ArrayList<>();
        replica.get("gpus").forEach(gpu -> gpus.add("GPU " + gpu.get("index").asText() + " of "
                + gpu.get("node").asText() + " (" + gpu.get("id").asText() + ")"));
        JsonNode memory = replica.get("memory");
        long other = memory.get("total").asLong() - memory.get("weights").asLong() - memory.get("kvCache").asLong();
        return "  " + name + "-" + replica.get("replica").asText() + " on " + String.join(", ", gpus) + ": "
                + DeploymentCommands.gib(memory.get("total")) + (gpus.size() > 1 ? " on each" : "") + ", of that "
                + DeploymentCommands.gib(memory.get("weights")) + " weights, "
                + DeploymentCommands.gib(memory.get("kvCache")) + " KV cache, "
                + DeploymentCommands.gib(com.fasterxml.jackson.databind.node.LongNode.valueOf(other)) + " other.";
    }
}
