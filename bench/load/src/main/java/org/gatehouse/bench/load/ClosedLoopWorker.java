package org.gatehouse.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * One thread that drives many connections through a selector. Not blocking threads as elsewhere: a blocked read costs a
 * parking and a wake-up, which on a small machine would make the generator the bottleneck and every ratio flattering.
 */
final class ClosedLoopWorker implements Runnable {
    private static final long RETRY_NANOS = 10_000_000;
    private static final long SWEEP_NANOS = 100_000_000;
    private static final int TAIL = 128;

    private final Target target;
    private final RequestTemplate request;
    private final @Nullable Dialect streamed;
    private final int connections;
    private final long windowFrom;
    private final long windowTo;
    private final long timeout;
    private final Tally errors;
    private final Histogram latency = new Histogram();
    private final AtomicLong completed = new AtomicLong();
    private final ByteBuffer input = ByteBuffer.allocateDirect(64 * 1024);
    private final byte[] bytes = new byte[64 * 1024];
    private long sequence;

    /** With the dialect of streams; {@code null} where replies are whole JSON. */
    ClosedLoopWorker(Target target, RequestTemplate request, @Nullable Dialect streamed, int connections, int number,
            long windowFrom,
            long windowTo, long timeout, Tally errors) {
        this.target = target;
        this.request = request;
        this.streamed = streamed;
        this.connections = connections;
        this.sequence = number * 1_000_000_000L;
        this.windowFrom = windowFrom;
        this.windowTo = windowTo;
        this.timeout = timeout;
        this.errors = errors;
    }

    /** Replies completed in the window so far; may be asked from any thread. */
    long completedInWindow() {
        return completed.get();
    }

    /** The latencies in the window; only after the thread has ended. */
    Histogram latency() {
        return latency;
    }

    @Override
    public void run() {
        List<Line> lines = new ArrayList<>();
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < connections; i++) {
                lines.add(new Line(selector));
            }
            long sweepAt = 0;
            for (long now = System.nanoTime(); now < windowTo; now = System.nanoTime()) {
                if (now >= sweepAt) {
                    lines.forEach(Line::sweep);
                    sweepAt = now + (lines.stream().allMatch(Line::isOpen) ? SWEEP_NANOS : RETRY_NANOS);
                }
                selector.select(key -> ((Line) key.attachment()).ready(), 10);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the selector failed; the run is void", e);
        } finally {
            lines.forEach(Line::close);
        }
    }

    /** One connection and the request that is under way on it. */
    private final class Line {
        private final Selector selector;
        private final ReplyReader reader = new ReplyReader(this::body);
        private @Nullable SocketChannel channel;
        private @Nullable SelectionKey key;
        private ByteBuffer output = ByteBuffer.allocate(0);
        private long sentAt;
        private long openAfter;
        private int firstBodyByte;
        private final byte[] tail = new byte[TAIL];
        private int tailLength;

        Line(Selector selector) {
            this.selector = selector;
        }

        boolean isOpen() {
            return channel != null;
        }

        void sweep() {
            long now = System.nanoTime();
            if (channel == null && now >= openAfter) {
                open();
            } else if (channel != null && now - sentAt > timeout) {
                fail("timeout");
            }
        }

        private void open() {
            try {
                SocketChannel fresh = SocketChannel.open();
                channel = fresh;
                fresh.setOption(StandardSocketOptions.TCP_NODELAY, true);
                fresh.connect(target.address());
                fresh.configureBlocking(false);
                key = fresh.register(selector, SelectionKey.OP_READ, this);
                send(fresh, key);
            } catch (IOException e) {
                fail("connect: " + Connection.kindOf(e));
            }
        }

        private void send(SocketChannel to, SelectionKey with) throws IOException {
            reader.reset();
            firstBodyByte = -1;
            tailLength = 0;
            output = ByteBuffer.wrap(request.numbered(sequence++));
            sentAt = System.nanoTime();
            write(to, with);
        }

        private void write(SocketChannel to, SelectionKey with) throws IOException {
            to.write(output);
            int interest = output.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
            if (with.interestOps() != interest) {
                with.interestOps(interest);
            }
        }

        void ready() {
            SocketChannel from = channel;
            SelectionKey with = key;
            if (from == null || with == null) {
                return;
            }
            try {
                if (output.hasRemaining()) {
                    write(from, with);
                }
                input.clear();
                int count = from.read(input);
                if (count < 0) {
                    if (reader.endOfStream()) {
                        complete(from, with);
                    } else {
                        fail(reader.hasHead() ? "closed before the reply's end" : "closed without a reply");
                    }
                } else if (count > 0) {
                    input.flip().get(bytes, 0, count);
                    int end = reader.accept(bytes, 0, count);
                    if (reader.isDone()) {
                        if (end < count) {
                            fail("bytes after the reply");
                        } else {
                            complete(from, with);
                        }
                    }
                }
            } catch (IOException | ReplyReader.Malformed e) {
                fail(Connection.kindOf(e));
            }
        }

        private void body(byte[] buffer, int from, int to) {
            if (firstBodyByte < 0 && to > from) {
                firstBodyByte = buffer[from];
            }
            if (streamed != null) {
                keep(buffer, from, to - from);
            }
        }

        /** The last bytes of the body, where a stream's end stands. */
        private void keep(byte[] buffer, int from, int count) {
            if (count >= TAIL) {
                System.arraycopy(buffer, from + count - TAIL, tail, 0, TAIL);
                tailLength = TAIL;
                return;
            }
            int kept = Math.min(tailLength, TAIL - count);
            System.arraycopy(tail, tailLength - kept, tail, 0, kept);
            System.arraycopy(buffer, from, tail, kept, count);
            tailLength = kept + count;
        }

        private void complete(SocketChannel from, SelectionKey with) throws IOException {
            long now = System.nanoTime();
            boolean inWindow = now >= windowFrom && now < windowTo;
            if (reader.status() != 200) {
                errors.count("status " + reader.status());
            } else if (streamed == null && firstBodyByte != '{') {
                errors.count("200 without a JSON body");
            } else if (streamed != null && !streamed.isOver(tail, tailLength)) {
                errors.count("200 with a stream that did not end as it should");
            } else if (inWindow) {
                latency.record(now - sentAt);
                completed.lazySet(completed.get() + 1);
            }
            if (reader.closes()) {
                close();
            } else {
                send(from, with);
            }
        }

        private void fail(String kind) {
            errors.count(kind);
            close();
            openAfter = System.nanoTime() + RETRY_NANOS;
        }

        void close() {
            SocketChannel closing = channel;
            channel = null;
            if (closing != null) {
                try {
                    closing.close();
                } catch (IOException e) {
                    // Nobody waits for it any more.
                }
            }
        }
    }
}
