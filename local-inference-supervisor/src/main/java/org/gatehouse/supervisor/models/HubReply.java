package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.util.function.LongSupplier;

/** A hub's answer whose body is still coming. Read by one thread; the stall watch may end it from another. */
final class HubReply implements AutoCloseable {
    private final int status;
    private final HttpHeaders headers;
    private final String linkedSha256;
    private final InputStream body;
    private final LongSupplier nanoTime;
    private final Runnable onClose;
    private volatile long lastNanos;
    private volatile boolean stalled;

    HubReply(int status, HttpHeaders headers, String linkedSha256, InputStream body, LongSupplier nanoTime,
            java.util.function.Consumer<HubReply> onClose) {
        this.status = status;
        this.headers = headers;
        this.linkedSha256 = linkedSha256;
        this.body = body;
        this.nanoTime = nanoTime;
        this.onClose = () -> onClose.accept(this);
        lastNanos = nanoTime.getAsLong();
    }

    int status() {
        return status;
    }

    /** The SHA-256 that the hub itself, not the storage behind it, names; empty when it names none. */
    String linkedSha256() {
        return linkedSha256;
    }

    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    /** Bytes of the body; -1 when the hub does not say. */
    long length() {
        return headers.firstValueAsLong("content-length").orElse(-1);
    }

    /** The next bytes; -1 at the end. */
    int read(byte[] buffer) throws HubClient.Trouble, InterruptedException {
        lastNanos = nanoTime.getAsLong();
        try {
            int count = body.read(buffer);
            if (count < 0 && stalled) {
                throw new HubClient.Trouble("nothing came for too long");
            }
            lastNanos = nanoTime.getAsLong();
            return count;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            throw new HubClient.Trouble(stalled
                    ? "nothing came for too long"
                    : "the connection broke off: "
                            + e.getMessage());
        }
    }

    /** Ends the connection if nothing has come since so many nanoseconds. */
    void endIfSilentFor(long nanos) {
        if (nanoTime.getAsLong() - lastNanos > nanos) {
            stalled = true;
            closeBody();
        }
    }

    @Override
    public void close() {
        onClose.run();
        closeBody();
    }

    private void closeBody() {
        try {
            body.close();
        } catch (IOException e) {
            // It is as closed as it will be.
        }
    }
}
