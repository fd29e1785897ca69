package org.gatehouse.bench.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Mode {@code closed}: a fixed number of connections, each with one request under way at all times. Measures the highest
 * rate and, with one connection, the latency of a call without any queueing.
 */
final class ClosedLoop {
    static final Set<String> OPTIONS = Arguments.withCommon("connections", "seconds", "warmup", "threads", "dialect",
            "stream");

    private ClosedLoop() {}

    static Result run(Arguments arguments) throws IOException, InterruptedException {
        Dialect dialect = Dialect.named(arguments.text("dialect", "chat"));
        boolean stream = arguments.isOn("stream");
        Target target = arguments.target(dialect.path());
        RequestTemplate request = RequestTemplate.post(target, arguments.body(dialect, stream));
        int connections = arguments.count("connections", 64, 1, 10_000);
        int threads = Math.min(connections, arguments.count("threads", 1, 1, 64));
        long warmup = arguments.nanos("warmup", 2);
        long window = arguments.nanos("seconds", 10);
        ProcessMeter meter = new ProcessMeter(arguments.pairs("watch"));
        Tally errors = new Tally();

        long from = System.nanoTime() + warmup;
        long to = from + window;
        List<ClosedLoopWorker> workers = new ArrayList<>();
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int share = connections / threads + (i < connections % threads ? 1 : 0);
            ClosedLoopWorker worker = new ClosedLoopWorker(target, request, stream ? dialect : null, share, i, from, to,
                    arguments.nanos("timeout", 30), errors);
            workers.add(worker);
            running.add(Thread.ofPlatform().name("closed-loop-" + i).start(worker));
        }
        Waiting.until(from);
        meter.start();
        Waiting.until(to);

        Histogram latency = new Histogram();
        Result result = new Result("closed", arguments.pairs("label"));
        long completed = 0;
        for (ClosedLoopWorker worker : workers) {
            completed += worker.completedInWindow();
        }
        meter.stop(result, "request", completed);
        for (int i = 0; i < threads; i++) {
            running.get(i).join();
            latency.add(workers.get(i).latency());
        }
        result.count("connections", connections);
        result.count("requests", completed);
        result.number("requests_per_s", completed / (window / 1e9));
        latency.describe("latency", result);
        result.count("errors", errors.total());
        result.counts("errors_by_kind", errors);
        return result;
    }
}
