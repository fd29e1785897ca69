package org.gatehouse.supervisor.control;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.gatehouse.supervisor.EngineClient;
import org.gatehouse.supervisor.EngineClient.Reply;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.SmallestCall;
import org.gatehouse.supervisor.engines.CallKind;
import org.gatehouse.supervisor.engines.Engine;

/** Talks to engines over HTTP. Thread-safe. */
public final class HttpEngineControl implements EngineControl {
    private static final int LONGEST_WHY = 300;
    /** Sockets that only the daemon may open need none. */
    private static final String NO_KEY = "";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * How long things may take.
     *
     * @param question for questions
     * @param adapter for loading an adapter
     * @param sleep for falling asleep, calls in flight included
     * @param wake for waking up; reading weights again takes as long as loading them
     * @param probe for one token
     */
    public record Deadlines(Duration question, Duration adapter, Duration sleep, Duration wake, Duration probe) {
        /** 2 s, 1 min, 1 min, 5 min, 20 s. */
        public static final Deadlines USUAL = new Deadlines(Duration.ofSeconds(2), Duration.ofMinutes(1),
                Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofSeconds(20));
    }

    private final EngineClient client = new EngineClient();
    private final Deadlines deadlines;
    private final SmallestCall call;

    /** Control with these deadlines, measuring with this monotonic time. */
    public HttpEngineControl(Deadlines deadlines, LongSupplier nanoTime) {
        this.deadlines = deadlines;
        this.call = new SmallestCall(nanoTime);
    }

    @Override
    public Said sleep(Engine engine, Listen listen, int level) {
        if (!engine.capabilities().sleepLevels().contains(level)) {
            return new Said.Failed(engine.kind().title() + " has no sleep level " + level);
        }
        return order(listen, engine.endpoints().sleep() + "?level=" + level + "&mode=wait", "", deadlines.sleep());
    }

    @Override
    public Said wake(Engine engine, Listen listen, int level) {
        String wake = engine.endpoints().wake();
        if (level < 2) {
            return order(listen, wake, "", deadlines.wake());
        }
        // Weights were dropped: room for them, the weights themselves, then the cache, which still holds an older model's blocks.
        Said last = order(listen, wake + "?tags=weights", "", deadlines.wake());
        if (last instanceof Said.Done) {
            last = order(listen, "/collective_rpc", "{\"method\":\"reload_weights\"}", deadlines.wake());
        }
        if (last instanceof Said.Done) {
            last = order(listen, wake + "?tags=kv_cache", "", deadlines.wake());
        }
        return last instanceof Said.Done ? order(listen, "/reset_prefix_cache", "", deadlines.question()) : last;
    }

    @Override
    public Asleep asleep(Engine engine, Listen listen) {
        if (engine.endpoints().asleep().isEmpty()) {
            return Asleep.NO;
        }
        try {
            Reply reply = client.get(listen, engine.endpoints().asleep(), NO_KEY, deadlines.question());
            if (reply.status() == 404) {
                return Asleep.NO; // Started without sleep mode.
            }
            JsonNode answer = JSON.readTree(reply.body()).path("is_sleeping");
            return !reply.isWell() || !answer.isBoolean()
                    ? Asleep.UNKNOWN
                    : answer.asBoolean() ? Asleep.YES : Asleep.NO;
        } catch (IOException e) {
            return Asleep.UNKNOWN;
        }
    }

    @Override
    public Said loadAdapter(Engine engine, Listen listen, String name, Path directory) {
        return adapter(listen, engine.endpoints().loadAdapter(),
                Map.of("lora_name", name, "lora_path", directory.toString()), "already been loaded");
    }

    @Override
    public Said unloadAdapter(Engine engine, Listen listen, String name) {
        return adapter(listen, engine.endpoints().unloadAdapter(), Map.of("lora_name", name), "cannot be found");
    }

    private Said adapter(Listen listen, String path, Map<String, String> body, String asWished) {
        if (path.isEmpty()) {
            return new Said.Failed("this engine loads no adapters while it runs");
        }
        try {
            Said said = order(listen, path, JSON.writeValueAsString(body), deadlines.adapter());
            return said instanceof Said.Failed(String why) && why.contains(asWished) ? new Said.Done() : said;
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public Models models(Engine engine, Listen listen) {
        try {
            Reply reply = client.get(listen, engine.endpoints().models(), NO_KEY, deadlines.question());
            if (!reply.isWell()) {
                return new Models.Unknown(why(reply));
            }
            Set<String> names = new HashSet<>();
            JSON.readTree(reply.body()).path("data").forEach(model -> names.add(model.path("id").asText("")));
            return new Models.Served(names);
        } catch (IOException e) {
            return new Models.Unknown(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Probe probe(Engine engine, Listen listen, String model) {
        return switch (call.ask(listen, engine.endpoints(), NO_KEY, model, CallKind.COMPLETION, deadlines.probe())) {
            case SmallestCall.Outcome.Answered(CallKind _, Duration after) -> new Probe.Answered(after);
            case SmallestCall.Outcome.RefusedAll(String why) -> new Probe.Failed(why);
            case SmallestCall.Outcome.Failed(String why) -> new Probe.Failed(why);
        };
    }

    private Said order(Listen listen, String path, String json, Duration deadline) {
        try {
            Reply reply = client.post(listen, path, NO_KEY, json, deadline);
            return reply.isWell() ? new Said.Done() : new Said.Failed(why(reply));
        } catch (IOException e) {
            return new Said.Failed(String.valueOf(e.getMessage()));
        }
    }

    private static String why(Reply reply) {
        String text = "status " + reply.status() + ": " + reply.body().strip();
        return text.length() > LONGEST_WHY ? text.substring(0, LONGEST_WHY) : text;
    }
}
