package org.gatehouse.gateway.websocket;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Frames under every split of their bytes, whole and forged. */
class FrameReaderTest {
    private static final int MOST = 1 << 20;

    /** Bytes that arrive in pieces of any size. */
    private static ByteSource pieces(byte[] bytes, Random random) {
        int[] at = {0};
        return (target, offset, length) -> {
            if (at[0] == bytes.length) {
                return -1;
            }
            int count = Math.min(1 + random.nextInt(Math.min(length, 5000)), bytes.length - at[0]);
            System.arraycopy(bytes, at[0], target, offset, count);
            at[0] += count;
            return count;
        };
    }

    private static Message.Data message(Random random) {
        int length = switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> random.nextInt(130);
            case 2 -> 125 + random.nextInt(3);
            case 3 -> 65_534 + random.nextInt(4);
            default -> random.nextInt(20_000);
        };
        if (random.nextBoolean()) {
            StringBuilder text = new StringBuilder();
            while (text.length() < length) {
                text.append(random.nextInt(4) == 0 ? "好" : random.nextInt(9) == 0 ? "😀" : "a");
            }
            return new Message.Data(true, text.toString().getBytes(StandardCharsets.UTF_8));
        }
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return new Message.Data(false, bytes);
    }

    /** One message in any number of frames, with pings between them. */
    private static void fragment(Message.Data message, boolean masked, Random random, ByteArrayOutputStream out) {
        int at = 0;
        int opcode = message.text() ? Frames.TEXT : Frames.BINARY;
        while (true) {
            int count = random.nextInt(3) == 0
                    ? message.bytes().length - at
                    : random.nextInt(message.bytes().length - at + 1);
            boolean last = at + count == message.bytes().length && random.nextBoolean();
            frame(opcode | (last ? Frames.FIN : 0), java.util.Arrays.copyOfRange(message.bytes(), at, at + count),
                    masked, random, out);
            at += count;
            opcode = Frames.CONTINUATION;
            if (last) {
                return;
            }
            if (random.nextInt(3) == 0) {
                frame(Frames.FIN | Frames.PING, new byte[random.nextInt(126)], masked, random, out);
            }
        }
    }

    private static void frame(int first, byte[] payload, boolean masked, Random random, ByteArrayOutputStream out) {
        out.write(first);
        int bit = masked ? 0x80 : 0;
        if (payload.length < 126) {
            out.write(bit | payload.length);
        } else if (payload.length < 65_536) {
            out.write(bit | 126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        } else {
            out.write(bit | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                out.write((int) ((long) payload.length >> shift));
            }
        }
        byte[] key = new byte[4];
        if (masked) {
            random.nextBytes(key);
            out.writeBytes(key);
        }
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ key[i & 3]);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void messagesComeOutAsTheyWentInHoweverTheyAreCut(boolean fromClient) throws Exception {
        Random random = new Random(11);
        for (int round = 0; round < 60; round++) {
            List<Message.Data> sent = new ArrayList<>();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int i = 0; i < 8; i++) {
                Message.Data message = message(random);
                sent.add(message);
                fragment(message, fromClient, random, out);
            }
            FrameReader reader = new FrameReader(pieces(out.toByteArray(), random), fromClient, MOST);
            for (Message.Data message : sent) {
                Message heard = reader.next();
                while (heard instanceof Message.Ping) {
                    heard = reader.next();
                }
                assertThat(heard).isInstanceOf(Message.Data.class);
                assertThat(((Message.Data) heard).text()).isEqualTo(message.text());
                assertThat(((Message.Data) heard).bytes()).isEqualTo(message.bytes());
            }
            assertThatThrownBy(reader::next).isInstanceOf(EOFException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writerWritesWhatTheReaderReads(boolean client) throws Exception {
        Random random = new Random(12);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteSink sink = out::write;
        FrameWriter writer = client
                ? FrameWriter.ofClient(sink, random, System::nanoTime)
                : FrameWriter.ofServer(sink, System::nanoTime);
        List<Message.Data> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Message.Data message = i == 50 ? new Message.Data(false, new byte[200_001]) : message(random);
            sent.add(message);
            writer.send(message);
        }
        assertThat(writer.close(4000, "ä".repeat(100))).isTrue();
        assertThat(writer.send("too late")).isFalse();
        FrameReader reader = new FrameReader(pieces(out.toByteArray(), random), client, MOST);
        for (Message.Data message : sent) {
            assertThat(((Message.Data) reader.next()).bytes()).isEqualTo(message.bytes());
        }
        Message.Close close = (Message.Close) reader.next();
        assertThat(close.code()).isEqualTo(4000);
        // Cut between two characters.
        assertThat(close.reason()).isEqualTo("ä".repeat(61));
        assertThatThrownBy(reader::next).isInstanceOf(EOFException.class);
    }

    @Test
    void whatIsCutOffIsNoMessage() throws Exception {
        Random random = new Random(13);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fragment(new Message.Data(true, "{\"type\":\"x\"}".getBytes(StandardCharsets.UTF_8)), true, random, out);
        byte[] whole = out.toByteArray();
        for (int length = 0; length < whole.length; length++) {
            FrameReader reader = new FrameReader(pieces(java.util.Arrays.copyOf(whole, length), random), true, MOST);
            assertThatThrownBy(() -> {
                while (true) {
                    if (reader.next() instanceof Message.Data) {
                        return;
                    }
                }
            }).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void nonsenseEndsInAViolationOrInNothing() {
        Random random = new Random(14);
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            FrameReader reader = new FrameReader(pieces(bytes, random), random.nextBoolean(), 4096);
            try {
                while (!(reader.next() instanceof Message.Close)) {
                    // On to the next.
                }
            } catch (EOFException _) {
                // It announced more than there is.
            } catch (IOException e) {
                throw new AssertionError(e);
            } catch (ProtocolViolation violation) {
                assertThat(CloseCodes.mayBeSent(violation.code())).isTrue();
            }
        }
    }

    @Test
    void announcedLengthTakesNoMemory() {
        byte[] head = {(byte) 0x82, 127, 0, 0, 0, 0, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff};
        FrameReader reader = new FrameReader(pieces(head, new Random(1)), false, Integer.MAX_VALUE);
        assertThatThrownBy(reader::next).isInstanceOf(EOFException.class);
    }

    @Test
    void manySmallFragmentsDoNotPassTheLimitTogether() {
        Random random = new Random(15);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        frame(Frames.TEXT, new byte[60], true, random, out);
        frame(Frames.CONTINUATION, new byte[60], true, random, out);
        FrameReader reader = new FrameReader(pieces(out.toByteArray(), random), true, 100);
        assertThatThrownBy(reader::next).isInstanceOf(ProtocolViolation.class)
                .extracting(e -> ((ProtocolViolation) e).code()).isEqualTo(CloseCodes.TOO_BIG);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535})
    void codeThatMustNotBeSentIsAViolation(int code) {
        byte[] frame = {(byte) 0x88, 2, (byte) (code >> 8), (byte) code};
        FrameReader reader = new FrameReader(pieces(frame, new Random(1)), false, MOST);
        assertThatThrownBy(reader::next).isInstanceOf(ProtocolViolation.class);
    }

    @Test
    void messageThatFindsNoRoomHoldsNoneWhenItIsRefused() throws Exception {
        Random random = new Random(5);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        frame(Frames.FIN | Frames.BINARY, new byte[400_000], true, random, bytes);
        AtomicLong left = new AtomicLong(200_000);
        FrameReader reader = new FrameReader(pieces(bytes.toByteArray(), random), true, MOST, new Room() {
            @Override
            public boolean take(int count) {
                return left.get() >= count && left.addAndGet(-count) >= 0;
            }

            @Override
            public void giveBack(int count) {
                left.addAndGet(count);
            }
        });
        assertThatThrownBy(reader::next).isInstanceOfSatisfying(ProtocolViolation.class,
                refused -> assertThat(refused.code()).isEqualTo(CloseCodes.TRY_LATER));
        assertThat(left).hasValue(200_000);
        reader.close();
        assertThat(left).hasValue(200_000);
    }
}
