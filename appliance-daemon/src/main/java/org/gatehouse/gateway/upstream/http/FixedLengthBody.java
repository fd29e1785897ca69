package org.gatehouse.gateway.upstream.http;

/** A body of a length known from the head; zero where there is none (RFC 9112 6.3). */
final class FixedLengthBody implements Body {
    private final ReplyInput input;
    private long left;

    FixedLengthBody(ReplyInput input, long length) {
        this.input = input;
        this.left = length;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws UpstreamFailureException {
        if (left == 0) {
            return -1;
        }
        input.require("before the announced length was reached");
        int count = (int) Math.min(Math.min(length, left), input.buffer().remaining());
        input.buffer().get(target, offset, count);
        left -= count;
        return count;
    }

    @Override
    public boolean isFinished() {
        return left == 0;
    }

    @Override
    public void close() {
        // holds nothing
    }
}
