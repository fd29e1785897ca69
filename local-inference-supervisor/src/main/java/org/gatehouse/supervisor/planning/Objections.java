package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.gatehouse.supervisor.planning.Plan.Alternative;
import org.gatehouse.supervisor.planning.Plan.DoesNotFit;
import org.gatehouse.supervisor.planning.Plan.Obstacle;

/** Finds out why a wish cannot be fulfilled, and tries out what could be. Used by one thread. */
final class Objections {
    /** The least compute capability for a checkpoint's method, as vLLM checks it; others are left to the engine. */
    private static final Map<String, Integer> CAPABILITIES = Map.of("gptq", 60, "awq", 75, "fp8", 75, "mxfp4", 80);

    private final ModelDescription model;
    private final Wish wish;
    private final Collection<GpuCapacity> all;
    private final List<GpuCapacity> gpus;
    private final List<LearnedFootprint> learned;

    Objections(ModelDescription model, Wish wish, Collection<GpuCapacity> all, List<LearnedFootprint> learned) {
        this.model = model;
        this.wish = wish;
        this.all = all;
        this.learned = learned;
        int least = CAPABILITIES.getOrDefault(model.quantisation().method(), 0);
        this.gpus = all.stream().filter(gpu -> wish.gpus().ids().isEmpty() || wish.gpus().ids().contains(gpu.id()))
                .filter(gpu -> gpu.computeCapability() == 0 || gpu.computeCapability() >= least).toList();
    }

    /** A search among the GPUs that the wish allows and the model can use. */
    Search search(Wish other) {
        return new Search(model, other, gpus, learned);
    }

    /** The context to plan for where the wish names one, or means the model's own. */
    long wantedContext() {
        return wish.contextTokens() > 0 ? wish.contextTokens() : model.longestContext();
    }

    /** What is wrong with the wish however much memory there is. */
    Optional<DoesNotFit> beforeSearching() {
        return gpuObjection().or(this::engineObjection).or(this::shapeObjection);
    }

    private Optional<DoesNotFit> gpuObjection() {
        if (all.isEmpty()) {
            return refusal(Obstacle.NO_GPUS, "There is no GPU on this box, or none can be seen: check the driver.");
        }
        Set<String> asked = new HashSet<>();
        for (String id : wish.gpus().ids()) {
            if (!asked.add(id)) {
                return refusal(Obstacle.GPU_TWICE, "GPU " + id + " was asked for twice: name each GPU once.");
            }
            if (all.stream().noneMatch(gpu -> gpu.id().equals(id))) {
                return refusal(Obstacle.UNKNOWN_GPU,
                        "There is no GPU " + id + ": see the list of GPUs for the identities that there are.");
            }
        }
        if (gpus.isEmpty()) {
            return refusal(Obstacle.COMPUTE_CAPABILITY,
                    "No GPU can compute a checkpoint quantised as " + model.quantisation().method()
                            + ", which needs compute capability "
                            + CAPABILITIES.getOrDefault(model.quantisation().method(), 0) / 10.0
                            + ": use a checkpoint in another format.");
        }
        return Optional.empty();
    }

    private Optional<DoesNotFit> engineObjection() {
        EngineKind engine = wish.engine();
        if (engine.format() != model.format()) {
            return refusal(Obstacle.FORMAT, engine.title() + " is given " + engine.format()
                    + " files, but the model has " + model.format()
                    + " files: choose another engine, or the model in the other format.");
        }
        Map<String, Boolean> impossible = new LinkedHashMap<>();
        impossible.put("keep its KV cache in " + wish.kvType().flag(), !engine.canCache(wish.kvType()));
        impossible.put("quantise to " + wish.quantisation().flag() + " while it loads",
                !engine.canLoad(wish.quantisation()));
        impossible.put("share layers among GPUs (tensor parallel)",
                wish.tensorParallel() > 1 && !engine.canTensorParallel());
        impossible.put("divide layers among GPUs (pipeline parallel)",
                wish.pipelineParallel() > 1 && !engine.canPipelineParallel());
        impossible.put("spread a replica over several boxes", wish.gpus().acrossNodes() && !engine.canSpanNodes());
        for (Map.Entry<String, Boolean> each : impossible.entrySet()) {
            if (each.getValue()) {
                return refusal(Obstacle.ENGINE_CANNOT,
                        engine.title() + " cannot " + each.getKey() + ": leave that wish out.");
            }
        }
        if (wish.quantisation() != LoadQuantisation.AS_STORED && model.quantisation().isPresent()) {
            return refusal(Obstacle.ENGINE_CANNOT, "The checkpoint is quantised already ("
                    + model.quantisation().method() + ") and cannot be quantised again: leave that wish out.");
        }
        return Optional.empty();
    }

