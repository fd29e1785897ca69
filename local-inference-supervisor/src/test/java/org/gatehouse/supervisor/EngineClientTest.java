package org.gatehouse.supervisor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.supervisor.EngineClient.Reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(20)
class EngineClientTest {
    private static final Pattern LENGTH = Pattern.compile("Content-Length: ([0-9]+)");

    private final EngineClient client = new EngineClient();
    private final AtomicReference<String> asked = new AtomicReference<>("");
    private ServerSocketChannel server;

    @BeforeEach
    void bind() throws IOException {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** Says this, in pieces, and then keeps the connection open or closes it. */
    private Listen saying(String text, int pieces, boolean closes) throws IOException {
        ServerSocketChannel listening = server;
        Thread.startVirtualThread(() -> {
            try {
                SocketChannel caller = listening.accept();
                asked.set(wholeRequest(caller));
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                for (int from = 0; from < bytes.length; from += pieces) {
                    caller.write(ByteBuffer.wrap(bytes, from, Math.min(pieces, bytes.length - from)));
                }
                if (closes) {
                    caller.close();
                }
            } catch (IOException _) {
                // The client hung up, or the test is over.
            }
        });
        return new Listen.LoopbackPort(((InetSocketAddress) listening.getLocalAddress()).getPort());
    }

    /** Head and body may come apart. */
    private static String wholeRequest(SocketChannel caller) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(4096);
        String text = "";
        int body = -1;
        while (body < 0 || request.position() < body) {
            if (caller.read(request) < 0) {
                throw new IOException("the request ended early");
            }
            text = new String(request.array(), 0, request.position(), StandardCharsets.UTF_8);
            int end = text.indexOf("\r\n\r\n") + 4;
            Matcher length = LENGTH.matcher(text);
            if (end >= 4) {
                body = end + (length.find() ? Integer.parseInt(length.group(1)) : 0);
            }
        }
        return text;
    }

    private Reply get(Listen listen) throws IOException {
        return client.get(listen, "/v1/models", "secret", Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10_000})
    void bodyByLengthIsWholeHoweverItArrives(int pieces) throws Exception {
        Reply reply = get(saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nä型", pieces, false));

        assertThat(reply).isEqualTo(new Reply(200, "ä型"));
        assertThat(asked.get()).startsWith("GET /v1/models HTTP/1.1\r\n").contains("Authorization: Bearer secret\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10_000})
    void bodyInChunksIsPutTogether(int pieces) throws Exception {
        String text = "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";

        assertThat(get(saying(text, pieces, false))).isEqualTo(new Reply(404, "abc0123456789"));
    }

    @Test
    void bodyUpToTheEndIsTaken() throws Exception {
        assertThat(get(saying("HTTP/1.1 200 OK\r\n\r\nto the end", 4, true))).isEqualTo(new Reply(200, "to the end"));
    }

    @Test
    void jsonIsPostedWithItsLength() throws Exception {
        client.post(saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 99, false), "/x", "", "{\"a\":\"ä\"}",
                Duration.ofSeconds(5));

        assertThat(asked.get()).contains("Content-Type: application/json\r\nContent-Length: 10\r\n")
                .endsWith("\r\n\r\n{\"a\":\"ä\"}").doesNotContain("Authorization");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n99999999999\r\n", "HTTP/1.1 x\r\n\r\n", ""})
    void whatIsNoWholeAnswerIsAnError(String text) throws Exception {
        Listen listen = saying(text, 100, true);

        assertThatThrownBy(() -> get(listen)).isInstanceOf(IOException.class);
    }

    @Test
    void silenceEndsAtTheDeadline() throws Exception {
        Listen listen = saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 100, false);

        assertThatThrownBy(() -> client.get(listen, "/", "", Duration.ofMillis(150)))
                .hasMessageContaining("no answer in time");
    }
}
