package org.gatehouse.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

/**
 * Mode {@code cancel}: a client leaves in the middle of a call, by FIN or by RST, and the simulated engine's ledger tells
 * when the call to it was given up. Streams are left after their first chunk, plain calls while the engine is silent. The
 * ledger is emptied before each trial and the engine must have no other callers, so that its one entry is the trial's.
 */
final class Cancel {
    static final Set<String> OPTIONS = Arguments.withCommon("ledger", "trials", "after-ms", "give-up");

    private enum Leaving {
        FIN, RST
    }

    private final Arguments arguments;
    private final Target target;
    private final Target ledger;
    private final long giveUp;
    private final SplittableRandom random = new SplittableRandom();

    private Cancel(Arguments arguments) throws IOException {
        this.arguments = arguments;
        this.target = arguments.target(Target.CHAT);
        this.ledger = Target.parse(arguments.required("ledger"), "/simulated/ledger", null);
        this.giveUp = arguments.nanos("give-up", 5);
    }

    static Result run(Arguments arguments) throws IOException {
        return new Cancel(arguments).measure();
    }

    private Result measure() throws IOException {
        int trials = arguments.count("trials", 10, 1, 1_000);
        Result result = new Result("cancel", arguments.pairs("label"));
        Histogram all = new Histogram();
        long never = 0;
        for (boolean stream : new boolean[]{true, false}) {
            for (Leaving leaving : Leaving.values()) {
                Tally failures = new Tally();
                Histogram times = new Histogram();
                for (int i = 0; i < trials; i++) {
                    trial(stream, leaving, times, failures);
                }
                String name = (stream ? "stream_" : "plain_") + leaving.name().toLowerCase(Locale.ROOT);
                times.describe(name, result);
                result.count(name + "_cancelled", times.count());
                result.count(name + "_failed", failures.total());
                result.counts(name + "_failures", failures);
                all.add(times);
                never += failures.total();
            }
        }
        all.describe("cancel", result);
        result.count("failed", never);
        return result;
    }

    private void trial(boolean stream, Leaving leaving, Histogram times, Tally failures) throws IOException {
        String prompt = "Leave " + random.nextLong() + " " + RequestTemplate.directive(400, 50, stream ? 0 : 20_000);
        RequestTemplate request = RequestTemplate.post(target,
                RequestTemplate.chat(arguments.text("model", "bench"), prompt, 0, stream));
        HttpGet.delete(ledger);
        Instant leftAt;
        try (Connection connection = Connection.open(target, Duration.ofSeconds(10))) {
            connection.send(request.numbered(0));
            if (stream) {
                StreamReply reply = new StreamReply();
                while (reply.chunks() == 0) {
                    if (!reply.receiveFrom(connection) || reply.reader().isDone()) {
                        failures.count("the stream ended by itself, status " + reply.reader().status());
                        return;
                    }
                }
            }
            Waiting.nanos((long) (arguments.number("after-ms", 150, 0, 60_000) * 1e6)
                    + random.nextLong(50_000_000));
            leftAt = Instant.now();
            switch (leaving) {
                case FIN -> connection.leaveByFin();
                case RST -> connection.leaveByReset();
            }
        } catch (ReplyReader.Malformed e) {
            failures.count(Connection.kindOf(e));
            return;
        }
        awaitAbort(leftAt, times, failures);
    }

    private void awaitAbort(Instant leftAt, Histogram times, Tally failures) throws IOException {
        long deadline = System.nanoTime() + giveUp;
        while (System.nanoTime() < deadline) {
            JsonObject entry = onlyEntry();
            String state = entry == null ? null : entry.text("state");
            if (entry != null && "aborted".equals(state)) {
                double abortedAt = entry.number("received_at_ms", 0) + entry.number("aborted_after_ms", 0);
                double left = ChronoUnit.MICROS.between(Instant.EPOCH, leftAt) / 1e3;
                times.record((long) ((abortedAt - left) * 1e6));
                return;
            } else if (state != null && !"running".equals(state)) {
                failures.count("the engine's call ended as " + state);
                return;
            }
            Waiting.millis(10);
        }
        failures.count("not given up within " + Duration.ofNanos(giveUp).toMillis() + " ms");
    }

    private @Nullable JsonObject onlyEntry() throws IOException {
        List<JsonObject> entries = HttpGet.get(ledger).object(ledger).objects("requests");
        if (entries.size() > 1) {
            throw new IOException(ledger + " has " + entries.size()
                    + " calls where one was made: leave the engine to this run alone");
        }
        return entries.isEmpty() ? null : entries.getFirst();
    }
}
