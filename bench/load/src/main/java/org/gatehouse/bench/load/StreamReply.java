package org.gatehouse.bench.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * What one streamed chat reply brought, event by event, with the time of each chunk of text. Confined to one thread and
 * used for one reply.
 */
final class StreamReply implements EventSplitter.EventSink {
    private static final byte[] DONE = ascii("[DONE]");
    private static final byte[] ERROR = ascii("{\"error\"");
    private static final byte[] USAGE = ascii("\"usage\":{");
    private static final byte[][] TEXT = {ascii("\"content\":\""), ascii("\"text\":\"")};

    private final EventSplitter events = new EventSplitter(this);
    private final ReplyReader reader = new ReplyReader(this::body);
    private long[] arrivals = new long[256];
    private int chunks;
    private long firstByteAt;
    private long now;
    private boolean done;
    private boolean failed;
    private @Nullable String usage;
    private final ByteArrayOutputStream refusal = new ByteArrayOutputStream();

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Takes the next bytes that arrive.
     *
     * @return whether there may be more
     */
    boolean receiveFrom(Connection connection) throws IOException, ReplyReader.Malformed {
        return connection.receive(reader);
    }

    ReplyReader reader() {
        return reader;
    }

    private void body(byte[] buffer, int from, int to) {
        if (reader.status() != 200) {
            refusal.write(buffer, from, to - from);
            return;
        }
        // One reading of the clock for all events of one arrival: they did arrive together.
        now = System.nanoTime();
        if (firstByteAt == 0) {
            firstByteAt = now;
        }
        events.bytes(buffer, from, to);
    }

    @Override
    public void data(byte[] buffer, int from, int to) {
        if (Arrays.equals(buffer, from, to, DONE, 0, DONE.length)) {
            done = true;
        } else if (startsWith(buffer, from, to, ERROR)) {
            failed = true;
        } else if (hasText(buffer, from, to)) {
            if (chunks == arrivals.length) {
                arrivals = Arrays.copyOf(arrivals, chunks * 2);
            }
            arrivals[chunks++] = now;
        } else if (indexOf(buffer, from, to, USAGE) >= 0) {
            usage = new String(buffer, from, to - from, StandardCharsets.UTF_8);
        }
    }

    private static boolean hasText(byte[] buffer, int from, int to) {
        for (byte[] name : TEXT) {
            int at = indexOf(buffer, from, to, name);
            if (at >= 0 && at + name.length < to && buffer[at + name.length] != '"') {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(byte[] buffer, int from, int to, byte[] start) {
        return to - from >= start.length
                && Arrays.equals(buffer, from, from + start.length, start, 0, start.length);
    }

    private static int indexOf(byte[] buffer, int from, int to, byte[] wanted) {
        search : for (int at = from; at <= to - wanted.length; at++) {
            for (int i = 0; i < wanted.length; i++) {
                if (buffer[at + i] != wanted[i]) {
                    continue search;
                }
            }
            return at;
        }
        return -1;
    }

    /** When the first byte of the body came, by {@link System#nanoTime}; 0 if none did. */
    long firstByteAt() {
        return firstByteAt;
    }

    /** Chunks that carried text. */
    int chunks() {
        return chunks;
    }

    boolean isDone() {
        return done;
    }

    /** Whether an error event came. */
    boolean isFailed() {
        return failed;
    }

    /** The body of a reply that is no stream but an error; empty otherwise. */
    String refusal() {
        return refusal.toString(StandardCharsets.UTF_8);
    }

    /** The chunk that told the usage, or {@code null} if none did. */
    @Nullable
    String usage() {
        return usage;
    }

    /**
     * Records by how much each chunk came later than its turn, where the turns are {@code pace} nanoseconds apart and the
     * chunk that came earliest for its turn sets the beginning.
     */
    void recordLags(long pace, Histogram lags) {
        long earliest = Long.MAX_VALUE;
        for (int i = 0; i < chunks; i++) {
            earliest = Math.min(earliest, arrivals[i] - i * pace);
        }
        for (int i = 0; i < chunks; i++) {
            lags.record(arrivals[i] - i * pace - earliest);
        }
    }
}
