package org.gatehouse.gateway.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.ClientReply;

/**
 * A reply to a client of Google's that did not ask for server-sent events: what goes to it as events arrives as one JSON
 * array that grows by an answer at a time, and an error as the only item of one. An error inside of a stream is the array's
 * last item, as Google has it. Confined to the call's thread.
 */
final class ArrayReply implements ClientReply {
    private static final String EVENTS = "text/event-stream";
    private static final String JSON = "application/json";
    private static final byte[] FIRST = "[".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEXT = ",\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST = "]".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EMPTY = "[]".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FIELD = "data:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ERROR = "\"error\"".getBytes(StandardCharsets.US_ASCII);

    private final ClientReply reply;
    private @Nullable Body items;

    ArrayReply(ClientReply reply) {
        this.reply = reply;
    }

    @Override
    public void header(String name, String value) {
        reply.header(name, value);
    }

    @Override
    public void send(int status, String contentType, byte[] body) {
        ByteArrayOutputStream item = new ByteArrayOutputStream(body.length + 2);
        item.writeBytes(FIRST);
        item.writeBytes(body);
        item.writeBytes(LAST);
        reply.send(status, contentType, item.toByteArray());
    }

    @Override
    public Body open(int status, String contentType) {
        Body out = reply.open(status, contentType.startsWith(EVENTS) ? JSON : contentType);
        Body opened = contentType.startsWith(EVENTS) ? new Items(out) : out;
        items = opened;
        return opened;
    }

    @Override
    public Body body() {
        Body open = items;
        return open == null ? reply.body() : open;
    }

    @Override
    public boolean started() {
        return reply.started();
    }

    @Override
    public void breakOff() {
        reply.breakOff();
    }

    /** Reads the events as they are written, however they are cut up, and writes their data. */
    private static final class Items implements Body {
        private final Body out;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        private final ByteArrayOutputStream data = new ByteArrayOutputStream(512);
        private boolean returned;
        private boolean begun;
        private boolean over;

        private Items(Body out) {
            this.out = out;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            for (int at = offset; at < offset + length; at++) {
                byte here = bytes[at];
                // WHATWG HTML 9.2.5: lines end with LF, CR LF or CR.
                boolean sameEnd = here == '\n' && returned;
                returned = here == '\r';
                if (here != '\n' && here != '\r') {
                    line.write(here);
                } else if (line.size() > 0) {
                    field();
                } else if (!sameEnd) {
                    item();
                }
            }
        }

        private void field() {
            byte[] text = line.toByteArray();
            line.reset();
            if (text.length >= FIELD.length && Arrays.equals(text, 0, FIELD.length, FIELD, 0, FIELD.length)) {
                if (data.size() > 0) {
                    data.write('\n');
                }
                data.write(text, FIELD.length, text.length - FIELD.length);
            }
        }

        private void item() {
            if (data.size() == 0 || over) {
                data.reset();
                return;
            }
            byte[] item = new String(data.toByteArray(), StandardCharsets.UTF_8).strip()
                    .getBytes(StandardCharsets.UTF_8);
            data.reset();
            byte[] before = begun ? NEXT : FIRST;
            out.write(before, 0, before.length);
            out.write(item, 0, item.length);
            begun = true;
            if (isError(item)) {
                over = true;
                out.write(LAST, 0, LAST.length);
            }
        }

        private static boolean isError(byte[] item) {
            int at = 1;
            while (at < item.length && Character.isWhitespace(item[at])) {
                at++;
            }
            return item.length - at >= ERROR.length
                    && Arrays.equals(item, at, at + ERROR.length, ERROR, 0, ERROR.length);
        }

        @Override
        public void flush() {
            out.flush();
        }

        @Override
        public void end() {
            if (!over) {
                byte[] last = begun ? LAST : EMPTY;
                out.write(last, 0, last.length);
            }
            out.end();
        }
    }
}
