package org.gatehouse.supervisor;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.gatehouse.supervisor.EngineClient.Reply;
import org.gatehouse.supervisor.engines.CallKind;
import org.gatehouse.supervisor.engines.Endpoints;

/**
 * The smallest real call to an engine: one token and, where its model completes nothing, a call of each other kind in turn. Its answer
 * shows what a health check cannot. A refusal is none: an engine that refuses every kind serves nobody. Thread-safe.
 */
public final class SmallestCall {
    private static final int LONGEST_WORDS = 160;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What came of it. */
    public sealed interface Outcome {
        /**
         * A real answer.
         *
         * @param kind of which call
         * @param after how long that one took
         */
        record Answered(CallKind kind, Duration after) implements Outcome {}

        /**
         * Calls of every kind were refused as none that it takes.
         *
         * @param why each with its status
         */
        record RefusedAll(String why) implements Outcome {}

        /**
         * No real answer.
         *
         * @param why in words
         */
        record Failed(String why) implements Outcome {}
    }

    /** One question's end. */
    private sealed interface Single {
        record Answer(Duration after) implements Single {}

        record Refusal(String why) implements Single {}

        record Fault(String why) implements Single {}
    }

    private final EngineClient client = new EngineClient();
    private final LongSupplier nanoTime;

    /** Measures with this monotonic time. */
    public SmallestCall(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Asks. Each question has this deadline; refusals come at once, so all together hardly take longer than one.
     *
     * @param key the bearer key to show, {@code ""} for none
     * @param first the kind to begin with: what it answered the last time
     */
    public Outcome ask(Listen listen, Endpoints endpoints, String key, String model, CallKind first,
            Duration deadline) {
        List<CallKind> kinds = new ArrayList<>(List.of(first));
        if (first != CallKind.COMPLETION) {
            kinds.add(CallKind.COMPLETION);
        }
        endpoints.otherKinds().stream().filter(kind -> kind != first).forEach(kinds::add);
        List<String> refusals = new ArrayList<>();
        String fault = "";
        for (CallKind kind : kinds) {
            switch (one(listen, endpoints, key, model, kind, kind == first, deadline)) {
                case Single.Answer(Duration after) -> {
                    return new Outcome.Answered(kind, after);
                }
                case Single.Refusal(String why) -> refusals.add(why);
                case Single.Fault(String why) -> {
                    if (kind == first) {
                        return new Outcome.Failed(why); // It takes such calls, and did not do this one.
                    }
                    fault = why;
                }
            }
        }
        return fault.isEmpty()
                ? new Outcome.RefusedAll("it refuses calls of every kind: " + String.join(", ", refusals))
                : new Outcome.Failed(fault);
    }

    private Single one(Listen listen, Endpoints endpoints, String key, String model, CallKind kind,
            boolean isFirst, Duration deadline) {
        long began = nanoTime.getAsLong();
        String path = kind.path(endpoints);
        String what = kind == CallKind.COMPLETION ? "a prompt of one token" : "the smallest call to " + path;
        try {
            Reply reply = client.post(listen, path, key, kind.question(endpoints, model), kind.contentType(), deadline);
            if (CallKind.mayBeOfAnother(reply.status())) {
                // Its words to the first are enough: those to the others say that they are not served at all.
                return new Single.Refusal(
                        "status " + reply.status() + " to " + what + (isFirst ? words(reply.body()) : ""));
            }
            if (reply.status() != 200) {
                return new Single.Fault("status " + reply.status() + " to " + what + words(reply.body()));
            }
            return kind.isAnswer(JSON.readTree(reply.body()))
                    ? new Single.Answer(Duration.ofNanos(nanoTime.getAsLong() - began))
                    : new Single.Fault("nothing of use in its answer to " + what);
        } catch (JacksonException e) {
            return new Single.Fault("its answer to " + what + " is not JSON");
        } catch (IOException e) {
            return new Single.Fault(String.valueOf(e.getMessage()));
        }
    }

    private static String words(String body) {
        String text = body.strip().replaceAll("\\s+", " ");
        return text.isEmpty()
                ? ""
                : " (" + (text.length() > LONGEST_WORDS ? text.substring(0, LONGEST_WORDS) + "…" : text) + ")";
    }
}
