package org.gatehouse.gateway.upstream.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.upstream.http.Calls.RELAXED;
import static org.gatehouse.gateway.upstream.http.Calls.failure;
import static org.gatehouse.gateway.upstream.http.Calls.get;
import static org.gatehouse.gateway.upstream.http.Calls.text;

/** An upstream that dies must never look like one that has finished. */
class CutTest {
    private final UpstreamClient client = new UpstreamClient();

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nT: v\r\n\r\n"})
    void replyCutAtAnyByteButTheLastIsAnError(String reply) throws Exception {
        cutEverywhere(reply.getBytes(ISO_8859_1));
    }

    @Test
    void compressedReplyCutAtAnyByteButTheLastIsAnError() throws Exception {
        byte[] body = gzip("hello");
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        reply.writeBytes(("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(ISO_8859_1));
        reply.writeBytes(body);
        cutEverywhere(reply.toByteArray());
    }

    @Test
    void compressedBodyThatStopsEarlyInsideACompleteReplyIsAnError() throws Exception {
        byte[] body = gzip("hello");
        for (int length = 1; length < body.length; length++) {
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            reply.writeBytes(("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + length + "\r\n\r\n")
                    .getBytes(ISO_8859_1));
            reply.write(body, 0, length);
            try (ScriptedServer server = ScriptedServer.once(reply.toByteArray())) {
                assertThat(failure(client.newCall(server.endpoint(), get("/"), RELAXED))).as("after %d bytes", length)
                        .isInstanceOf(UpstreamFailure.ProtocolError.class);
            }
        }
    }

    @Test
    void resetInTheMiddleIsACutAndCountsWhatHadArrived() throws Exception {
        AtomicInteger seen = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
            while (seen.get() < 5) {
                Thread.sleep(1);
            }
            peer.reset();
        })) {
            UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
            UpstreamFailure failure = Calls.onVirtualThread(() -> {
                UpstreamReply reply = call.execute();
                try {
                    byte[] buffer = new byte[10];
                    while (true) {
                        seen.addAndGet(reply.read(buffer, 0, 10));
                    }
                } catch (UpstreamFailureException cut) {
                    return cut.failure();
                }
            });
            assertThat(failure).isInstanceOfSatisfying(UpstreamFailure.Cut.class, cut -> {
                assertThat(cut.bytesReceived()).isEqualTo(5);
                assertThat(cut.beforeFirstByte()).isFalse();
            });
        }
    }

    private void cutEverywhere(byte[] reply) throws IOException, UpstreamFailureException {
        AtomicInteger length = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send(Arrays.copyOf(reply, length.get()));
        })) {
            for (int offset = 0; offset < reply.length; offset++) {
                length.set(offset);
                boolean begun = offset > 0;
                assertThat(failure(client.newCall(server.endpoint(), Calls.post("/", "x"), RELAXED)))
                        .as("cut after %d bytes", offset)
                        .isInstanceOfSatisfying(UpstreamFailure.Cut.class, cut -> {
                            assertThat(cut.beforeFirstByte()).isEqualTo(!begun);
                            assertThat(cut.nothingSent()).isFalse();
                        });
            }
            length.set(reply.length);
            assertThat(text(client, server.endpoint(), Calls.post("/", "x"))).isEqualTo("hello");
            assertThat(server.requests()).as("no request was repeated").isEqualTo(reply.length + 1);
        }
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zipped = new GZIPOutputStream(bytes)) {
            zipped.write(text.getBytes(ISO_8859_1));
        }
        return bytes.toByteArray();
    }
}
