package org.gatehouse.gateway.relay;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.upstream.http.UpstreamFailureException;

import static org.assertj.core.api.Assertions.assertThat;

class SseSplitterTest {

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void eventsAreTheSameWhereverThePacketsAreCut(String lineEnd) throws Exception {
        String text = "data: one\n\nevent: x\nid: 7\ndata: tw\u00f6\n\n: comment\n\ndata: a\ndata: b\n\ndata: [DONE]\n\n"
                .replace("\n", lineEnd);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second++) {
                assertThat(events(bytes, first, second)).as("cut at %d and %d", first, second)
                        .map(event -> event.replace(lineEnd, "\n"))
                        .containsExactly("data: one\n\n", "event: x\nid: 7\ndata: tw\u00f6\n\n", ": comment\n\n",
                                "data: a\ndata: b\n\n", "data: [DONE]\n\n");
            }
        }
    }

    @Test
    void oneByteAtATimeGivesTheSameEventsAndNoByteIsLost() throws Exception {
        Random random = new Random(5);
        for (int round = 0; round < 300; round++) {
            byte[] bytes = new byte[1 + random.nextInt(400)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) "ad: \n\r\n".charAt(random.nextInt(7));
            }
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            SseSplitter splitter = new SseSplitter(1 << 20);
            Packets packets = new Packets(bytes, random);
            while (splitter.fill(packets)) {
                for (SseSplitter.Event event = splitter.next(); event != null; event = splitter.next()) {
                    all.write(event.bytes(), event.from(), event.to() - event.from());
                }
            }
            SseSplitter.Event rest = splitter.rest();
            if (rest != null) {
                all.write(rest.bytes(), rest.from(), rest.to() - rest.from() - 2);
            }
            assertThat(all.toByteArray()).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: one\n\n", "data: one\r\n\r\n", "data: one\r\r"})
    void eventIsGivenOutWithoutWaitingForTheNext(String event) throws Exception {
        byte[] bytes = event.getBytes(StandardCharsets.UTF_8);
        SseSplitter splitter = new SseSplitter(1 << 20);

        splitter.fill((target, offset, _) -> copy(bytes, 0, bytes.length, target, offset));

        assertThat(splitter.next()).isNotNull();
    }

    @Test
    void eventThatTheEndCutShortIsMadeWhole() throws Exception {
        List<String> events = events("data: one\n\ndata: [DONE]".getBytes(StandardCharsets.UTF_8), 3, 9);

        assertThat(events).containsExactly("data: one\n\n", "data: [DONE]\n\n");
    }

    @Test
    void eventLargerThanAllowedIsNoticedWhileItGrows() throws Exception {
        SseSplitter splitter = new SseSplitter(10_000);
        int packets = 0;
        while (!splitter.tooLarge()) {
            splitter.fill((target, offset, length) -> copy(new byte[1000], 0, 1000, target, offset));
            assertThat(splitter.next()).isNull();
            packets++;
        }
        assertThat(packets).isEqualTo(11);
    }

    private static List<String> events(byte[] bytes, int first, int second) throws UpstreamFailureException {
        List<String> events = new ArrayList<>();
        SseSplitter splitter = new SseSplitter(1 << 20);
        int[] cuts = {0, first, second, bytes.length};
        for (int i = 1; i < cuts.length; i++) {
            int from = cuts[i - 1];
            int to = cuts[i];
            if (to > from) {
                splitter.fill((target, offset, _) -> copy(bytes, from, to, target, offset));
                for (SseSplitter.Event event = splitter.next(); event != null; event = splitter.next()) {
                    events.add(text(event));
                }
            }
        }
        SseSplitter.Event rest = splitter.rest();
        if (rest != null) {
            events.add(text(rest));
        }
        return events;
    }

    private static String text(SseSplitter.Event event) {
        return new String(event.bytes(), event.from(), event.to() - event.from(), StandardCharsets.UTF_8);
    }

    private static int copy(byte[] bytes, int from, int to, byte[] target, int offset) {
        System.arraycopy(bytes, from, target, offset, to - from);
        return to - from;
    }

    /** Packets of random lengths. */
    private static final class Packets implements SseSplitter.Source {
        private final byte[] bytes;
        private final Random random;
        private int at;

        private Packets(byte[] bytes, Random random) {
            this.bytes = bytes;
            this.random = random;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (at == bytes.length) {
                return -1;
            }
            int count = Math.min(Math.min(length, bytes.length - at), 1 + random.nextInt(3));
            System.arraycopy(bytes, at, target, offset, count);
            at += count;
            return count;
        }
    }
}
