package org.gatehouse.gateway.upstream.http;

/**
 * A body that ends where the connection ends: no length, not chunked. A cut cannot be told from its end; under TLS a missing
 * close_notify can (RFC 9112 9.8).
 */
final class CloseDelimitedBody implements Body {
    private final ReplyInput input;
    private boolean finished;

    CloseDelimitedBody(ReplyInput input) {
        this.input = input;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws UpstreamFailureException {
        if (finished || !input.available()) {
            finished = true;
            return -1;
        }
        int count = Math.min(length, input.buffer().remaining());
        input.buffer().get(target, offset, count);
        return count;
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public void close() {
        // holds nothing
    }
}
