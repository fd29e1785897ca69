package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.gatehouse.supervisor.planning.Plan.DoesNotFit;
import org.gatehouse.supervisor.planning.Plan.Fits;

/** Says whether and where a model fits. Pure: the same input gives the same plan, nothing is reserved. Takes milliseconds. */
public final class Planner {
    /** From 8.0 on GPUs compute in bfloat16. */
    private static final int BFLOAT16_CAPABILITY = 80;
    /** A context that fits by itself but serves nobody is no fit. */
    private static final int LEAST_CONTEXT = 2048;

    private Planner() {}

    /**
     * Plans one deployment.
     *
     * @param model what {@link ModelDirectory} read
     * @param wish what is asked for
     * @param gpus all GPUs and MIG instances there are, each once, as they are now
     * @param learned what the engine reported of this model earlier, for any shapes; the first of a shape counts
     * @return places for all replicas, or why there are none and what would fit
     */
    public static Plan plan(ModelDescription model, Wish wish, Collection<GpuCapacity> gpus,
            List<LearnedFootprint> learned) {
        Set<String> ids = new HashSet<>();
        gpus.forEach(gpu -> {
            if (!ids.add(gpu.id())) {
                throw new IllegalArgumentException("GPU " + gpu.id() + " is listed twice");
            }
        });
        Objections objections = new Objections(model, wish, gpus, learned);
        Optional<DoesNotFit> objection = objections.beforeSearching();
        if (objection.isPresent()) {
            return objection.get();
        }
        Search search = objections.search(wish);
        long context = wish.contextTokens() == Wish.LONGEST_THAT_FITS
                ? search.longest(model.longestContext())
                : objections.wantedContext();
        if (wish.contextTokens() == Wish.LONGEST_THAT_FITS
                && context < Math.min(LEAST_CONTEXT, model.longestContext())) {
            return objections.afterSearching(Math.min(LEAST_CONTEXT, model.longestContext()));
        }
        return search.find(context).<Plan>map(choice -> fits(model, wish, gpus, choice, (int) context))
                .orElseGet(() -> objections.afterSearching(context));
    }

    private static Fits fits(ModelDescription model, Wish wish, Collection<GpuCapacity> gpus, Search.Choice choice,
            int context) {
        List<Placement> placements = new ArrayList<>();
        int sequences = Integer.MAX_VALUE;
        long longest = model.longestContext();
        for (List<Room> rooms : choice.replicas()) {
            long fixed = choice.need().fixed().total();
            long least = rooms.stream().mapToLong(Room::bytes).min().orElse(fixed);
            boolean pool = wish.engine().takesPool();
            long kv = pool ? least - fixed : choice.need().kvBytes(context);
            int permille = rooms.stream().mapToInt(Room::permille).min().orElse(0);
            boolean uneven = rooms.stream().anyMatch(room -> room.bytes() != least || room.gpu().isMig());
            placements.add(new Placement(placements.size(), choice.shape(), rooms.stream().map(Room::gpu).toList(),
                    choice.need().fixed().withKvCache(kv), pool ? permille : 0, pool && uneven));
            sequences = Math.min(sequences, choice.need().sequences(kv, context));
            longest = Math.min(longest, choice.need().longestContext(least - fixed, model.longestContext()));
        }
        DataType computed = wish.engine().computes(model.dataType());
        boolean tooOld = placements.stream().flatMap(placement -> placement.gpus().stream())
                .anyMatch(gpu -> gpu.computeCapability() > 0 && gpu.computeCapability() < BFLOAT16_CAPABILITY);
        DataType used = tooOld && computed == DataType.BFLOAT16 ? DataType.FLOAT16 : computed;
        Fits silent = new Fits(placements, choice.shape(), context, (int) Math.max(context, longest),
                Math.max(1, sequences), choice.need().batch(), used, List.of());
        return silent.explained(new Explanation(model, wish, gpus, silent, choice.need()).lines());
    }
}
