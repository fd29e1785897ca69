package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The reply to a call: its head at once, its body as it arrives. Confined to the thread that executed the call.
 *
 * <p>Read to -1, the connection goes back to the pool; otherwise {@link UpstreamCall#close()} closes it.
 */
public final class UpstreamReply {
    private static final int FIRST_ARRAY_BYTES = 8 << 10;
    private static final String[] NOTHING = {};
    /** Header fields that a decoded body makes untrue. */
    private static final String[] DECODED = {"content-encoding", "content-length"};

    private final UpstreamCall call;
    private final ReplyHead head;
    private final Body body;
    private final long announcedLength;
    private final boolean reusable;
    private final String[] hidden;
    private boolean ended;

    /** Content codings that are undone here. */
    private enum Coding {
        NONE, GZIP, DEFLATE
    }

    private UpstreamReply(UpstreamCall call, ReplyHead head, Body body, long announcedLength, boolean reusable,
            String[] hidden) {
        this.call = call;
        this.head = head;
        this.body = body;
        this.announcedLength = announcedLength;
        this.reusable = reusable;
        this.hidden = hidden;
    }

    static UpstreamReply begin(UpstreamCall call, ReplyInput input, ReplyHead head, Framing framing, boolean reusable)
            throws UpstreamFailureException {
        if (framing.length() > call.limits().maxBodyBytes()) {
            throw call.fail(new UpstreamFailure.ReplyTooLarge(call.upstream(), call.limits().maxBodyBytes()), null);
        }
        Body plain = switch (framing.kind()) {
            case FIXED -> new FixedLengthBody(input, framing.length());
            case CHUNKED -> new ChunkedBody(input, call.limits().maxHeadBytes());
            case UNTIL_CLOSE -> new CloseDelimitedBody(input);
        };
        Coding coding = framing.length() == 0 ? Coding.NONE : coding(head, input);
        UpstreamReply reply = switch (coding) {
            case NONE -> new UpstreamReply(call, head, plain, framing.length(), reusable, NOTHING);
            case GZIP -> new UpstreamReply(call, head, new InflatingBody(plain, input, true), -1, reusable, DECODED);
            case DEFLATE ->
                new UpstreamReply(call, head, new InflatingBody(plain, input, false), -1, reusable, DECODED);
        };
        reply.endIfFinished();
        return reply;
    }

    /** The status code, 200 to 999; redirects and errors too. */
    public int status() {
        return head.status();
    }

    /** Value of the first header field of this name, in any case of letters. */
    public Optional<String> header(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        return Arrays.asList(hidden).contains(lowerCase)
                ? Optional.empty()
                : Optional.ofNullable(head.first(lowerCase));
    }

    /** All header fields in the upstream's order, without length and coding of a body that is decoded here. */
    public Iterable<Header> headers() {
        return head.without(hidden);
    }

    /**
     * Blocks until there is at least one byte of the body, then takes what is there.
     *
     * @return number of bytes; -1 when the body has ended cleanly; 0 only for a length of 0
     * @throws UpstreamFailureException when it ends otherwise; every later read throws it again
     */
    public int read(byte[] buffer, int offset, int length) throws UpstreamFailureException {
        if (ended) {
            return -1;
        }
        call.throwIfEnded();
        if (length == 0) {
            return 0;
        }
        int count = body.read(buffer, offset, length);
        if (count > 0) {
            call.received(count);
            if (call.bodyBytes() > call.limits().maxBodyBytes()) {
                throw call.fail(new UpstreamFailure.ReplyTooLarge(call.upstream(), call.limits().maxBodyBytes()), null);
            }
        }
        endIfFinished();
        return count;
    }

    /**
     * Sends what follows a switch of protocols (status 101). One thread at a time, beside the one that reads; blocks as long as
     * the upstream takes nothing, until the call is ended.
     *
     * @throws IOException when the connection broke, or the call was ended
     */
    public void write(byte[] buffer, int offset, int length) throws IOException {
        if (head.status() != 101) {
            throw new IllegalStateException("only a reply that switches protocols is written to");
        }
        call.write(buffer, offset, length);
    }

    /**
     * The rest of the body.
     *
     * @param max most bytes to take
     * @throws UpstreamFailureException {@link UpstreamFailure.ReplyTooLarge} when there is more, else as {@link #read} does
     */
    public byte[] readAll(int max) throws UpstreamFailureException {
        long expected = announcedLength < 0 ? FIRST_ARRAY_BYTES : announcedLength - call.bodyBytes();
        if (announcedLength >= 0 && expected > max) {
            throw tooLarge(max);
        }
        byte[] bytes = new byte[(int) Math.min(expected, max)];
        int length = 0;
        while (true) {
            if (length == bytes.length) {
                if (ended) {
                    return bytes;
                }
                // One byte more than allowed is enough to know that there is too much.
                bytes = Arrays.copyOf(bytes, (int) Math.min(Math.max(bytes.length * 2L, FIRST_ARRAY_BYTES), max + 1L));
            }
            int count = read(bytes, length, bytes.length - length);
            if (count < 0) {
                return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
            }
            length += count;
            if (length > max) {
                throw tooLarge(max);
            }
        }
    }

    void freeDecoder() {
        body.close();
    }

    private UpstreamFailureException tooLarge(long limit) {
        return call.fail(new UpstreamFailure.ReplyTooLarge(call.upstream(), limit), null);
    }

    private static Coding coding(ReplyHead head, ReplyInput input) throws UpstreamFailureException {
        String coding = head.first("content-encoding");
        return switch (coding == null ? "identity" : coding.toLowerCase(Locale.ROOT)) {
            case "identity", "" -> Coding.NONE;
            case "gzip", "x-gzip" -> Coding.GZIP;
            case "deflate" -> Coding.DEFLATE;
            default ->
                throw input.malformed("a content-encoding other than gzip and deflate, although none was asked for");
        };
    }

    private void endIfFinished() {
        if (!ended && body.isFinished()) {
            ended = true;
            body.close();
            call.complete(reusable);
        }
    }
}
