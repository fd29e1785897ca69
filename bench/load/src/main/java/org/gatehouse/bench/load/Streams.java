package org.gatehouse.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * Mode {@code streams}: many streams at once, each at the upstream's pace and followed by the next one, as long as the
 * run lasts. Measures the time to the first byte, how late each chunk is for its turn, and the cost of a chunk; a stream
 * that ends without its end mark, with an error event or with a chunk too few or too many counts as failed.
 */
final class Streams {
    static final Set<String> OPTIONS = Arguments.withCommon("streams", "seconds", "ramp", "expect-chunks");

    private final Target target;
    private final RequestTemplate request;
    private final Duration timeout;
    private final long pace;
    private final int expectedChunks;
    private final Histogram firstByte = new Histogram();
    private final Histogram lag = new Histogram();
    private final Tally failures = new Tally();
    private final AtomicLong chunks = new AtomicLong();
    private final AtomicLong completed = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();

    private Streams(Target target, RequestTemplate request, Duration timeout, long pace, int expectedChunks) {
        this.target = target;
        this.request = request;
        this.timeout = timeout;
        this.pace = pace;
        this.expectedChunks = expectedChunks;
    }

    static Result run(Arguments arguments) throws IOException, InterruptedException {
        Target target = arguments.target(Target.CHAT);
        int tokens = arguments.count("tokens", 16, 0, 1_000_000);
        Streams streams = new Streams(target, RequestTemplate.post(target, arguments.body(true)),
                Duration.ofNanos(arguments.nanos("timeout", 30)),
                (long) (arguments.number("token-ms", 0, 0, 60_000) * 1e6),
                arguments.count("expect-chunks", tokens, 0, 1_000_000));
        return streams.measure(arguments);
    }

    private Result measure(Arguments arguments) throws InterruptedException {
        int count = arguments.count("streams", 100, 1, 20_000);
        long ramp = arguments.nanos("ramp", 1);
        ProcessMeter meter = new ProcessMeter(arguments.pairs("watch"));
        Result result = new Result("streams", arguments.pairs("label"));
        meter.start();
        long start = System.nanoTime();
        long end = start + arguments.nanos("seconds", 10);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long begin = start + ramp * i / count;
            long number = i;
            clients.add(Thread.ofVirtual().start(() -> client(begin, end, number)));
        }
        for (Thread client : clients) {
            client.join();
        }
        meter.stop(result, "chunk", chunks.get());
        result.count("streams", count);
        result.count("streams_open_at_most", mostOpen.get());
        result.count("completed", completed.get());
        result.count("failed", failures.total());
        result.counts("failures_by_kind", failures);
        result.count("chunks", chunks.get());
        result.number("chunks_per_s", chunks.get() / ((System.nanoTime() - start) / 1e9));
        firstByte.describe("first_byte", result);
        lag.describe("lag", result);
        return result;
    }

    private void client(long begin, long end, long number) {
        Waiting.until(begin);
        Connection connection = null;
        for (long round = 0; System.nanoTime() < end; round++) {
            try {
                if (connection == null) {
                    connection = Connection.open(target, timeout);
                }
                if (!stream(connection, number * 1_000_000 + round)) {
                    connection.close();
                    connection = null;
                }
            } catch (IOException | ReplyReader.Malformed e) {
                failures.count(Connection.kindOf(e));
                if (connection != null) {
                    connection.close();
                    connection = null;
                }
                Waiting.millis(10);
            }
        }
        if (connection != null) {
            connection.close();
        }
    }

    /** One stream. Returns whether the connection can carry another. */
    private boolean stream(Connection connection, long sequence) throws IOException, ReplyReader.Malformed {
        StreamReply reply = new StreamReply();
        long sentAt = System.nanoTime();
        mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
        boolean whole = false;
        try {
            connection.send(request.numbered(sequence));
            while (!reply.reader().isDone()) {
                if (!reply.receiveFrom(connection)) {
                    break;
                }
            }
            whole = reply.reader().isDone() || reply.reader().endOfStream();
        } finally {
            open.decrementAndGet();
            chunks.addAndGet(reply.chunks());
        }
        String failure = failure(reply, whole);
        if (failure != null) {
            failures.count(failure);
            return whole && !reply.reader().closes();
        }
        completed.incrementAndGet();
        synchronized (this) {
            firstByte.record(reply.firstByteAt() - sentAt);
            reply.recordLags(pace, lag);
        }
        return !reply.reader().closes();
    }

    private @Nullable String failure(StreamReply reply, boolean whole) {
        if (reply.reader().hasHead() && reply.reader().status() != 200) {
            return "status " + reply.reader().status();
        } else if (reply.isFailed()) {
            return "error event";
        } else if (!whole) {
            return "closed before the reply's end";
        } else if (!reply.isDone()) {
            return "no [DONE]";
        } else if (expectedChunks > 0 && reply.chunks() != expectedChunks) {
            return reply.chunks() < expectedChunks ? "chunks missing" : "chunks too many";
        }
        return null;
    }
}
