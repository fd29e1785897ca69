package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Says in sentences how a plan came about. Used by one thread. */
final class Explanation {
    private final ModelDescription model;
    private final Wish wish;
    private final Collection<GpuCapacity> gpus;
    private final Plan.Fits plan;
    private final Need need;

    Explanation(ModelDescription model, Wish wish, Collection<GpuCapacity> gpus, Plan.Fits plan, Need need) {
        this.model = model;
        this.wish = wish;
        this.gpus = gpus;
        this.plan = plan;
        this.need = need;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(weights());
        lines.add(shape());
        lines.add(memory());
        lines.add(context());
        plan.placements().forEach(placement -> lines.add(place(placement)));
        if (plan.dataType() != wish.engine().computes(model.dataType())) {
            lines.add("The model is computed in float16, because these GPUs do not know bfloat16.");
        }
        if (plan.shape().tensorParallel() > 1 && plan.placements().stream().flatMap(one -> one.gpus().stream())
                .anyMatch(gpu -> gpu.nvlinkIsland() == GpuCapacity.NONE)) {
            lines.add("These GPUs share layers over PCIe, as asked for: without NVLink this is slow, and pipeline "
                    + "parallel is usually faster.");
        }
        plan.placements().stream().flatMap(one -> one.gpus().stream()).filter(gpu -> gpu.reservedBytes() > 0)
                .forEach(gpu -> lines.add(gpu.title() + " is shared: " + Amount.of(gpu.reservedBytes())
                        + " of it are promised to other engines."));
        gpus.stream().filter(gpu -> gpu.foreignBytes() > 0)
                .forEach(gpu -> lines.add(gpu.title() + ": " + Amount.of(gpu.foreignBytes())
                        + " belong to processes that are not ours; they are planned around and left alone."));
        return List.copyOf(lines);
    }

    private String weights() {
        return "The weights take " + Amount.of(model.weights().totalBytes()) + " in "
                + model.weights().files() + (model.weights().files() == 1 ? " file" : " files")
                + (model.quantisation().isPresent() ? ", quantised as " + model.quantisation().method() : "") + ".";
    }

    private String shape() {
        Shape shape = plan.shape();
        if (shape.devices() == 1) {
            return "One GPU holds a whole replica.";
        }
        List<String> parts = new ArrayList<>();
        if (shape.tensorParallel() > 1) {
            parts.add(shape.tensorParallel() + " GPUs share each layer (tensor parallel; divides "
                    + model.heads().attention() + " attention heads)");
        }
        if (shape.pipelineParallel() > 1) {
            parts.add("the " + model.layers().size() + " layers are divided into " + shape.pipelineParallel()
                    + " stages (pipeline parallel)");
        }
        boolean asked = wish.tensorParallel() > 0 || wish.pipelineParallel() > 0;
        return (asked ? "As asked for, " : "One GPU has no room for the weights and a useful cache: ")
                + String.join(", and ", parts) + ".";
    }

    private String memory() {
        DeviceMemory memory = plan.placements().getFirst().memory();
        List<String> parts = new ArrayList<>();
        parts.add("weights " + Amount.of(memory.weights()));
        add(parts, need.learned() ? "activations and CUDA context " : "activations ", memory.activations());
        add(parts, "CUDA graphs ", memory.graphs());
        add(parts, "CUDA context and communication ", memory.runtime());
        add(parts, "LoRA slots ", memory.adapters());
        return "Each GPU gives " + Amount.of(memory.total()) + ": " + String.join(", ", parts) + " ("
                + (need.learned() ? "as the engine reported the last time" : "all but the weights estimated")
                + ") and " + Amount.of(memory.kvCache()) + " for the KV cache.";
    }

    private static void add(List<String> parts, String name, long bytes) {
        if (bytes > 0) {
            parts.add(name + Amount.of(bytes));
        }
    }

    private String context() {
        return "A token takes " + need.cache().bytesPerToken() + " bytes of it on each GPU, so it holds "
                + plan.concurrentSequences() + (plan.concurrentSequences() == 1 ? " sequence of " : " sequences of ")
                + plan.contextTokens() + " tokens at once; the longest context that would fit is "
                + plan.longestContext() + " (the model was made for " + model.longestContext() + ").";
    }

    private String place(Placement placement) {
        String where = placement.gpus().stream().map(GpuCapacity::title).collect(Collectors.joining(", "));
        GpuCapacity first = placement.gpus().getFirst();
        boolean linked = placement.gpus().size() > 1 && first.nvlinkIsland() != GpuCapacity.NONE
                && placement.gpus().stream().allMatch(
                        gpu -> gpu.nvlinkIsland() == first.nvlinkIsland() && gpu.node().equals(first.node()));
        String why = linked
                ? ", which reach each other over NVLink"
                : wish.gpus().ids().isEmpty() ? ", the place with the least memory that is enough" : ", as asked for";
        return "Replica " + (placement.replica() + 1) + " goes to " + where + why + ".";
    }
}
