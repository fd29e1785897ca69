package org.gatehouse.supervisor;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.engines.Adjustments;
import org.gatehouse.supervisor.engines.EngineFailure;

import static org.assertj.core.api.Assertions.assertThat;

/** Engines that say they are well: which of them serve, which are slow, which hang; and what a failure teaches. Real processes. */
@Timeout(60)
class ServingIT {
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final HangWatch ALERT = new HangWatch(Duration.ofMillis(100), QUIET, Duration.ofMillis(300));

    @TempDir
    Path directory;
    private SupervisorBench bench;

    @BeforeEach
    void open() throws Exception {
        bench = new SupervisorBench(directory);
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void engineThatListsAnotherModelIsNeverReady() throws Exception {
        bench.order("other");
        bench.supervisor.start(bench.engine("chat")
                .with(new Trial(Trial.Depth.ANSWERED, Duration.ofSeconds(2), Duration.ofSeconds(1))));

        Cause cause = bench.chronicle.await(EngineState.Crashed.class).cause();

        assertThat(cause.failure()).isEqualTo(EngineFailure.NOT_SERVING);
        assertThat(cause.evidence()).contains("does not list the model tiny");
        assertThat(bench.chronicle.names()).contains("Probing").doesNotContain("Ready");
    }

    @Test
    void engineInGoodHealthThatCompletesNothingIsNotReadyUntilItDoes() throws Exception {
        bench.order("stuck");
        bench.supervisor.start(bench.engine("chat"));
        bench.chronicle.await(EngineState.Probing.class);
        Thread.sleep(400); // Several of the actor's ticks.
        assertThat(bench.instance("chat").state()).isInstanceOf(EngineState.Probing.class);

        bench.callOff("stuck");

        bench.chronicle.await(EngineState.Ready.class);
    }

    @Test
    void engineThatRefusesEveryCallIsNeverReadyAndSaysWhy() throws Exception {
        bench.supervisor.start(bench.simulated("chat", "--simulate-refusal", "everything")
                .with(new Trial(Trial.Depth.ANSWERED, Duration.ofSeconds(2), Duration.ofSeconds(1))));

        Cause cause = bench.chronicle.await(EngineState.Crashed.class).cause();

        assertThat(cause.failure()).isEqualTo(EngineFailure.REFUSES_CALLS);
        assertThat(cause.evidence()).contains("status 400 to a prompt of one token",
                "status 400 to the smallest call to /v1/embeddings");
        assertThat(cause.advice()).contains("task");
        assertThat(bench.chronicle.names()).contains("Probing").doesNotContain("Ready");
    }

    @Test
    void engineForEmbeddingsIsReadyOnceItHasGivenOneAndIsTriedByThoseFromThenOn() throws Exception {
        bench.ready(bench.simulated("vectors", "--simulate-refusal", "completions").with(ALERT));
        Thread.sleep(QUIET.multipliedBy(2));
        assertThat(bench.instance("vectors").state()).isInstanceOf(EngineState.Ready.class);
        assertThat(bench.chronicle.names()).doesNotContain("Crashed", "Degraded");
    }

    @Test
    void trialShowsTheEnginesKey() throws Exception {
        Deployment deployment = bench.engine("chat");
        EngineCommand locked = new EngineCommand(deployment.command().argv(), Map.of("VLLM_API_KEY", "own-key"),
                directory);

        bench.ready(deployment.with(locked));
    }

    @Test
    void hungEngineIsSeenWithinTwiceTheQuietTimeAndStartedAgain() throws Exception {
        bench.ready(bench.engine("chat").with(ALERT));
        bench.order("busy");
        bench.order("stuck");
        long at = System.nanoTime();

        Cause cause = bench.chronicle.await(EngineState.Crashed.class).cause();

        Duration took = Duration.ofNanos(System.nanoTime() - at);
        System.out.println("FIGURE hang seen after " + took.toMillis() + " ms with a probe interval of "
                + QUIET.toMillis() + " ms");
        assertThat(took).isLessThan(QUIET.multipliedBy(2));
        assertThat(cause.failure()).isEqualTo(EngineFailure.HUNG);
        assertThat(cause.evidence()).contains("1 calls in hand", "no answer in time");
        bench.callOff("stuck");
        bench.chronicle.await(EngineState.Backoff.class);
        bench.time.pass(Duration.ofSeconds(6));
        bench.chronicle.await(EngineState.Ready.class, _ -> true, 2);
    }

    @Test
    void engineThatIsSlowButMovesIsDegradedAndNotEnded() throws Exception {
        // Patient enough for a machine that is slow itself.
        HangWatch patient = new HangWatch(Duration.ofMillis(100), QUIET.multipliedBy(4), Duration.ofMillis(300));
        long pid = bench.ready(bench.engine("chat").with(patient)).processId().orElseThrow();
        bench.order("slow");

        EngineState.Degraded degraded = bench.chronicle.await(EngineState.Degraded.class);
        Thread.sleep(QUIET.multipliedBy(2));

        assertThat(degraded.why()).contains("while its counters moved");
        assertThat(bench.instance("chat").state().serves()).isTrue();
        assertThat(bench.instance("chat").processId()).hasValue(pid);
        bench.callOff("slow");
        bench.chronicle.await(EngineState.Ready.class, _ -> true, 2);
        assertThat(bench.chronicle.names()).doesNotContain("Crashed");
    }

    @Test
    void movingTrafficIsSignOfLifeEnoughAndTheEngineIsNotTried() throws Exception {
        bench.ready(bench.engine("chat").with(ALERT));
        try (SocketChannel stream = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            stream.connect(UnixDomainSocketAddress.of(directory.resolve("run/chat.sock")));
            stream.write(StandardCharsets.US_ASCII.encode("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            Thread reader = Thread.startVirtualThread(() -> drain(stream));
            bench.order("stuck");

            Thread.sleep(QUIET.multipliedBy(3));

            assertThat(bench.instance("chat").state()).isInstanceOf(EngineState.Ready.class);
            assertThat(reader.isAlive()).isTrue();
        }
        assertThat(bench.chronicle.await(EngineState.Crashed.class).cause().failure()).isEqualTo(EngineFailure.HUNG);
    }

    private static void drain(SocketChannel stream) {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        try {
            while (stream.read(buffer.clear()) >= 0) {
                // Only so that the engine can go on.
            }
        } catch (IOException _) {
            // The test is over.
        }
    }

    @Test
    void loadThatTheEngineTellsStandsInTheSnapshotWithItsTime() throws Exception {
        bench.order("busy");
        bench.ready(bench.engine("chat").with(ALERT));

        SupervisorBench.awaitThat(() -> bench.instance("chat").load() != null);
        MeasuredLoad load = Objects.requireNonNull(bench.instance("chat").load());

        assertThat(load.load().running()).isEqualTo(1);
        assertThat(load.load().waiting()).isEqualTo(0);
        assertThat(load.load().kvUsage()).isEqualTo(0.25);
        assertThat(load.at()).isBetween(bench.instance("chat").since(), bench.time.instant());
        bench.supervisor.stop("chat");
        assertThat(bench.instance("chat").load()).isNull();
    }

    /** A script that fails as vLLM does where the context does not fit, and serves where it does. */
    private CommandMaker context(Deployment served, int fits) {
        return new CommandMaker() {
            @Override
            public EngineCommand command(Adjustments adjustments) {
                return adjustments.contextTokens() == fits
                        ? served.command()
                        : tooLong(adjustments.contextTokens() / 2);
            }

            @Override
            public int sequences() {
                return 256;
            }
        };
    }

    private EngineCommand tooLong(int tokens) {
        return bench.script("chat",
                "echo \"ValueError: To serve at least one request with the model's max seq len (131072), "
                        + "(16.0 GiB KV cache is needed, estimated maximum model length is " + tokens + ".\"; exit 1")
                .command();
    }

    @Test
    void contextThatTheEngineSaysWouldFitIsTriedOnceAndStandsInTheCause() throws Exception {
        Deployment served = bench.engine("chat");
        bench.supervisor.start(served.with(tooLong(33_584)), context(served, 33_584));

        EngineState.Backoff backoff = bench.chronicle.await(EngineState.Backoff.class);
        assertThat(backoff.cause().failure()).isEqualTo(EngineFailure.CONTEXT_TOO_LONG);
        assertThat(backoff.cause().adjustments().contextTokens()).isEqualTo(33_584);
        bench.time.pass(Duration.ofSeconds(7));
        bench.chronicle.await(EngineState.Ready.class);
    }

    @Test
    void remedyThatDoesNotHelpIsNotTriedForEver() throws Exception {
        Deployment served = bench.engine("chat");
        bench.supervisor.start(served.with(tooLong(33_584)), context(served, 1));
        bench.chronicle.await(EngineState.Backoff.class);
        bench.time.pass(Duration.ofSeconds(7));

        EngineState.Failed failed = bench.chronicle.await(EngineState.Failed.class);

        assertThat(failed.cause().fittingContext()).hasValue(16_792);
        assertThat(bench.instance("chat").generation()).isEqualTo(2);
    }

    @Test
    void failureThatOnlyAnotherCommandCouldCureFailsAtOnceWhereNobodyMakesOne() throws Exception {
        bench.supervisor.start(bench.engine("chat").with(tooLong(33_584)));

        assertThat(bench.chronicle.await(EngineState.Failed.class).cause().advice()).contains("33584");
        assertThat(bench.chronicle.names()).isEqualTo(List.of("Spawned", "Crashed", "Failed"));
    }
}
