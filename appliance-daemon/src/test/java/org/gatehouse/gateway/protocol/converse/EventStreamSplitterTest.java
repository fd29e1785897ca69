package org.gatehouse.gateway.protocol.converse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.protocol.BrokenAnswerException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EventStreamSplitterTest {
    private static final byte[] STREAM = stream();
    private static final List<String> MESSAGES = List.of("messageStart:false:{\"role\":\"assistant\"}",
            "contentBlockDelta:false:{\"delta\":{\"text\":\"né😀\"}}", "empty:false:",
            "throttlingException:true:{\"message\":\"slow\"}", "InternalError:true:{\"message\":\"broke\"}");

    @Test
    void everySplitInTwoGivesTheSameMessages() throws BrokenAnswerException {
        for (int cut = 0; cut <= STREAM.length; cut++) {
            assertThat(read(STREAM, cut)).as("cut at %d", cut).isEqualTo(MESSAGES);
        }
    }

    @Test
    void bytesOneByOneAndInRandomPacketsGiveTheSameMessages() throws BrokenAnswerException {
        int[] each = new int[STREAM.length];
        Arrays.setAll(each, i -> i);
        assertThat(read(STREAM, each)).isEqualTo(MESSAGES);
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            int[] cuts = random.ints(random.nextInt(20), 0, STREAM.length).sorted().toArray();
            assertThat(read(STREAM, cuts)).as("seed %d", seed).isEqualTo(MESSAGES);
        }
    }

    @Test
    void aMessageLargerThanTheBufferIsRead() throws BrokenAnswerException {
        String payload = "{\"a\":\"" + "x".repeat(100_000) + "\"}";
        byte[] large = Frames.event("big", payload);
        assertThat(read(large, 10, 5_000, 99_000)).containsExactly("big:false:" + payload);
    }

    @Test
    void everyFlippedBitIsNoticed() {
        byte[] one = Frames.event("contentBlockDelta", "{\"delta\":{\"text\":\"a\"}}");
        for (int i = 0; i < one.length * 8; i++) {
            byte[] flipped = one.clone();
            flipped[i / 8] ^= (byte) (1 << (i % 8));
            assertThatThrownBy(() -> read(flipped)).as("bit %d", i).isInstanceOf(BrokenAnswerException.class);
        }
    }

    @Test
    void everyTruncationLeavesTheSplitterInsideAMessage() throws BrokenAnswerException {
        byte[] one = Frames.event("messageStop", "{\"stopReason\":\"end_turn\"}");
        for (int length = 1; length < one.length; length++) {
            EventStreamSplitter splitter = new EventStreamSplitter();
            splitter.feed(one, 0, length);
            assertThat(splitter.next()).isNull();
            assertThat(splitter.inside()).isTrue();
        }
    }

    @Test
    void theSpecificationsOwnExampleOfAnEmptyMessageHasTheseBytes() throws BrokenAnswerException {
        byte[] empty = HexFormat.of().parseHex("000000100000000005c248eb7d98c8ff");
        assertThat(Frames.frame(new byte[0], new byte[0])).isEqualTo(empty);
        assertThat(read(empty)).containsExactly(":false:");
    }

    @Test
    void impossibleLengthsAndBrokenHeadersAreRefused() {
        byte[] large = Frames.event("e", "x".repeat(1_000));
        assertThatThrownBy(() -> {
            EventStreamSplitter splitter = new EventStreamSplitter(500);
            splitter.feed(large, 0, large.length);
            splitter.next();
        }).isInstanceOf(BrokenAnswerException.class).hasMessageContaining("impossible length");
        assertThatThrownBy(() -> read(Frames.frame(new byte[]{9, 'a'}, new byte[0])))
                .isInstanceOf(BrokenAnswerException.class).hasMessageContaining("do not end");
        assertThatThrownBy(() -> read(Frames.frame(new byte[]{1, 'a', 77}, new byte[0])))
                .isInstanceOf(BrokenAnswerException.class).hasMessageContaining("unknown type");
    }

    private static List<String> read(byte[] stream, int... cuts) throws BrokenAnswerException {
        EventStreamSplitter splitter = new EventStreamSplitter();
        List<String> messages = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= cuts.length; i++) {
            int to = i < cuts.length ? cuts[i] : stream.length;
            splitter.feed(stream, from, to);
            from = to;
            for (EventStreamSplitter.Message message = splitter.next(); message != null; message = splitter.next()) {
                messages.add(message.type() + ":" + message.failed() + ":"
                        + new String(message.data(), StandardCharsets.UTF_8));
            }
        }
        if (splitter.inside()) {
            throw new BrokenAnswerException("was cut");
        }
        return messages;
    }

    private static byte[] stream() {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(Frames.event("messageStart", "{\"role\":\"assistant\"}"));
        stream.writeBytes(Frames.event("contentBlockDelta", "{\"delta\":{\"text\":\"né😀\"}}"));
        stream.writeBytes(Frames.event("empty", ""));
        stream.writeBytes(Frames.exception("throttlingException", "{\"message\":\"slow\"}"));
        stream.writeBytes(Frames.frame("", ":message-type", "error", ":error-code", "InternalError", ":error-message",
                "broke"));
        return stream.toByteArray();
    }
}
