package org.gatehouse.batch;

import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.ClientReply;

/** The answer to a row, gathered in memory. Confined to the row's thread. */
final class GatheredReply implements ClientReply {
    private final Map<String, String> headers = new HashMap<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int status;
    private boolean whole;
    private boolean started;

    @Override
    public void header(String name, String value) {
        headers.put(name.toLowerCase(Locale.ROOT), value);
    }

    @Override
    public void send(int sent, String contentType, byte[] body) {
        started = true;
        status = sent;
        bytes.writeBytes(body);
        whole = true;
    }

    @Override
    public Body open(int sent, String contentType) {
        started = true;
        status = sent;
        return body();
    }

    @Override
    public Body body() {
        return new Body() {
            @Override
            public void write(byte[] from, int offset, int length) {
                bytes.write(from, offset, length);
            }

            @Override
            public void flush() {
                // Nobody reads along.
            }

            @Override
            public void end() {
                whole = true;
            }
        };
    }

    @Override
    public boolean started() {
        return started;
    }

    @Override
    public void breakOff() {
        whole = false;
    }

    /** Whether an answer came, to its end. */
    boolean whole() {
        return whole;
    }

    int status() {
        return status;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    @Nullable
    String header(String name) {
        return headers.get(name);
    }
}
