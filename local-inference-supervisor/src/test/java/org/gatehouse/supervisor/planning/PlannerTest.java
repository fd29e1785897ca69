package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.gatehouse.supervisor.planning.Plan.Alternative;
import org.gatehouse.supervisor.planning.Plan.DoesNotFit;
import org.gatehouse.supervisor.planning.Plan.Fits;
import org.gatehouse.supervisor.planning.Plan.Obstacle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PlannerTest {
    private static final Wish VLLM = Wish.of(EngineKind.VLLM);

    private static Plan plan(ModelDescription model, Wish wish, Collection<GpuCapacity> gpus) {
        return Planner.plan(model, wish, gpus, List.of());
    }

    private static Fits fits(ModelDescription model, Wish wish, Collection<GpuCapacity> gpus) {
        return switch (plan(model, wish, gpus)) {
            case Fits fits -> fits;
            case DoesNotFit not -> throw new AssertionError(String.join("\n", not.explanation()));
        };
    }

    private static DoesNotFit refused(ModelDescription model, Wish wish, Collection<GpuCapacity> gpus) {
        return switch (plan(model, wish, gpus)) {
            case DoesNotFit not -> not;
            case Fits fits -> throw new AssertionError(String.join("\n", fits.explanation()));
        };
    }

    private static List<Integer> indices(Placement placement) {
        return placement.gpus().stream().map(GpuCapacity::index).toList();
    }

    @Test
    void smallModelTakesOneGpuAndTheRestOfItGoesToTheCache() {
        Fits plan = fits(Models.llama8b(), VLLM, Models.h100s(2));

        Placement placement = plan.placements().getFirst();
        assertThat(plan.shape()).isEqualTo(Shape.SINGLE);
        assertThat(placement.memory().weights()).isEqualTo(16_060_522_496L);
        assertThat(placement.utilisationPermille()).isEqualTo(920);
        assertThat(placement.memory().total()).isEqualTo(Math.ceilDiv(85_520_809_984L * 920, 1000L));
        assertThat(plan.contextTokens()).isEqualTo(131_072);
        assertThat(plan.concurrentSequences())
                .isEqualTo((int) (placement.memory().kvCache() / (131_072L * 131_072L)));
        assertThat(String.join("\n", plan.explanation())).contains("131072 bytes").contains("GPU 0 (box)")
                .contains("15.0 GiB");
    }

    @Test
    void modelTooLargeForOneGpuIsSharedByTheFewestInsideOneIsland() {
        Fits plan = fits(Models.llama70b(), VLLM, Models.h100s(8));

        assertThat(plan.shape()).isEqualTo(new Shape(4, 1));
        assertThat(indices(plan.placements().getFirst())).containsExactly(0, 1, 2, 3);
        assertThat(plan.placements().getFirst().memory().weights()).isBetween(35_000_000_000L, 36_000_000_000L);
    }

    @Test
    void secondGpuIsTakenRatherThanACacheForHardlyMoreThanOneSequence() {
        assertThat(fits(Models.qwen32b(), VLLM.replicas(2), Models.h100s(8)).shape()).isEqualTo(new Shape(2, 1));
        assertThat(fits(Models.qwen32b(), VLLM, Models.h100s(1)).concurrentSequences()).isEqualTo(1);
    }

    @Test
    void smallerStepIsTakenWhereTheUsualOneHasNoRoom() {
        assertThat(fits(Models.qwen32b(), VLLM, Models.h100s(1)).batch()).isEqualTo(new Batch(2048, 256));
        assertThat(fits(Models.qwen32b(), VLLM, Models.h100s(2)).batch()).isEqualTo(new Batch(8192, 1024));
    }

    @Test
    void groupsNeverCrossNvlinkIslands() {
        List<GpuCapacity> gpus = List.of(Models.h100(0, 0), Models.h100(1, 0), Models.h100(2, 0), Models.h100(3, 1),
                Models.h100(4, 1), Models.h100(5, 1));

        DoesNotFit four = refused(Models.llama70b(), VLLM.parallel(4, 1), gpus);
        assertThat(four.obstacle()).isEqualTo(Obstacle.NO_ISLAND);
        assertThat(four.what()).contains("the largest group has 3");

        Fits two = fits(Models.llama70b(), VLLM.parallel(2, 2), gpus);
        List<Integer> ranks = indices(two.placements().getFirst());
        assertThat(ranks.subList(0, 2)).isSubsetOf(0, 1, 2);
        assertThat(ranks.subList(2, 4)).isSubsetOf(3, 4, 5);
    }

    @Test
    void withoutNvlinkLayersAreHandedOnInsteadOfShared() {
        List<GpuCapacity> gpus = List.of(Models.l40s(0), Models.l40s(1), Models.l40s(2), Models.l40s(3));

        assertThat(fits(Models.qwen32b(), VLLM.context(8192), gpus).shape()).isEqualTo(new Shape(1, 2));
        Fits asked = fits(Models.qwen32b(), VLLM.parallel(2, 1), gpus);
        assertThat(asked.shape()).isEqualTo(new Shape(2, 1));
        assertThat(String.join("\n", asked.explanation())).contains("PCIe");
    }

    @Test
    void tensorParallelMustDivideTheHeadsAndWhatDoesIsNamed() {
        DoesNotFit three = refused(Models.llama70b(), VLLM.parallel(3, 1), Models.h100s(8));

        assertThat(three.obstacle()).isEqualTo(Obstacle.TENSOR_PARALLEL_DOES_NOT_DIVIDE);
        assertThat(three.what()).contains("64 attention heads");
        assertThat(three.wouldFit()).containsExactly(new Alternative.OtherShape(new Shape(4, 1)));
    }

    @Test
    void contextThatCannotFitNamesTheLongestThatDoes() {
        Wish most = VLLM.parallel(1, 1).on(new Wish.Gpus(List.of(), false, 0.85));
        DoesNotFit answer = refused(Models.qwen32b(), most, Models.h100s(1));

        assertThat(answer.obstacle()).isEqualTo(Obstacle.CONTEXT_TOO_LONG);
        Alternative.ShorterContext shorter = (Alternative.ShorterContext) answer.wouldFit().getFirst();
        assertThat(fits(Models.qwen32b(), most.context(shorter.tokens()), Models.h100s(1)).longestContext())
                .isEqualTo(shorter.tokens());
        assertThat(plan(Models.qwen32b(), most.context(shorter.tokens() + 16), Models.h100s(1)))
                .isInstanceOf(DoesNotFit.class);
        assertThat(answer.neededBytes()).isGreaterThan(answer.availableBytes());
        assertThat(answer.wouldFit()).contains(new Alternative.Quantised(LoadQuantisation.FP8));
    }

    @Test
    void longestContextThatFitsIsTakenWhenAskedFor() {
        Fits plan = fits(Models.qwen32b(), VLLM.parallel(1, 1).context(Wish.LONGEST_THAT_FITS)
                .on(new Wish.Gpus(List.of(), false, 0.85)), Models.h100s(1));

        assertThat(plan.contextTokens()).isEqualTo(plan.longestContext()).isBetween(4096, 40_959);
        assertThat(plan.concurrentSequences()).isEqualTo(1);
    }

    @Test
    void contextBeyondTheModelIsRefused() {
        DoesNotFit answer = refused(Models.qwen32b(), VLLM.context(50_000), Models.h100s(4));

        assertThat(answer.obstacle()).isEqualTo(Obstacle.CONTEXT_BEYOND_MODEL);
        assertThat(answer.wouldFit()).containsExactly(new Alternative.ShorterContext(40_960));
    }

    @Test
    void eachReplicaHasGpusOfItsOwnAndTooManyAreRefused() {
        Fits plan = fits(Models.llama8b(), VLLM.replicas(2), Models.h100s(2));
        assertThat(plan.placements()).hasSize(2);
        assertThat(plan.placements().get(0).gpus()).doesNotContainAnyElementsOf(plan.placements().get(1).gpus());

        GpuCapacity full = Models.h100(1, 0).taken(80 * Models.GIB - 1, 80 * Models.GIB / 2, 0);
        DoesNotFit answer = refused(Models.llama8b(), VLLM.replicas(2),
                List.of(Models.h100(0, 0), full.taken(70 * Models.GIB, 0, 70 * Models.GIB)));
        assertThat(answer.obstacle()).isEqualTo(Obstacle.TOO_FEW_GPUS);
        assertThat(answer.wouldFit()).contains(new Alternative.FewerReplicas(1),
                new Alternative.FreedGpus(List.of("GPU-1")));
    }

    @Test
    void gpuAskedForTwiceOrUnknownIsRefused() {
        Wish twice = VLLM.on(new Wish.Gpus(List.of("GPU-0", "GPU-0"), false, 0));
        assertThat(refused(Models.llama8b(), twice, Models.h100s(2)).obstacle()).isEqualTo(Obstacle.GPU_TWICE);
        Wish unknown = VLLM.on(new Wish.Gpus(List.of("GPU-9"), false, 0));
        assertThat(refused(Models.llama8b(), unknown, Models.h100s(2)).obstacle()).isEqualTo(Obstacle.UNKNOWN_GPU);
        assertThat(refused(Models.llama8b(), VLLM, List.of()).obstacle()).isEqualTo(Obstacle.NO_GPUS);
        assertThatThrownBy(() -> plan(Models.llama8b(), VLLM, List.of(Models.h100(0, 0), Models.h100(0, 0))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namedGpusAreUsedAndNoOthers() {
        Wish wish = VLLM.on(new Wish.Gpus(List.of("GPU-3"), false, 0));

        assertThat(indices(fits(Models.llama8b(), wish, Models.h100s(4)).placements().getFirst())).containsExactly(3);
    }

    @Test
    void leastMemoryThatSufficesIsTakenFirst() {
        List<GpuCapacity> gpus = List.of(Models.h100(0, 0), Models.h100(1, 0), Models.l40s(2), Models.mig("MIG-a", 40));

        Fits plan = fits(Models.llama8b(), VLLM.context(32_768), gpus);

        assertThat(plan.placements().getFirst().gpus().getFirst().id()).isEqualTo("MIG-a");
    }

    @Test
    void migInstancesNeverShareAModel() {
        List<GpuCapacity> gpus = List.of(Models.mig("MIG-a", 40), Models.mig("MIG-b", 40));

        assertThat(refused(Models.qwen32b(), VLLM.parallel(2, 1), gpus).obstacle()).isEqualTo(Obstacle.NO_ISLAND);
        assertThat(refused(Models.qwen32b(), VLLM, gpus).obstacle()).isEqualTo(Obstacle.WEIGHTS_TOO_LARGE);
    }

    @Test
    void shareOfAMigInstanceIsToldAsAShareOfItsParent() {
        Placement placement = fits(Models.llama8b(), VLLM.context(32_768), List.of(Models.mig("MIG-a", 40)))
                .placements().getFirst();

        assertThat(placement.utilisationPermille()).isBetween(450, 470);
        assertThat(placement.kvCacheFixed()).isTrue();
        assertThat(placement.memory().total()).isLessThanOrEqualTo(40 * Models.GIB);
    }

    @Test
    void memoryOfStrangersIsPlannedAround() {
        GpuCapacity shared = Models.h100(0, 0).taken(20 * Models.GIB, 0, 20 * Models.GIB);

        Fits plan = fits(Models.llama8b(), VLLM.context(32_768), List.of(shared));

        assertThat(plan.placements().getFirst().memory().total()).isLessThanOrEqualTo(shared.freeBytes());
        assertThat(String.join("\n", plan.explanation())).contains("20.0 GiB belong to processes that are not ours");

        GpuCapacity busy = Models.h100(0, 0).taken(75 * Models.GIB, 0, 75 * Models.GIB);
        DoesNotFit answer = refused(Models.llama8b(), VLLM, List.of(busy));
        assertThat(answer.obstacle()).isEqualTo(Obstacle.GPUS_BUSY);
        assertThat(answer.wouldFit()).contains(new Alternative.FreedGpus(List.of("GPU-0")));
    }

    @Test
    void modelsShareAGpuWhereEachTakesItsShare() {
        Wish third = VLLM.context(16_384).on(new Wish.Gpus(List.of(), false, 0.3));
        GpuCapacity gpu = Models.h100(0, 0);
        long promised = 0;
        for (int engine = 0; engine < 3; engine++) {
            Fits plan = fits(Models.llama8b(), third, List.of(gpu.taken(0, promised, 0)));
            promised += plan.placements().getFirst().reservedBytes();
        }
        assertThat(promised).isBetween(gpu.totalBytes() * 9 / 10 - 10, gpu.totalBytes() * 9 / 10 + 10);
        assertThat(refused(Models.llama8b(), third, List.of(gpu.taken(0, promised, 0))).obstacle())
                .isEqualTo(Obstacle.GPUS_BUSY);
    }

    @Test
    void latentAttentionIsNotDividedAndWindowsAreBounded() {
        ModelDescription latent = Models.with(Models.llama8b(), new KvLayer.Latent(576, 0));
        long one = cache(fits(latent, VLLM.parallel(1, 1).context(8192), Models.h100s(2)));
        long two = cache(fits(latent, VLLM.parallel(2, 1).context(8192), Models.h100s(2)));
        assertThat(latent.kvCache(KvType.AUTO, new Shape(2, 1), 0).bytesPerToken())
                .isEqualTo(latent.kvCache(KvType.AUTO, Shape.SINGLE, 0).bytesPerToken()).isEqualTo(32 * 576 * 2);
        assertThat(two).isGreaterThan(one);

        ModelDescription windowed = Models.with(Models.llama8b(), new KvLayer.Window(8, 128, 128, 1024));
        assertThat(fits(windowed, VLLM, Models.h100s(1)).concurrentSequences())
                .isGreaterThan(10 * fits(Models.llama8b(), VLLM, Models.h100s(1)).concurrentSequences());
    }

    private static long cache(Fits plan) {
        return plan.placements().getFirst().memory().kvCache();
    }

    @Test
    void gpusWithoutStrangersAndGroupsOfEqualsAreTakenFirst() {
        List<GpuCapacity> gpus = new ArrayList<>(Models.h100s(4));
        gpus.set(0, gpus.get(0).taken(9 * Models.GIB, 0, 9 * Models.GIB));

        assertThat(indices(fits(Models.llama8b(), VLLM, gpus).placements().getFirst())).containsExactly(1);
        Fits pair = fits(Models.llama8b(), VLLM.parallel(2, 1), gpus);
        assertThat(indices(pair.placements().getFirst())).containsExactly(1, 2);
        assertThat(pair.placements().getFirst().utilisationPermille()).isEqualTo(920);
        assertThat(fits(Models.llama8b(), VLLM.parallel(2, 1).replicas(2), gpus).placements()).hasSize(2);
    }

    @Test
    void whatTheEngineReportedReplacesTheEstimate() {
        LearnedFootprint last = new LearnedFootprint(Shape.SINGLE, LoadQuantisation.AS_STORED, KvType.AUTO,
                16_100_000_000L, 60 * Models.GIB, 60 * Models.GIB / 131_072, 3 * Models.GIB, Models.GIB);

        Plan plan = Planner.plan(Models.llama8b(), VLLM, Models.h100s(1), List.of(last));

        DeviceMemory memory = ((Fits) plan).placements().getFirst().memory();
        assertThat(memory.weights()).isEqualTo(16_100_000_000L);
        assertThat(memory.activations()).isEqualTo(3 * Models.GIB);
        assertThat(memory.graphs()).isEqualTo(Models.GIB);
        assertThat(String.join("\n", plan.explanation())).contains("as the engine reported the last time");

        LearnedFootprint dearer = new LearnedFootprint(Shape.SINGLE, LoadQuantisation.AS_STORED, KvType.AUTO,
                16_100_000_000L, 60 * Models.GIB, 30 * Models.GIB / 131_072, 3 * Models.GIB, Models.GIB);
        Fits half = (Fits) Planner.plan(Models.llama8b(), VLLM, Models.h100s(1), List.of(dearer));
        assertThat(half.concurrentSequences()).isEqualTo(((Fits) plan).concurrentSequences() / 2);
    }

    @Test
    void eightBitCacheHoldsTwiceAsMuch() {
        int whole = fits(Models.llama8b(), VLLM.context(4096), Models.h100s(1)).concurrentSequences();
        int small = fits(Models.llama8b(), VLLM.context(4096).kv(KvType.FP8), Models.h100s(1)).concurrentSequences();

        assertThat(small).isBetween(2 * whole, 2 * whole + 1);
    }

    @Test
    void enginesAreGivenOnlyWhatTheyRead() {
        assertThat(refused(Models.llama8b(), Wish.of(EngineKind.LLAMA_CPP), Models.h100s(1)).obstacle())
                .isEqualTo(Obstacle.FORMAT);
        assertThat(refused(Models.gguf(Models.llama8b()), VLLM, Models.h100s(1)).obstacle())
                .isEqualTo(Obstacle.FORMAT);
        assertThat(refused(Models.llama8b(), Wish.of(EngineKind.TRANSFORMERS).parallel(2, 1), Models.h100s(2))
                .obstacle()).isEqualTo(Obstacle.ENGINE_CANNOT);
        assertThat(refused(Models.quantised(Models.llama8b(), "awq"), VLLM.quantised(LoadQuantisation.FP8),
                Models.h100s(2)).obstacle()).isEqualTo(Obstacle.ENGINE_CANNOT);
    }

    @Test
    void llamaCppAllocatesTheWholeCacheOfEachSlotAndNoMore() {
        Wish wish = Wish.of(EngineKind.LLAMA_CPP).context(8192).sequences(8);

        Placement placement = fits(Models.gguf(Models.llama8b()), wish, Models.h100s(1)).placements().getFirst();

        assertThat(placement.memory().kvCache()).isEqualTo(8L * 8192 * 131_072);
        assertThat(placement.utilisationPermille()).isZero();
    }

    @Test
    void oldGpusComputeInFloat16AndTooOldOnesAreRefused() {
        GpuCapacity turing = GpuCapacity.whole("T", "box", 0, "Quadro RTX 8000", 48 * Models.GIB, 75);
        assertThat(fits(Models.llama8b(), VLLM.context(4096), List.of(turing)).dataType()).isEqualTo(DataType.FLOAT16);

        GpuCapacity volta = GpuCapacity.whole("V", "box", 0, "Tesla V100", 32 * Models.GIB, 70);
        assertThat(refused(Models.quantised(Models.llama8b(), "awq"), VLLM, List.of(volta)).obstacle())
                .isEqualTo(Obstacle.COMPUTE_CAPABILITY);
    }

    @Test
    void replicaLiesOnSeveralBoxesOnlyWhenAskedAndEvenly() {
        List<GpuCapacity> gpus = new ArrayList<>();
        for (String box : List.of("a", "b")) {
            for (int index = 0; index < 2; index++) {
                gpus.add(GpuCapacity.whole(box + index, box, index, "NVIDIA H100 80GB HBM3", 85_520_809_984L, 90).at(0,
                        0));
            }
        }
        assertThat(plan(Models.llama70b(), VLLM, gpus)).isInstanceOf(DoesNotFit.class);

        Fits plan = fits(Models.llama70b(), VLLM.on(new Wish.Gpus(List.of(), true, 0)), gpus);
        assertThat(plan.shape()).isEqualTo(new Shape(2, 2));
        assertThat(plan.placements().getFirst().nodes()).containsExactlyInAnyOrder("a", "b");
        assertThat(plan.placements().getFirst().gpusOf("a")).hasSize(2);
    }

    @Test
    void gpusOfDifferentSizesAreToldTheCacheInBytes() {
        List<GpuCapacity> gpus = List.of(Models.h100(0, 0),
                GpuCapacity.whole("GPU-1", "box", 1, "NVIDIA H200", 150_754_820_096L, 90).at(0, 0));

        Placement placement = fits(Models.llama8b(), VLLM.parallel(2, 1), gpus).placements().getFirst();

        assertThat(placement.kvCacheFixed()).isTrue();
        assertThat(placement.memory().total()).isLessThanOrEqualTo(Math.ceilDiv(85_520_809_984L * 920, 1000L));
    }

    @Test
    void adapterSlotsTakeMemory() {
        long without = fits(Models.llama8b(), VLLM, Models.h100s(1)).placements().getFirst().memory().kvCache();
        DeviceMemory with = fits(Models.llama8b(), VLLM.with(new Wish.Adapters(4, 16)), Models.h100s(1)).placements()
                .getFirst().memory();

        assertThat(with.adapters()).isPositive();
        assertThat(with.kvCache()).isEqualTo(without - with.adapters());
    }
}
