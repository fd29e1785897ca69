package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import org.junit.jupiter.api.Test;

import org.gatehouse.supervisor.planning.Plan.Alternative;
import org.gatehouse.supervisor.planning.Plan.DoesNotFit;
import org.gatehouse.supervisor.planning.Plan.Fits;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for every box, model and wish; tried out on thousands of them, with fixed seeds. */
class PlannerPropertyTest {
    private static final int ROUNDS = 1_500;
    private static final List<ModelDescription> MODELS = List.of(Models.llama8b(), Models.qwen32b(), Models.llama70b(),
            Models.gguf(Models.llama70b()), Models.dense("Tiny", 4, 256, 512, 12, 3, 64, 1000, 8192));

    private final RandomGenerator random = RandomGeneratorFactory.of("Xoroshiro128PlusPlus").create(20_260_102L);

    private int pick(int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private List<GpuCapacity> box() {
        List<GpuCapacity> gpus = new ArrayList<>();
        int nodes = pick(1, 1, 2, 3);
        boolean linked = random.nextBoolean();
        int island = pick(2, 4, 8);
        for (int node = 0; node < nodes; node++) {
            int count = random.nextInt(9);
            for (int index = 0; index < count; index++) {
                long total = (long) pick(16, 24, 48, 80, 80, 141) * Models.GIB - random.nextInt(1 << 20);
                GpuCapacity gpu = GpuCapacity.whole("GPU-" + node + "-" + index, "box" + node, index, "GPU", total,
                        pick(0, 75, 80, 90)).at(linked ? index / island : GpuCapacity.NONE, index / 4);
                gpus.add(random.nextInt(3) > 0
                        ? gpu
                        : gpu.taken(random.nextLong(total), random.nextLong(total / 2), random.nextLong(total / 3)));
            }
            if (random.nextInt(4) == 0) {
                gpus.add(new GpuCapacity("MIG-" + node, "box" + node, 9, "GPU", pick(10, 20, 40) * Models.GIB, 0, 0, 0,
                        90, GpuCapacity.NONE, 0, new GpuCapacity.MigParent("P" + node, 80 * Models.GIB)));
            }
        }
        return gpus;
    }

    private Wish wish(ModelDescription model) {
        EngineKind engine = model.format() == ModelFormat.GGUF
                ? EngineKind.LLAMA_CPP
                : EngineKind.values()[pick(0, 0, 0, 1, 3, 4)];
        return Wish.of(engine).replicas(pick(1, 1, 2, 3)).parallel(pick(0, 0, 0, 1, 2, 3, 4), pick(0, 0, 1, 2, 3))
                .context(pick(Wish.MODELS_OWN, Wish.LONGEST_THAT_FITS, 1, 2048, 8192, 32_768))
                .kv(KvType.values()[pick(0, 0, 0, 3)])
                .quantised(pick(0, 0, 0, 1) == 0 ? LoadQuantisation.AS_STORED : LoadQuantisation.FP8)
                .on(new Wish.Gpus(List.of(), engine == EngineKind.VLLM && random.nextInt(4) == 0,
                        random.nextInt(4) == 0 ? 0.3 + 0.05 * random.nextInt(14) : 0))
                .with(random.nextInt(5) == 0 ? new Wish.Adapters(4, 64) : Wish.Adapters.NONE)
                .sequences(pick(0, 0, 1, 64, 4096));
    }

    private static Plan plan(ModelDescription model, Wish wish, List<GpuCapacity> gpus) {
        return Planner.plan(model, wish, gpus, List.of());
    }

    @Test
    void noGpuIsEverPromisedMoreThanItHasFree() {
        int fitting = 0;
        for (int round = 0; round < ROUNDS; round++) {
            ModelDescription model = MODELS.get(random.nextInt(MODELS.size()));
            Wish wish = wish(model);
            List<GpuCapacity> gpus = box();
            if (!(plan(model, wish, gpus) instanceof Fits fits)) {
                continue;
            }
            fitting++;
            Map<GpuCapacity, Long> promised = new HashMap<>();
            fits.placements().forEach(placement -> placement.gpus()
                    .forEach(gpu -> promised.merge(gpu, placement.reservedBytes(), Long::sum)));
            promised.forEach((gpu, bytes) -> assertThat(bytes).as("%s", wish).isLessThanOrEqualTo(gpu.freeBytes()));
            // What the engine makes of its share on its own may not be more than is free either.
            fits.placements().forEach(placement -> placement.gpus().forEach(gpu -> assertThat(
                    Math.ceilDiv(gpu.mig() == null
                            ? gpu.totalBytes() * placement.utilisationPermille()
                            : 80 * Models.GIB * placement.utilisationPermille(), 1000L))
                    .isLessThanOrEqualTo(gpu.freeBytes())));
            assertThat(gpus).containsAll(promised.keySet());
        }
        assertThat(fitting).isGreaterThan(ROUNDS / 4);
    }

    @Test
    void everyPlacementIsPossible() {
        for (int round = 0; round < ROUNDS; round++) {
            ModelDescription model = MODELS.get(random.nextInt(MODELS.size()));
            Wish wish = wish(model);
            if (!(plan(model, wish, box()) instanceof Fits fits)) {
                continue;
            }
            int tensor = fits.shape().tensorParallel();
            assertThat(model.heads().attention() % tensor).isZero();
            assertThat(wish.tensorParallel()).isIn(0, tensor);
            assertThat(wish.pipelineParallel()).isIn(0, fits.shape().pipelineParallel());
            assertThat(fits.placements()).hasSize(wish.replicas());
            assertThat(fits.concurrentSequences()).isPositive();
            assertThat(fits.contextTokens()).isBetween(1, fits.longestContext());
            assertThat(fits.longestContext()).isLessThanOrEqualTo(model.longestContext());
            Set<String> used = new HashSet<>();
            for (Placement placement : fits.placements()) {
                placement.gpus().forEach(gpu -> assertThat(used.add(gpu.id())).isTrue());
                for (int stage = 0; stage < fits.shape().pipelineParallel(); stage++) {
                    List<GpuCapacity> group = placement.gpus().subList(stage * tensor, (stage + 1) * tensor);
                    assertThat(group.stream().map(gpu -> gpu.node() + gpu.nvlinkIsland()).distinct()).hasSize(1);
                }
                if (placement.gpus().size() > 1) {
                    assertThat(placement.gpus()).noneMatch(GpuCapacity::isMig);
                }
                assertThat(placement.nodes().size() == 1 || wish.gpus().acrossNodes()).isTrue();
                placement.nodes().forEach(node -> assertThat(placement.gpusOf(node)).hasSize(
                        placement.gpus().size() / placement.nodes().size()));
            }
        }
    }

    @Test
    void moreMemoryNeverMakesItNotFit() {
        for (int round = 0; round < ROUNDS; round++) {
            ModelDescription model = MODELS.get(random.nextInt(MODELS.size()));
            Wish wish = wish(model);
            List<GpuCapacity> gpus = box();
            if (!(plan(model, wish, gpus) instanceof Fits before)) {
                continue;
            }
            List<GpuCapacity> larger = new ArrayList<>(gpus);
            int chosen = random.nextInt(larger.size());
            GpuCapacity gpu = larger.get(chosen);
            long added = pick(1, 1000, 1 << 20, 1 << 30) * (1L + random.nextInt(100));
            larger.set(chosen, gpu.mig() != null || random.nextBoolean()
                    ? gpu.taken(Math.max(0, gpu.usedBytes() - added), Math.max(0, gpu.reservedBytes() - added),
                            Math.max(0, gpu.foreignBytes() - added))
                    : new GpuCapacity(gpu.id(), gpu.node(), gpu.index(), gpu.name(), gpu.totalBytes() + added,
                            gpu.usedBytes(), gpu.reservedBytes(), gpu.foreignBytes(), gpu.computeCapability(),
                            gpu.nvlinkIsland(), gpu.numaNode(), null));

            Plan after = plan(model, wish, larger);
            assertThat(after).as("%s with %d more on %s", wish, added, gpu).isInstanceOf(Fits.class);
            assertThat(((Fits) after).contextTokens()).isGreaterThanOrEqualTo(before.contextTokens());
        }
    }

    @Test
    void alternativesThatAreNamedDoFit() {
        int tried = 0;
        for (int round = 0; round < ROUNDS; round++) {
            ModelDescription model = MODELS.get(random.nextInt(MODELS.size()));
            Wish wish = wish(model);
            List<GpuCapacity> gpus = box();
            if (!(plan(model, wish, gpus) instanceof DoesNotFit not)) {
                continue;
            }
            assertThat(not.what()).endsWith(".");
            for (Alternative alternative : not.wouldFit()) {
                tried++;
                Wish other = switch (alternative) {
                    case Alternative.ShorterContext(int tokens) -> wish.context(tokens);
                    case Alternative.OtherShape(Shape shape) ->
                        wish.parallel(shape.tensorParallel(), shape.pipelineParallel());
                    case Alternative.SmallerCache(KvType type) -> wish.kv(type);
                    case Alternative.Quantised(LoadQuantisation quantisation) -> wish.quantised(quantisation);
                    case Alternative.FewerReplicas(int replicas) -> wish.replicas(replicas);
                    case Alternative.FreedGpus _ -> wish;
                };
                List<GpuCapacity> there = alternative instanceof Alternative.FreedGpus
                        ? gpus.stream().map(gpu -> gpu.taken(0, 0, 0)).toList()
                        : gpus;
                assertThat(plan(model, other, there)).as("%s instead of %s", alternative, wish)
                        .isInstanceOf(Fits.class);
            }
        }
        assertThat(tried).isGreaterThan(ROUNDS / 10);
    }
}
