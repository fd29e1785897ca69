package org.gatehouse.gateway.upstream.http;

/**
 * How large a reply may be. A larger one ends in {@link UpstreamFailure.ProtocolError} (head) or
 * {@link UpstreamFailure.ReplyTooLarge} (body).
 *
 * @param maxHeadBytes status line and header fields together, in bytes; chunk trailers are held to the same limit
 * @param maxBodyBytes body in bytes after decoding, so that a small compressed reply cannot grow without bound
 */
public record ReplyLimits(int maxHeadBytes, long maxBodyBytes) {
    /** 64 KiB of head, 64 MiB of body. */
    public static final ReplyLimits DEFAULT = new ReplyLimits(64 << 10, 64L << 20);

    /** Both limits must be positive. */
    public ReplyLimits {
        if (maxHeadBytes < 1 || maxBodyBytes < 1) {
            throw new IllegalArgumentException("Reply limits are " + maxHeadBytes + " and " + maxBodyBytes
                    + " bytes. Give numbers above zero.");
        }
    }
}
