package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The bytes of one call's reply: fills the connection's buffer under the call's deadlines and turns every way in which that can
 * fail into the call's {@link UpstreamFailure}. Confined to the call's thread.
 */
final class ReplyInput {
    private static final int NOT_FOUND = -1;

    private final UpstreamCall call;
    private final Connection connection;
    private boolean inHead = true;

    ReplyInput(UpstreamCall call, Connection connection) {
        this.call = call;
        this.connection = connection;
    }

    /** Bytes that have arrived and not been consumed. */
    ByteBuffer buffer() {
        return connection.buffer();
    }

    /** Makes sure that the buffer holds at least one byte; blocks when it is empty. False at the end of the stream. */
    boolean available() throws UpstreamFailureException {
        return connection.buffer().hasRemaining() || fill();
    }

    /** As {@link #available()}, where the end of the stream is a failure. */
    void require(String where) throws UpstreamFailureException {
        if (!available()) {
            throw call.cut("end of stream " + where, null);
        }
    }

    /** The next byte, which the reply cannot end before. */
    int next(String where) throws UpstreamFailureException {
        require(where);
        return connection.buffer().get() & 0xff;
    }

    UpstreamFailureException malformed(String what) {
        return call.fail(new UpstreamFailure.ProtocolError(call.upstream(), what), null);
    }

    UpstreamFailureException cut(String where) {
        return call.cut(where, null);
    }

    /** Reads one head, the empty line included. */
    ReplyHead readHead(int maxBytes) throws UpstreamFailureException {
        byte[] before = new byte[0];
        int matched = 0;
        while (true) {
            require(before.length == 0 ? "before the reply" : "in the head of the reply");
            ByteBuffer buffer = connection.buffer();
            int begin = buffer.position();
            int end = NOT_FOUND;
            for (int index = begin; index < buffer.limit() && end == NOT_FOUND; index++) {
                matched = nextMatch(matched, buffer.get(index));
                end = matched == 4 ? index + 1 : NOT_FOUND;
            }
            int taken = (end == NOT_FOUND ? buffer.limit() : end) - begin;
            if (before.length + taken > maxBytes) {
                throw malformed("the head is larger than " + maxBytes + " bytes");
            }
            byte[] bytes = Arrays.copyOf(before, before.length + taken);
            buffer.get(bytes, before.length, taken);
            if (end != NOT_FOUND) {
                return parse(bytes);
            }
            before = bytes;
        }
    }

    /** From here on the silence between chunks is what is bounded. */
    void headIsComplete() {
        inHead = false;
        call.waitIsOver();
    }

    private ReplyHead parse(byte[] bytes) throws UpstreamFailureException {
        try {
            return ReplyHeadParser.parse(bytes);
        } catch (MalformedReply broken) {
            throw malformed(String.valueOf(broken.getMessage()));
        }
    }

    /** How much of CR LF CR LF the bytes so far end with. */
    private static int nextMatch(int matched, byte value) {
        if (value == '\n') {
            return matched == 1 || matched == 3 ? matched + 1 : 0;
        }
        if (value == '\r') {
            return matched == 2 ? 3 : 1;
        }
        return 0;
    }

    private boolean fill() throws UpstreamFailureException {
        if (!inHead) {
            call.waitForBody();
        }
        int count;
        try {
            count = connection.fill();
        } catch (IOException broken) {
            throw call.cut("reset", broken);
        }
        if (count <= 0) {
            // Closing a channel under a reader can look like the end of the stream.
            call.throwIfEnded();
            return false;
        }
        call.replyHasBegun();
        if (!inHead) {
            call.waitIsOver();
        }
        return true;
    }
}