    private Optional<DoesNotFit> shapeObjection() {
        int tensor = wish.tensorParallel();
        if (wish.contextTokens() > model.longestContext()) {
            return refusal(Obstacle.CONTEXT_BEYOND_MODEL, "The model was made for a context of at most "
                    + model.longestContext() + " tokens, not " + wish.contextTokens() + ": ask for less.");
        }
        if (tensor > 0 && !search(wish).divides(tensor)) {
            return refusal(Obstacle.TENSOR_PARALLEL_DOES_NOT_DIVIDE, "Tensor parallel " + tensor + " does not divide "
                    + model.heads().attention() + " attention heads, " + model.heads().keyValue()
                    + " key/value heads" + (model.heads().vision() > 0
                            ? ", " + model.heads().vision() + " vision heads"
                            : "")
                    + " and a feed-forward width of " + model.feedForwardSize() + ": choose a number that does.");
        }
        if (wish.pipelineParallel() > model.layers().size()) {
            return refusal(Obstacle.TOO_MANY_STAGES, "The model has " + model.layers().size() + " layers, fewer than "
                    + wish.pipelineParallel() + " pipeline stages: choose fewer stages.");
        }
        long whole = gpus.stream().filter(gpu -> !gpu.isMig()).count();
        if (tensor > 1 && largestIsland() < tensor) {
            String why = whole < tensor && gpus.size() > whole ? " MIG instances cannot share a model." : "";
            return refusal(Obstacle.NO_ISLAND, "Tensor parallel " + tensor + " needs that many GPUs of one box that "
                    + "reach each other directly; the largest group has " + largestIsland() + "." + why);
        }
        int devices = Math.max(1, tensor) * Math.max(1, wish.pipelineParallel());
        long usable = devices > 1 ? whole : gpus.size();
        if ((long) devices * wish.replicas() > usable) {
            return refusal(Obstacle.TOO_FEW_GPUS, wish.replicas() + " replicas of " + devices + " GPUs need "
                    + (long) devices * wish.replicas() + " GPUs; there are " + usable + " that may be used.");
        }
        return Optional.empty();
    }

