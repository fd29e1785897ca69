package org.gatehouse.gateway.cache;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.dialect.openai.OpenAiDialect;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.CacheLook;
import org.gatehouse.gateway.exchange.ClientPresence;
import org.gatehouse.gateway.exchange.ClientReply;
import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.KeptAnswer;
import org.gatehouse.gateway.exchange.RequestBody;
import org.gatehouse.gateway.exchange.TraceContext;
import org.gatehouse.gateway.protocol.Protocols;
import org.gatehouse.gateway.protocol.openai.OpenAiChat;
import org.gatehouse.governance.snapshot.CacheTerms;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Surface;

/** What the cache costs a call: on a route that keeps nothing, when it has no answer, and when it has one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ExactCacheBenchmark {
    /** Characters of the prompt. */
    @Param({"4096"})
    public int promptLength;

    private final ExactCache cache = new ExactCache(
            new Protocols(List.of(new OpenAiChat()), List.of(new OpenAiChat())), 64 << 20, System::nanoTime);
    private final OpenAiDialect dialect = new OpenAiDialect();
    private final KeyRecord key = key();
    private final ModelRoute off = route(CacheTerms.OFF);
    private final ModelRoute on = route(
            new CacheTerms(true, Duration.ofHours(1), 64 << 10, CacheTerms.Sharing.KEY, false));
    private byte[] asked = {};
    private byte[] unasked = {};

    private static KeyRecord key() {
        UUID id = new UUID(5, 6);
        return new KeyRecord(id, "bench", id, id, "Department", id, "Project", null, null, KeyRecord.State.ACTIVE, null,
                Grant.all(), Grant.all(), List.of(), List.of(), List.of(), KeyRecord.Recording.NONE, 30,
                EngineTerms.DEFAULT, true);
    }

    private static ModelRoute route(CacheTerms terms) {
        return new ModelRoute(new UUID(3, 4), "qwen3-32b", Instant.EPOCH, ModelRoute.Tokenizer.UNKNOWN, 32_768, 4096,
                Grant.all(), List.of(), RouteTerms.DEFAULT, terms);
    }

    /** Keeps one answer. */
    @Setup
    public void keepOne() {
        asked = body("Where does the gate stand? ");
        unasked = body("Who keeps the gate at night?");
        Exchange first = exchange(asked, on);
        cache.pass(first);
        if (!(first.look() instanceof CacheLook.Miss)) {
            throw new IllegalStateException("the first call misses");
        }
        cache.keep(first, new KeptAnswer(new ChatReply("id", "m", List.of(new ChatReply.Choice(
                List.of(new Block.Text("There.")), ChatReply.Stop.of(StopReason.END))), null), new byte[0],
                Usage.NOTHING, null,
                "m", false, Set.of()), 1000);
    }

    private byte[] body(String sentence) {
        String prompt = sentence.repeat(promptLength / sentence.length() + 1).substring(0, promptLength);
        return ("{\"model\":\"qwen3-32b\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                + "{\"role\":\"user\",\"content\":\"" + prompt + "\"}],\"max_tokens\":256,\"temperature\":0,"
                + "\"stream\":true,\"stream_options\":{\"include_usage\":true}}").getBytes(StandardCharsets.UTF_8);
    }

    private Exchange exchange(byte[] body, ModelRoute route) {
        Arrival arrival = new Arrival(new UUID(1, 2), Instant.EPOCH, 0, dialect, Surface.CHAT_COMPLETIONS,
                InetAddress.getLoopbackAddress(), "bench", new TraceContext("0".repeat(32), "0".repeat(16), "01"), null,
                null, null, null, Arrival.Hints.NONE, PolicySnapshot.empty());
        Exchange exchange = new Exchange(arrival, new Present(), new NoReply(), new NoBody());
        exchange.identifiedAs(key);
        exchange.resolvedTo(route);
        if (dialect.read(Surface.CHAT_COMPLETIONS, "application/json", null,
                body) instanceof Dialect.Reading.Asked read) {
            exchange.asked(read.request());
        }
        return exchange;
    }

    /** What every measurement below has besides the cache: making the call and reading its body. */
    @Benchmark
    public Exchange callAlone() {
        return exchange(unasked, off);
    }

    /** A route that keeps nothing. */
    @Benchmark
    public CacheLook off() {
        return look(exchange(unasked, off));
    }

    /** A question that was not asked before. */
    @Benchmark
    public CacheLook miss() {
        return look(exchange(unasked, on));
    }

    /** One that was. */
    @Benchmark
    public CacheLook hit() {
        return look(exchange(asked, on));
    }

    /** One that was, with its events. */
    @Benchmark
    public byte[] hitAndEvents() {
        Exchange exchange = exchange(asked, on);
        cache.pass(exchange);
        return cache.replay(exchange, (CacheLook.Hit) exchange.look());
    }

    private CacheLook look(Exchange exchange) {
        cache.pass(exchange);
        return exchange.look();
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
