package org.gatehouse.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Mode {@code race}: many clients call at once, some with streams, some of them hanging up on the way, until the quota is
 * used up, the gateway is gone, or the time is over. Adds up what the clients hold in their hands and writes how each
 * call ended, so that the gateway's books can be held against it.
 */
final class Race {
    static final Set<String> OPTIONS = Arguments.withCommon("clients", "seconds", "stream-percent", "leave-percent",
            "leave-within-ms", "until", "patience", "calls", "seed");
    private static final int MOST_CALLS = 1_000_000;

    /** What ends a client's run before its time. */
    private enum Until {
        /** As many refusals with status 429 as the client has patience, without a completed call between them. */
        QUOTA,
        /** A connection that cannot be made. */
        GONE,
        /** Nothing. */
        TIME
    }

    private final Arguments arguments;
    private final Target target;
    private final Until until;
    private final Queue<CallEnd> ends = new ConcurrentLinkedQueue<>();
    private final AtomicLong sequence = new AtomicLong();

    private Race(Arguments arguments) throws IOException {
        this.arguments = arguments;
        this.target = arguments.target(Target.CHAT);
        this.until = switch (arguments.text("until", "time")) {
            case "quota" -> Until.QUOTA;
            case "gone" -> Until.GONE;
            case "time" -> Until.TIME;
            default -> throw new UsageException("--until takes quota, gone or time");
        };
    }

    static Result run(Arguments arguments) throws IOException, InterruptedException {
        return new Race(arguments).measure();
    }

    private Result measure() throws IOException, InterruptedException {
        RequestTemplate plain = RequestTemplate.post(target, arguments.body(false));
        RequestTemplate stream = RequestTemplate.post(target, arguments.body(true));
        Duration timeout = Duration.ofNanos(arguments.nanos("timeout", 30));
        int clients = arguments.count("clients", 200, 1, 10_000);
        SplittableRandom random = new SplittableRandom(arguments.count("seed", 1, 0, Integer.MAX_VALUE));
        ProcessMeter meter = new ProcessMeter(arguments.pairs("watch"));
        meter.start();
        long start = System.nanoTime() + 50_000_000;
        long end = start + arguments.nanos("seconds", 30);
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            SplittableRandom own = random.split();
            running.add(Thread.ofVirtual().start(() -> {
                try (RacingClient client = new RacingClient(target, plain, stream, timeout, own)) {
                    Waiting.until(start);
                    race(client, own, end);
                }
            }));
        }
        for (Thread thread : running) {
            thread.join();
        }
        Result result = new Result("race", arguments.pairs("label"));
        meter.stop(result, "call", ends.size());
        summarise(result, clients, (System.nanoTime() - start) / 1e9);
        String file = arguments.optional("calls");
        if (file != null) {
            Files.write(Path.of(file), ends.stream().map(CallEnd::line).toList());
        }
        return result;
    }

    private void race(RacingClient client, SplittableRandom random, long end) {
        int streams = arguments.count("stream-percent", 50, 0, 100);
        int leavers = arguments.count("leave-percent", 33, 0, 100);
        long longest = (long) (arguments.number("leave-within-ms", 50, 0.001, 60_000) * 1e6);
        int patience = arguments.count("patience", 1, 1, 1_000);
        int refusals = 0;
        while (System.nanoTime() < end && ends.size() < MOST_CALLS) {
            CallEnd last = client.call(sequence.getAndIncrement(), random.nextInt(100) < streams,
                    random.nextInt(100) < leavers, longest);
            ends.add(last);
            if (last instanceof CallEnd.Refused refused && refused.status() == 429) {
                refusals++;
            } else if (last instanceof CallEnd.Completed) {
                refusals = 0;
            }
            if (until == Until.QUOTA && refusals >= patience) {
                return;
            }
            switch (last) {
                case CallEnd.Broken broken when broken.unreachable() && until == Until.GONE -> {
                    return;
                }
                // An orderly client does not hammer at a closed door.
                case CallEnd.Refused _,CallEnd.Broken _ -> Waiting.millis(20);
                case CallEnd.Completed _,CallEnd.Left _ -> {
                }
            }
        }
    }

    private void summarise(Result result, int clients, double seconds) {
        Tally refusals = new Tally();
        Tally broken = new Tally();
        long completed = 0;
        long left = 0;
        long withoutId = 0;
        long withoutUsage = 0;
        long prompt = 0;
        long output = 0;
        for (CallEnd end : ends) {
            switch (end) {
                case CallEnd.Completed whole -> {
                    completed++;
                    prompt += whole.promptTokens();
                    output += whole.outputTokens();
                    withoutId += whole.requestId().isEmpty() ? 1 : 0;
                    withoutUsage += whole.toldUsage() ? 0 : 1;
                }
                case CallEnd.Left _ -> left++;
                case CallEnd.Refused refused -> refusals.count(refused.status() + " " + refused.code());
                case CallEnd.Broken cut -> broken.count(cut.kind());
            }
        }
        result.count("clients", clients);
        result.number("seconds", seconds);
        result.count("calls", ends.size());
        result.count("completed", completed);
        result.count("completed_without_id", withoutId);
        result.count("completed_without_usage", withoutUsage);
        result.count("left", left);
        result.count("prompt_tokens_received", prompt);
        result.count("output_tokens_received", output);
        result.count("refused", refusals.total());
        result.counts("refused_by_code", refusals);
        result.count("broken", broken.total());
        result.counts("broken_by_kind", broken);
    }
}
