package org.gatehouse.gateway.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.protocol.BrokenAnswerException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AmazonEventsTest {
    private static final byte[] STREAM = join(frame("event", ":event-type", "messageStart", "{\"role\":\"assistant\"}"),
            frame("event", ":event-type", "contentBlockDelta", "{\"delta\":{\"text\":\"t\u00f6\"}}"),
            frame("exception", ":exception-type", "throttlingException", "{\"message\":\"slow\"}"),
            frame("error", ":error-code", "Broken", ""));

    @Test
    void eventsAreTheSameWhereverThePacketsAreCut() throws Exception {
        for (int cut = 0; cut <= STREAM.length; cut++) {
            assertThat(read(List.of(Arrays.copyOf(STREAM, cut), Arrays.copyOfRange(STREAM, cut, STREAM.length))))
                    .as("cut at %d", cut).containsExactly("messageStart {\"role\":\"assistant\"}",
                            "contentBlockDelta {\"delta\":{\"text\":\"t\u00f6\"}}",
                            "throttlingException {\"message\":\"slow\"}", "BrokenError {\"message\":\"\"}");
        }
    }

    @Test
    void streamThatEndsInsideOfAFrameWasCut() throws Exception {
        int first = frame("event", ":event-type", "messageStart", "{\"role\":\"assistant\"}").length;
        assertThat(read(List.of(Arrays.copyOf(STREAM, first)))).hasSize(1);
        for (int cut = first + 1; cut < first + 60; cut++) {
            byte[] left = Arrays.copyOf(STREAM, cut);
            assertThatThrownBy(() -> read(List.of(left))).as("cut at %d", cut)
                    .isInstanceOf(BrokenAnswerException.class).hasMessageContaining("in the middle of an event");
        }
    }

    @Test
    void frameThatIsTooLargeIsRefusedBeforeItIsRead() {
        byte[] large = frame("event", ":event-type", "contentBlockDelta", "x".repeat(200));
        AmazonEvents events = new AmazonEvents(100);
        assertThatThrownBy(() -> {
            events.fill((target, offset, length) -> {
                System.arraycopy(large, 0, target, offset, 12);
                return 12;
            });
            events.next();
        }).isInstanceOf(BrokenAnswerException.class).hasMessageContaining("length");
    }

    private static List<String> read(List<byte[]> packets) throws Exception {
        AmazonEvents events = new AmazonEvents(1 << 20);
        List<String> all = new ArrayList<>();
        List<byte[]> left = new ArrayList<>(packets);
        left.removeIf(packet -> packet.length == 0);
        while (events.fill((target, offset, length) -> {
            if (left.isEmpty()) {
                return -1;
            }
            byte[] packet = left.removeFirst();
            System.arraycopy(packet, 0, target, offset, packet.length);
            return packet.length;
        })) {
            for (EventCutter.Event event = events.next(); event != null; event = events.next()) {
                EventData data = EventData.of(event);
                all.add(data.type() + " " + new String(data.bytes(), data.from(), data.to() - data.from(),
                        StandardCharsets.UTF_8));
            }
        }
        assertThat(events.rest()).isNull();
        return all;
    }

    private static byte[] frame(String kind, String name, String type, String payload) {
        byte[] headers = join(header(":message-type", kind), header(name, type));
        byte[] data = payload.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(16 + headers.length + data.length);
        frame.putInt(frame.capacity()).putInt(headers.length).putInt(sum(frame.array(), 8)).put(headers).put(data);
        return frame.putInt(sum(frame.array(), frame.position())).array();
    }

    private static byte[] header(String name, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + name.length() + text.length).put((byte) name.length())
                .put(name.getBytes(StandardCharsets.US_ASCII)).put((byte) 7).putShort((short) text.length).put(text)
                .array();
    }

    private static int sum(byte[] bytes, int length) {
        CRC32 sum = new CRC32();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
