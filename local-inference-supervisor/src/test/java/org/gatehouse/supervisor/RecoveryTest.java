package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.supervisor.Recovery.Next;
import org.gatehouse.supervisor.engines.Adjustments;
import org.gatehouse.supervisor.engines.Diagnosis;
import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.engines.Remedy;

import static org.assertj.core.api.Assertions.assertThat;

class RecoveryTest {
    private static final EngineCommand WISHED = command("wished");

    private final ManualTime time = ManualTime.standing();
    private final List<Adjustments> made = new ArrayList<>();

    private static EngineCommand command(String argument) {
        return new EngineCommand(List.of("vllm", argument), Map.of(), Path.of("/"));
    }

    private Recovery recovery(boolean withMaker) {
        Deployment deployment = Deployment.of("chat", "tiny", WISHED, new Listen.LoopbackPort(8000))
                .with(new RestartPolicy(Duration.ofSeconds(5), Duration.ofMinutes(5), 0, 100, Duration.ofMinutes(15),
                        Duration.ofMinutes(10)));
        CommandMaker maker = new CommandMaker() {
            @Override
            public EngineCommand command(Adjustments adjustments) {
                made.add(adjustments);
                return RecoveryTest.command(adjustments.toString());
            }

            @Override
            public int sequences() {
                return 256;
            }
        };
        return new Recovery(deployment, withMaker ? maker : null, time::nanoTime, new Random(1));
    }

    private static Next crash(Recovery recovery, EngineFailure failure) {
        return recovery.after(Cause.of(failure, "seen"), Duration.ZERO);
    }

    @ParameterizedTest
    @EnumSource
    void eachFailureIsRetriedAsOftenAsItsRemedyMayBeAndNoMore(EngineFailure failure) {
        Recovery recovery = recovery(true);
        int attempts = Math.min(20, failure.remedy().attempts());
        for (int attempt = 0; attempt < attempts; attempt++) {
            assertThat(crash(recovery, failure)).isInstanceOf(Next.Retry.class);
        }
        if (attempts < 20) {
            assertThat(crash(recovery, failure)).isInstanceOf(Next.GiveUp.class);
        }
    }

    @Test
    void remediesOfDifferentFailuresAddUpInTheNextCommandAndInTheCause() {
        Recovery recovery = recovery(true);
        crash(recovery, EngineFailure.OUT_OF_GPU_MEMORY);

        Next next = crash(recovery, EngineFailure.GPUS_CANNOT_TALK);

        Adjustments both = new Adjustments(0, 128, false, true, 0);
        assertThat(made).last().isEqualTo(both);
        assertThat(next).isInstanceOfSatisfying(Next.Retry.class, retry -> {
            assertThat(retry.command()).isEqualTo(command(both.toString()));
            assertThat(retry.cause().adjustments()).isEqualTo(both);
            assertThat(retry.delay()).isEqualTo(Duration.ofSeconds(10));
        });
        assertThat(crash(recovery, EngineFailure.EXITED)).isInstanceOfSatisfying(Next.Retry.class,
                retry -> assertThat(retry.command()).isEqualTo(command(both.toString())));
    }

    @Test
    void withoutAMakerWhatOnlyAnotherCommandCuresIsGivenUpAndTheRestIsTheSameCommandAgain() {
        assertThat(crash(recovery(false), EngineFailure.NO_BFLOAT16)).isInstanceOf(Next.GiveUp.class);
        assertThat(recovery(false).after(Cause.of(
                new Diagnosis(EngineFailure.CONTEXT_TOO_LONG, "seen",
                        new Remedy.ShorterContext(9))),
                Duration.ZERO)).isInstanceOf(Next.GiveUp.class);
        assertThat(crash(recovery(false), EngineFailure.OUT_OF_GPU_MEMORY)).isInstanceOfSatisfying(Next.Retry.class,
                retry -> assertThat(retry.command()).isEqualTo(WISHED));
    }

    @Test
    void engineThatWasSteadyMeanwhileHasItsRemediesAgain() {
        Recovery recovery = recovery(true);
        crash(recovery, EngineFailure.ENGINE_TOO_SLOW);

        assertThat(recovery.after(Cause.of(EngineFailure.ENGINE_TOO_SLOW, "seen"), Duration.ofMinutes(10)))
                .isInstanceOf(Next.Retry.class);
    }

    @Test
    void makerThatThrowsMakesTheInstanceFailedAndNotTheActor() {
        Deployment deployment = Deployment.of("chat", "tiny", WISHED, new Listen.LoopbackPort(8000));
        CommandMaker broken = new CommandMaker() {
            @Override
            public EngineCommand command(Adjustments adjustments) {
                throw new IllegalStateException("no plan");
            }

            @Override
            public int sequences() {
                return 1;
            }
        };

        assertThat(crash(new Recovery(deployment, broken, time::nanoTime, new Random(1)), EngineFailure.NO_BFLOAT16))
                .isInstanceOf(Next.GiveUp.class);
    }
}
