package org.gatehouse.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Mode {@code open}: calls arrive at a fixed rate, whether or not earlier ones are done, as users do. Latency counts from
 * the moment at which a call was due, so that a stall shows in every call that it delays.
 */
final class OpenLoop {
    static final Set<String> OPTIONS = Arguments.withCommon("rate", "seconds", "warmup", "max-under-way");

    private final Target target;
    private final RequestTemplate request;
    private final Duration timeout;
    private final int most;
    private final Semaphore underWay;
    private final BlockingQueue<Connection> idle;
    private final Histogram latency = new Histogram();
    private final Tally errors = new Tally();
    private final AtomicLong completed = new AtomicLong();

    private OpenLoop(Target target, RequestTemplate request, Duration timeout, int most) {
        this.target = target;
        this.request = request;
        this.timeout = timeout;
        this.most = most;
        this.underWay = new Semaphore(most);
        this.idle = new ArrayBlockingQueue<>(most);
    }

    static Result run(Arguments arguments) throws IOException, InterruptedException {
        Target target = arguments.target(Target.CHAT);
        OpenLoop loop = new OpenLoop(target, RequestTemplate.post(target, arguments.body(false)),
                Duration.ofNanos(arguments.nanos("timeout", 30)),
                arguments.count("max-under-way", 2_000, 1, 100_000));
        return loop.measure(arguments);
    }

    private Result measure(Arguments arguments) throws InterruptedException {
        double rate = arguments.number("rate", 300, 0.1, 1_000_000);
        long warmup = arguments.nanos("warmup", 2);
        long window = arguments.nanos("seconds", 10);
        ProcessMeter meter = new ProcessMeter(arguments.pairs("watch"));
        long start = System.nanoTime();
        long from = start + warmup;
        long to = from + window;
        boolean metering = false;
        for (long number = 0;; number++) {
            long due = start + (long) (number * 1e9 / rate);
            if (due >= to) {
                break;
            }
            if (!metering && due >= from) {
                Waiting.until(from);
                meter.start();
                metering = true;
            }
            Waiting.until(due);
            arrive(number, due, due >= from);
        }
        Waiting.until(to);
        Result result = new Result("open", arguments.pairs("label"));
        meter.stop(result, "request", completed.get());
        if (!underWay.tryAcquire(most, timeout.toMillis() + 5_000, TimeUnit.MILLISECONDS)) {
            errors.count("still under way at the end");
        }
        idle.forEach(Connection::close);
        result.number("rate", rate);
        result.count("requests", completed.get());
        synchronized (latency) {
            latency.describe("latency", result);
        }
        result.count("errors", errors.total());
        result.counts("errors_by_kind", errors);
        return result;
    }

    private void arrive(long number, long due, boolean counted) {
        if (!underWay.tryAcquire()) {
            errors.count("more than " + most + " under way");
            return;
        }
        Thread.ofVirtual().start(() -> {
            try {
                call(number, due, counted);
            } finally {
                underWay.release();
            }
        });
    }

    private void call(long number, long due, boolean counted) {
        Connection connection = idle.poll();
        try {
            if (connection == null) {
                connection = Connection.open(target, timeout);
            }
            ReplyReader reader = new ReplyReader((_, _, _) -> {});
            connection.send(request.numbered(number));
            connection.receiveAll(reader);
            if (reader.status() != 200) {
                errors.count("status " + reader.status());
            } else if (counted) {
                long took = System.nanoTime() - due;
                synchronized (latency) {
                    latency.record(took);
                }
                completed.incrementAndGet();
            }
            if (reader.closes() || !idle.offer(connection)) {
                connection.close();
            }
        } catch (IOException | ReplyReader.Malformed e) {
            errors.count(Connection.kindOf(e));
            if (connection != null) {
                connection.close();
            }
        }
    }
}
