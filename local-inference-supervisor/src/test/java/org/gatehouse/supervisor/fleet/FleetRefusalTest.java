package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.fleet.DeploymentProblem.Kind;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.Plan.Obstacle;

import static org.assertj.core.api.Assertions.assertThat;

/** What is wrong is said before anything starts. */
class FleetRefusalTest {
    @TempDir
    Path directory;
    private FleetBench bench;

    @BeforeEach
    void box() throws IOException {
        bench = new FleetBench(directory, 2);
        bench.applied(bench.pinned("other").replicas(0));
    }

    @AfterEach
    void nothingWasStarted() {
        bench.steps();
        assertThat(bench.box.processes).isEmpty();
        assertThat(bench.book.all()).hasSize(1);
        assertThat(bench.fleet.view().gpus()).allSatisfy(gpu -> assertThat(gpu.promisedBytes()).isZero());
    }

    private PlanAnswer refused(ModelDeployment deployment) {
        PlanAnswer planned = bench.fleet.reconciler().plan(deployment);
        ApplyOutcome outcome = bench.fleet.reconciler().apply(deployment);
        assertThat(outcome).isInstanceOf(ApplyOutcome.Refused.class);
        assertThat(((ApplyOutcome.Refused) outcome).answer()).isEqualTo(planned);
        return planned;
    }

    private void invalid(ModelDeployment deployment, Kind kind, String field) {
        PlanAnswer answer = refused(deployment);
        assertThat(answer).isInstanceOf(PlanAnswer.Invalid.class);
        assertThat(((PlanAnswer.Invalid) answer).problems()).anySatisfy(problem -> {
            assertThat(problem.kind()).isEqualTo(kind);
            assertThat(problem.field()).isEqualTo(field);
            assertThat(problem.advice()).isNotBlank();
        });
    }

    private PlanAnswer.DoesNotFit doesNotFit(Sizing sizing, Obstacle obstacle) {
        PlanAnswer.DoesNotFit answer = (PlanAnswer.DoesNotFit) refused(bench.pinned("chat").sized(sizing));
        assertThat(answer.plan().obstacle()).isEqualTo(obstacle);
        assertThat(answer.reasons()).isNotEmpty();
        return answer;
    }

    @Test
    void tensorParallelThatDoesNotDivide() {
        bench.box.gpus.putAll(new FakeBox(4).gpus);
        doesNotFit(Sizing.PLANNED.parallel(3, 0), Obstacle.TENSOR_PARALLEL_DOES_NOT_DIVIDE);
    }

    @Test
    void contextThatCannotFitAndTheLongestThatDoes() {
        Sizing small = Sizing.PLANNED.on(List.of(), 0.1);
        PlanAnswer.DoesNotFit answer = doesNotFit(small.context(TinyModel.CONTEXT), Obstacle.CONTEXT_TOO_LONG);
        assertThat(answer.longestContext()).isBetween(1, TinyModel.CONTEXT - 1);
        assertThat(bench.fleet.reconciler().plan(bench.pinned("chat").sized(small.context(answer.longestContext()))))
                .isInstanceOf(PlanAnswer.Fits.class);
    }

    @Test
    void contextBeyondTheModel() {
        assertThat(doesNotFit(Sizing.PLANNED.context(TinyModel.CONTEXT + 1), Obstacle.CONTEXT_BEYOND_MODEL)
                .longestContext()).isEqualTo(TinyModel.CONTEXT);
    }

    @Test
    void moreReplicasThanGpus() {
        PlanAnswer.DoesNotFit answer = (PlanAnswer.DoesNotFit) refused(bench.pinned("chat").replicas(3));
        assertThat(answer.plan().obstacle()).isEqualTo(Obstacle.TOO_FEW_GPUS);
    }

    @Test
    void publicNameThatIsTaken() {
        ModelDeployment thief = new ModelDeployment("thief", "model-other", new ModelChoice.LocalDirectory(bench.model),
                EngineChoice.of(EngineKind.VLLM), 1, Sizing.PLANNED, new LoadMode.Pinned(), 50, SleepRule.NEVER,
                List.of(), Timing.DEFAULT);
        invalid(thief, Kind.PUBLIC_NAME_TAKEN, "publicName");
    }

    @Test
    void adapterWithANameThatIsTakenAndNoPlace() {
        invalid(bench.pinned("chat").adapters(List.of(new LoraAdapter("model-other", bench.model))),
                Kind.PUBLIC_NAME_TAKEN, "adapters");
        invalid(bench.pinned("chat").adapters(List.of(new LoraAdapter("law", bench.model))), Kind.ADAPTER_UNUSABLE,
                "adapters");
    }

    @Test
    void gpuThatIsAskedForTwice() {
        invalid(bench.pinned("chat").sized(Sizing.PLANNED.on(List.of("GPU-0", "GPU-0"), 0)), Kind.GPU_TWICE,
                "sizing.gpus");
    }

    @Test
    void gpuThatIsNotThere() {
        doesNotFit(Sizing.PLANNED.on(List.of("GPU-9"), 0), Obstacle.UNKNOWN_GPU);
    }

    @Test
    void argumentsThatAreUnknownDangerousOrOwned() {
        for (String argument : List.of("--no-such-flag", "--trust-remote-code", "--port=1")) {
            invalid(bench.pinned("chat").by(new EngineChoice(EngineKind.VLLM, "", List.of(argument))),
                    Kind.ARGUMENT_REFUSED, "engine.extraArguments");
        }
    }

    @Test
    void releaseThatIsNotSetUp() {
        invalid(bench.pinned("chat").by(new EngineChoice(EngineKind.VLLM, "vllm-z", List.of())), Kind.ENGINE_UNKNOWN,
                "engine");
    }

    @Test
    void directoryWithoutConfigurationAndOneThatIsNotThere() throws IOException {
        for (Path path : List.of(Files.createDirectories(directory.resolve("empty")), directory.resolve("missing"))) {
            invalid(ModelDeployment.of("chat", "chat", new ModelChoice.LocalDirectory(path),
                    EngineChoice.of(EngineKind.VLLM)), Kind.MODEL_UNUSABLE, "model");
        }
    }

    @Test
    void namesAndNumbersOutOfRange() {
        invalid(bench.pinned("Chat!"), Kind.NAME_INVALID, "name");
        invalid(bench.pinned("chat").replicas(-1), Kind.OUT_OF_RANGE, "replicas");
        invalid(bench.pinned("chat").priority(101), Kind.OUT_OF_RANGE, "priority");
        invalid(bench.pinned("chat").sized(Sizing.PLANNED.on(List.of(), 1.5)), Kind.OUT_OF_RANGE,
                "sizing.utilisation");
    }

    @Test
    void dryRunChangesNothing() {
        PlanAnswer answer = bench.fleet.reconciler().plan(bench.pinned("chat").replicas(2));
        assertThat(answer).isInstanceOfSatisfying(PlanAnswer.Fits.class, fits -> {
            assertThat(fits.plan().placements()).hasSize(2);
            assertThat(fits.plan().longestContext()).isEqualTo(TinyModel.CONTEXT);
            assertThat(fits.plan().concurrentSequences()).isPositive();
            assertThat(fits.reasons()).isNotEmpty();
        });
    }
}
