package org.gatehouse.gateway.websocket;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a peer's frames and puts its messages together. Takes nothing that RFC 6455 forbids, and no extension, for none is
 * agreed on. A message is held as it arrives, never as it announces itself, up to the limit. Confined to one thread.
 */
public final class FrameReader {
    private static final int BUFFER_BYTES = 16 << 10;
    /** A message up to here takes no shared room. */
    private static final int SMALL_BYTES = 64 << 10;

    private final ByteSource source;
    private final boolean peerIsClient;
    private final int mostBytes;
    private final Room room;
    private int taken;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final byte[] key = new byte[Frames.MASK_BYTES];
    private int at;
    private int end;
    private int opened = Frames.CONTINUATION;
    private ByteArrayOutputStream message = new ByteArrayOutputStream(0);

    /**
     * Reads from that source.
     *
     * @param peerIsClient a client masks what it sends, a server does not
     * @param mostBytes of one message
     */
    public FrameReader(ByteSource source, boolean peerIsClient, int mostBytes) {
        this(source, peerIsClient, mostBytes, Room.ENDLESS);
    }

    /**
     * The same, in a room that it shares: a large message holds its part from when it arrives until the next one is asked for.
     */
    public FrameReader(ByteSource source, boolean peerIsClient, int mostBytes, Room room) {
        this.source = source;
        this.peerIsClient = peerIsClient;
        this.mostBytes = mostBytes;
        this.room = room;
    }

    /** Gives back what the last message holds; nothing is read any more. Called twice it does nothing. */
    public void close() {
        room.giveBack(taken);
        taken = 0;
    }

    /**
     * Waits for the next message; control messages come between the fragments of others. Nothing may be asked for after a
     * {@link Message.Close}.
     *
     * @throws EOFException when the peer has ended without a close
     * @throws ProtocolViolation when the connection is to be closed for what it sent
     */
    public Message next() throws IOException, ProtocolViolation {
        if (opened == Frames.CONTINUATION) {
            close();
        }
        while (true) {
            int first = octet();
            int second = octet();
            int opcode = first & Frames.OPCODE;
            boolean last = (first & Frames.FIN) != 0;
            check(first, second, opcode, last);
            long length = length(second & Frames.LENGTH);
            if (peerIsClient) {
                for (int index = 0; index < Frames.MASK_BYTES; index++) {
                    key[index] = (byte) octet();
                }
            }
            if (opcode >= Frames.CLOSE) {
                return control(opcode, (int) length);
            }
            if (length > mostBytes - message.size()) {
                throw new ProtocolViolation(CloseCodes.TOO_BIG, "a message is larger than " + mostBytes + " bytes");
            }
            if (opcode != Frames.CONTINUATION) {
                opened = opcode;
            }
            payload((int) length, message);
            if (last) {
                return whole();
            }
        }
    }

    private Message whole() throws ProtocolViolation {
        boolean text = opened == Frames.TEXT;
        byte[] bytes = message.toByteArray();
        opened = Frames.CONTINUATION;
        // A new one: the old one would keep the size of the largest message for ever.
        message = new ByteArrayOutputStream(0);
        if (text && !isUtf8(bytes)) {
            throw new ProtocolViolation(CloseCodes.NOT_UTF8, "a text message is not UTF-8");
        }
        return new Message.Data(text, bytes);
    }

    private void check(int first, int second, int opcode, boolean last) throws ProtocolViolation {
        if ((first & Frames.RESERVED) != 0) {
            throw broken("a reserved bit is set, and no extension was agreed on");
        }
        if (((second & Frames.MASKED) != 0) != peerIsClient) {
            throw broken(peerIsClient ? "a client's frame is not masked" : "a server's frame is masked");
        }
        boolean known = opcode <= Frames.BINARY || opcode >= Frames.CLOSE && opcode <= Frames.PONG;
        if (!known) {
            throw broken("a frame has the unknown opcode " + opcode);
        }
        if (opcode >= Frames.CLOSE) {
            if (!last || (second & Frames.LENGTH) > Frames.MOST_CONTROL) {
                throw broken("a control frame is fragmented or too long");
            }
        } else if (opcode == Frames.CONTINUATION == (opened == Frames.CONTINUATION)) {
            throw broken(opcode == Frames.CONTINUATION
                    ? "a fragment continues nothing"
                    : "a message begins inside another one");
        }
    }

    private long length(int announced) throws IOException, ProtocolViolation {
        if (announced < Frames.TWO_BYTES) {
            return announced;
        }
        int octets = announced == Frames.TWO_BYTES ? 2 : 8;
        long length = 0;
        for (int index = 0; index < octets; index++) {
            length = length << 8 | octet();
        }
        // RFC 6455 5.2: the shortest form, and no sign.
        if (length < 0 || length < (octets == 2 ? Frames.TWO_BYTES : 1 << 16)) {
            throw broken("a length is not written as it must be");
        }
        return length;
    }

    private Message control(int opcode, int length) throws IOException, ProtocolViolation {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(length);
        payload(length, bytes);
        byte[] payload = bytes.toByteArray();
        return switch (opcode) {
            case Frames.PING -> new Message.Ping(payload);
            case Frames.PONG -> new Message.Pong(payload);
            default -> close(payload);
        };
    }

    private static Message close(byte[] payload) throws ProtocolViolation {
        if (payload.length == 0) {
            return new Message.Close(CloseCodes.NONE, "");
        }
        int code = payload.length < 2 ? 0 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        if (!CloseCodes.mayBeSent(code)) {
            throw broken("a close frame has a code that must not be sent");
        }
        byte[] reason = Arrays.copyOfRange(payload, 2, payload.length);
        if (!isUtf8(reason)) {
            throw new ProtocolViolation(CloseCodes.NOT_UTF8, "the reason of a close frame is not UTF-8");
        }
        return new Message.Close(code, new String(reason, StandardCharsets.UTF_8));
    }

    private void payload(int length, ByteArrayOutputStream target) throws IOException, ProtocolViolation {
        int left = length;
        int phase = 0;
        while (left > 0) {
            fill();
            int count = Math.min(left, end - at);
            if (peerIsClient) {
                Frames.mask(buffer, at, at + count, key, 0, phase);
                phase = phase + count & 3;
            }
            if (target.size() + count > SMALL_BYTES) {
                if (!room.take(count)) {
                    // Nobody waits for the rest of this one: what it holds is for those who are further on.
                    message = new ByteArrayOutputStream(0);
                    close();
                    throw new ProtocolViolation(CloseCodes.TRY_LATER, "there is no room for so large a message now");
                }
                taken += count;
            }
            target.write(buffer, at, count);
            at += count;
            left -= count;
        }
    }

    private int octet() throws IOException {
        fill();
        return buffer[at++] & 0xff;
    }

    private void fill() throws IOException {
        if (at == end) {
            at = 0;
            end = 0;
            int count = source.read(buffer, 0, buffer.length);
            if (count < 0) {
                throw new EOFException("the peer has ended without a close");
            }
            end = count;
        }
    }

    private static boolean isUtf8(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                try {
                    StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(bytes));
                    return true;
                } catch (CharacterCodingException _) {
                    return false;
                }
            }
        }
        return true;
    }

    private static ProtocolViolation broken(String what) {
        return new ProtocolViolation(CloseCodes.PROTOCOL_ERROR, what);
    }
}
