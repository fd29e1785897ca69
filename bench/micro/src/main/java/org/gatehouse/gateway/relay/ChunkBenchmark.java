package org.gatehouse.gateway.relay;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

import org.gatehouse.gateway.dialect.openai.OpenAiDialect;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.ClientPresence;
import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.gateway.exchange.RequestBody;
import org.gatehouse.gateway.exchange.TraceContext;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.PromptCounter;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Surface;

/**
 * What the relay does with one chunk between reading and writing it: find its data, look into it, meter it, and say what
 * of it may pass. Reading and writing, which are system calls, are measured by the comparison instead.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChunkBenchmark {
    private static final int CHUNKS = 100;

    private final SseSplitter.Event reported = event(",\"usage\":{\"prompt_tokens\":31,\"total_tokens\":48,"
            + "\"completion_tokens\":17}");
    private final SseSplitter.Event unreported = event("");
    private ChatEvents withReports = new ChatEvents(true, true, true, true, 1);
    private ChatEvents withoutReports = new ChatEvents(true, true, true, false, 1);
    private CallMeter meter = meter();

    private static SseSplitter.Event event(String usage) {
        byte[] bytes = ("data: {\"id\":\"chatcmpl-8f0a3b1c5d7e4f21\",\"object\":\"chat.completion.chunk\","
                + "\"created\":1795000000,\"model\":\"qwen3-32b\",\"choices\":[{\"index\":0,"
                + "\"delta\":{\"content\":\" gatehouse\"},\"logprobs\":null,\"finish_reason\":null}]" + usage + "}\n\n")
                .getBytes(StandardCharsets.UTF_8);
        return new SseSplitter.Event(bytes, 0, bytes.length);
    }

    private static CallMeter meter() {
        Arrival arrival = new Arrival(new UUID(1, 2), Instant.EPOCH, 0, new OpenAiDialect(), Surface.CHAT_COMPLETIONS,
                InetAddress.getLoopbackAddress(), "bench", new TraceContext("0".repeat(32), "0".repeat(16), "01"), null,
                null, null, null, Arrival.Hints.NONE, PolicySnapshot.empty());
        Exchange exchange = new Exchange(arrival, new Present(), new NoReply(), new NoBody());
        exchange.asked(new ModelRequest(new byte[0], "qwen3-32b", null, 1, true, null, false, false, null, 1, 0, 1,
                List.of(), 1));
        exchange.resolvedTo(new ModelRoute(new UUID(3, 4), "qwen3-32b", Instant.EPOCH, ModelRoute.Tokenizer.UNKNOWN,
                32_768, 4096, Grant.all(), List.of()));
        return new CallMeter(exchange, new Uncounted());
    }

    /** A stream's state is its own. */
    @Setup(Level.Invocation)
    public void newStream() {
        withReports = new ChatEvents(true, true, true, true, 1);
        withoutReports = new ChatEvents(true, true, true, false, 1);
        meter = meter();
    }

    /** An engine's chunk with running usage, which is read and taken out again. */
    @Benchmark
    @OperationsPerInvocation(CHUNKS)
    public void withRunningUsage(Blackhole looks) {
        for (int i = 0; i < CHUNKS; i++) {
            looks.consume(withReports.look(EventData.of(reported), meter));
        }
    }

    /** A commercial upstream's chunk, whose text is kept in case no report comes. */
    @Benchmark
    @OperationsPerInvocation(CHUNKS)
    public void withoutUsage(Blackhole looks) {
        for (int i = 0; i < CHUNKS; i++) {
            looks.consume(withoutReports.look(EventData.of(unreported), meter));
        }
    }

    private static final class Present implements ClientPresence {
        @Override
        public boolean gone() {
            return false;
        }

        @Override
        public Watch onGone(Runnable action) {
            return () -> {};
        }
    }

    private static final class NoBody implements RequestBody {
        @Override
        public Result read() {
            return new Result.Whole(new byte[0]);
        }
    }

    private static final class Uncounted implements PromptCounter {
        @Override
        public long upperBound(Exchange exchange) {
            return 0;
        }

        @Override
        public OptionalLong count(Exchange exchange) {
            return OptionalLong.empty();
        }
    }

    private static final class NoReply implements ClientReply {
        private static final String NEVER = "nothing is written here";

        @Override
        public void header(String name, String value) {
            throw new IllegalStateException(NEVER);
        }

        @Override
        public void send(int status, String contentType, byte[] body) {
            throw new IllegalStateException(NEVER);
        }

        @Override
        public Body open(int status, String contentType) {
            throw new IllegalStateException(NEVER);
        }

        @Override
        public Body body() {
            throw new IllegalStateException(NEVER);
        }

        @Override
        public boolean started() {
            return false;
        }

        @Override
        public void breakOff() {
            throw new IllegalStateException(NEVER);
        }
    }
}