    /** Without NVLink anywhere on a box, its GPUs may share over PCIe when somebody asks for it. */
    private long largestIsland() {
        Map<String, Long> sizes = new HashMap<>();
        gpus.stream().filter(gpu -> !gpu.isMig())
                .forEach(gpu -> sizes.merge(gpu.node() + "/" + gpu.nvlinkIsland(), 1L, Long::sum));
        return sizes.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Why nothing has room for this context. */
    DoesNotFit afterSearching(long context) {
        Search search = search(wish);
        Optional<Search.Candidate> nearest = search.nearest(context);
        long needed = nearest.map(candidate -> candidate.smallest().bytes(context, 1)).orElse(0L);
        long fixed = nearest.map(candidate -> candidate.smallest().fixed().total()).orElse(0L);
        long available = search.largest().map(Room::bytes).orElse(0L);
        String shape = nearest.map(candidate -> candidate.shape().devices() == 1
                ? " on one GPU"
                : " on each of " + candidate.shape().devices() + " GPUs").orElse("");
        String numbers = "a replica with a context of " + context + " tokens needs " + Amount.of(needed) + shape + ", "
                + Amount.of(fixed) + " of it for weights and computing; the GPU with the most room gives "
                + Amount.of(available) + ".";
        long longest = search.longest(context);
        boolean oneFits = wish.replicas() > 1 && search(wish.replicas(1)).find(context).isPresent();
        boolean busy = emptied().find(context).isPresent();
        Obstacle obstacle = oneFits
                ? Obstacle.TOO_FEW_GPUS
                : longest > 0
                        ? Obstacle.CONTEXT_TOO_LONG
                        : busy ? Obstacle.GPUS_BUSY : Obstacle.WEIGHTS_TOO_LARGE;
        String what = switch (obstacle) {
            case TOO_FEW_GPUS -> "There is no room for " + wish.replicas() + " replicas: " + numbers;
            case CONTEXT_TOO_LONG -> "The context does not fit: " + numbers;
            case GPUS_BUSY -> "Others hold the memory that it needs: " + numbers;
            default -> "The model does not fit: " + numbers;
        };
        return objection(obstacle, what, needed, available, alternatives(context, longest, busy));
    }

    private List<Alternative> alternatives(long context, long longest, boolean busy) {
        List<Alternative> found = new ArrayList<>();
        if (longest > 0) {
            found.add(new Alternative.ShorterContext((int) longest));
        }
        if (wish.tensorParallel() > 0 || wish.pipelineParallel() > 0) {
            search(wish.parallel(0, 0)).find(context)
                    .ifPresent(choice -> found.add(new Alternative.OtherShape(choice.shape())));
        }
        if (wish.engine().canCache(KvType.FP8) && !wish.kvType().isEightBit()
                && search(wish.kv(KvType.FP8)).find(context).isPresent()) {
            found.add(new Alternative.SmallerCache(KvType.FP8));
        }
        if (wish.quantisation() == LoadQuantisation.AS_STORED && !model.quantisation().isPresent()) {
            for (LoadQuantisation smaller : List.of(LoadQuantisation.FP8, LoadQuantisation.FOUR_BIT)) {
                if (wish.engine().canLoad(smaller)
                        && search(wish.quantised(smaller)).find(context).isPresent()) {
                    found.add(new Alternative.Quantised(smaller));
                    break;
                }
            }
        }
        fewerReplicas(context).ifPresent(found::add);
        if (busy) {
            found.add(new Alternative.FreedGpus(gpus.stream()
                    .filter(gpu -> Math.max(gpu.usedBytes(), gpu.reservedBytes() + gpu.foreignBytes()) > gpu
                            .totalBytes() / 50)
                    .map(GpuCapacity::id).toList()));
        }
        return found;
    }

    private Optional<Alternative> fewerReplicas(long context) {
        for (int replicas = Math.min(wish.replicas() - 1, gpus.size()); replicas >= 1; replicas--) {
            if (search(wish.replicas(replicas)).find(context).isPresent()) {
                return Optional.of(new Alternative.FewerReplicas(replicas));
            }
        }
        return Optional.empty();
    }

    private Search emptied() {
        return new Search(model, wish, gpus.stream().map(gpu -> gpu.taken(0, 0, 0)).toList(), learned);
    }

    /** A refusal that no memory could change; another shape or context that would fit is still named. */
    private Optional<DoesNotFit> refusal(Obstacle obstacle, String what) {
        List<Alternative> found = new ArrayList<>();
        switch (obstacle) {
            case TENSOR_PARALLEL_DOES_NOT_DIVIDE, NO_ISLAND, TOO_MANY_STAGES, TOO_FEW_GPUS -> {
                search(wish.parallel(0, 0)).find(wantedContext())
                        .ifPresent(choice -> found.add(new Alternative.OtherShape(choice.shape())));
                fewerReplicas(wantedContext()).ifPresent(found::add);
            }
            case CONTEXT_BEYOND_MODEL -> {
                long longest = search(wish).longest(model.longestContext());
                if (longest > 0) {
                    found.add(new Alternative.ShorterContext((int) longest));
                }
            }
            default -> {
                // Nothing to try out: the wish itself must change.
            }
        }
        return Optional.of(objection(obstacle, what, 0, 0, found));
    }

    private static DoesNotFit objection(Obstacle obstacle, String what, long needed, long available,
            List<Alternative> found) {
        List<String> lines = new ArrayList<>(List.of(what));
        lines.addAll(found.stream().map(Alternative::sentence).toList());
        return new DoesNotFit(obstacle, what, needed, available, found, lines);
    }
}
