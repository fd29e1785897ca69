package org.gatehouse.gateway.upstream.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.upstream.http.Calls.RELAXED;
import static org.gatehouse.gateway.upstream.http.Calls.failure;
import static org.gatehouse.gateway.upstream.http.Calls.get;
import static org.gatehouse.gateway.upstream.http.Calls.text;

class CompressedReplyTest {
    private final UpstreamClient client = new UpstreamClient();

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    @Test
    void gzipIsDecodedAndItsHeadersHidden() throws Exception {
        try (ScriptedServer server = ScriptedServer.once(reply("gzip", gzip("hello")))) {
            List<Header> headers = Calls.onVirtualThread(() -> {
                try (UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED)) {
                    UpstreamReply reply = call.execute();
                    assertThat(reply.header("content-encoding")).isEmpty();
                    assertThat(reply.header("Content-Length")).isEmpty();
                    assertThat(reply.readAll(100)).asString(ISO_8859_1).isEqualTo("hello");
                    List<Header> all = new ArrayList<>();
                    reply.headers().forEach(all::add);
                    return all;
                }
            });
            assertThat(headers).containsExactly(new Header("X", "y"));
        }
    }

    @Test
    void largeBodiesInEveryCodingComeOutAsTheyWentIn() throws Exception {
        StringBuilder large = new StringBuilder();
        Random random = new Random(5);
        while (large.length() < 300_000) {
            large.append(random.nextInt());
        }
        String plain = large.toString();
        assertThat(decoded("gzip", gzip(plain))).isEqualTo(plain);
        assertThat(decoded("x-gzip", gzip(plain))).isEqualTo(plain);
        assertThat(decoded("deflate", deflate(plain, false))).isEqualTo(plain);
        assertThat(decoded("Deflate", deflate(plain, true))).isEqualTo(plain);
    }

    @Test
    void emptyAndMultipleAndPaddedMembersAreRead() throws Exception {
        assertThat(decoded("gzip", new byte[0])).isEmpty();
        assertThat(decoded("gzip", gzip(""))).isEmpty();
        assertThat(decoded("gzip", concat(gzip("hel"), gzip("lo")))).isEqualTo("hello");
        assertThat(decoded("gzip", concat(gzip("hello"), new byte[5]))).isEqualTo("hello");
    }

    @Test
    void everyOptionalFieldOfAGzipHeaderIsSkipped() throws Exception {
        byte[] plain = gzip("hello");
        for (int flags = 0; flags < 32; flags++) {
            ByteArrayOutputStream member = new ByteArrayOutputStream();
            member.write(new byte[]{0x1f, (byte) 0x8b, 8, (byte) flags, 0, 0, 0, 0, 0, 0});
            if ((flags & 4) != 0) {
                member.write(new byte[]{3, 0, 1, 2, 3});
            }
            if ((flags & 8) != 0) {
                member.writeBytes("name\0".getBytes(ISO_8859_1));
            }
            if ((flags & 16) != 0) {
                member.writeBytes("comment\0".getBytes(ISO_8859_1));
            }
            if ((flags & 2) != 0) {
                member.write(new byte[]{9, 9});
            }
            member.write(plain, 10, plain.length - 10);
            assertThat(decoded("gzip", member.toByteArray())).as("flags %d", flags).isEqualTo("hello");
        }
    }

    @Test
    void eachFlushedEventOfACompressedStreamIsDeliveredAtOnce() throws Exception {
        Semaphore delivered = new Semaphore(1);
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
            try (OutputStream zipped = new GZIPOutputStream(new ChunkStream(peer), 512, true)) {
                for (int event = 0; event < 20; event++) {
                    // The next event leaves only after the one before has come out at the other end.
                    delivered.acquire();
                    zipped.write(("data: " + event + "\n\n").getBytes(ISO_8859_1));
                    zipped.flush();
                }
            }
            peer.send("0\r\n\r\n");
            peer.awaitClose();
        })) {
            List<String> events = Calls.onVirtualThread(() -> {
                try (UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED)) {
                    UpstreamReply reply = call.execute();
                    List<String> seen = new ArrayList<>();
                    byte[] buffer = new byte[1000];
                    StringBuilder event = new StringBuilder();
                    for (int count = reply.read(buffer, 0, 1000); count >= 0; count = reply.read(buffer, 0, 1000)) {
                        event.append(new String(buffer, 0, count, ISO_8859_1));
                        if (event.indexOf("\n\n") >= 0) {
                            seen.add(event.toString());
                            event.setLength(0);
                            delivered.release();
                        }
                    }
                    return seen;
                }
            });
            assertThat(events).hasSize(20).startsWith("data: 0\n\n").endsWith("data: 19\n\n");
            assertThat(client.figures(server.endpoint()).idle()).isEqualTo(1);
        }
    }

    @Test
    void damageIsAProtocolError() throws Exception {
        byte[] good = gzip("hello");
        for (int at : new int[]{0, 1, 2, 3, 12, good.length - 8, good.length - 1}) {
            byte[] bad = good.clone();
            bad[at] ^= (byte) 0xe0;
            assertRefused("gzip", bad);
        }
        assertRefused("gzip", concat(good, new byte[]{1}));
        assertRefused("gzip", "hello".getBytes(ISO_8859_1));
        assertRefused("deflate", concat(deflate("hello", false), new byte[]{1}));
        assertRefused("deflate", new byte[]{0x78, (byte) 0x9c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    }

    @Test
    void smallReplyThatGrowsWithoutBoundIsStoppedAtTheLimit() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
            for (int mebibyte = 0; mebibyte < 50; mebibyte++) {
                zipped.write(new byte[1 << 20]);
            }
        }
        try (ScriptedServer server = ScriptedServer.once(reply("gzip", bytes.toByteArray()))) {
            UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED, new ReplyLimits(1000, 1 << 20));
            assertThat(failure(call))
                    .isEqualTo(new UpstreamFailure.ReplyTooLarge(server.endpoint().toString(), 1 << 20));
        }
    }

    @Test
    void checksumCountsEveryByte() throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update("hellO".getBytes(ISO_8859_1));
        byte[] wrong = gzip("hello");
        for (int index = 0; index < 4; index++) {
            wrong[wrong.length - 8 + index] = (byte) (checksum.getValue() >> (8 * index));
        }
        assertRefused("gzip", wrong);
    }

    private void assertRefused(String coding, byte[] body) throws IOException {
        try (ScriptedServer server = ScriptedServer.once(reply(coding, body))) {
            assertThat(failure(client.newCall(server.endpoint(), get("/"), RELAXED)))
                    .isInstanceOf(UpstreamFailure.ProtocolError.class);
        }
    }

    private String decoded(String coding, byte[] body) throws IOException, UpstreamFailureException {
        try (ScriptedServer server = ScriptedServer.once(reply(coding, body))) {
            return text(client, server.endpoint(), get("/"));
        }
    }

    private static byte[] reply(String coding, byte[] body) {
        return concat(("HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + "\r\nX: y\r\nContent-Length: " + body.length
                + "\r\n\r\n")
                .getBytes(ISO_8859_1), body);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
            zipped.write(text.getBytes(ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    private static byte[] deflate(String text, boolean bare) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream zipped = new DeflaterOutputStream(bytes,
                new Deflater(Deflater.DEFAULT_COMPRESSION, bare))) {
            zipped.write(text.getBytes(ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }

    /** Sends what is flushed as one chunk. */
    private static final class ChunkStream extends OutputStream {
        private final ScriptedServer.Peer peer;
        private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

        ChunkStream(ScriptedServer.Peer peer) {
            this.peer = peer;
        }

        @Override
        public void write(int value) {
            pending.write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            pending.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            if (pending.size() > 0) {
                peer.send(concat((Integer.toHexString(pending.size()) + "\r\n").getBytes(ISO_8859_1),
                        concat(pending.toByteArray(), new byte[]{'\r', '\n'})));
                pending.reset();
            }
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
