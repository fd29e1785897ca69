package org.gatehouse.supervisor.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.control.EngineCalls.Reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EngineCallsTest {

    private static Reply parse(String text) throws IOException {
        return EngineCalls.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void bodyIsReadPlainAndInChunks() throws IOException {
        assertThat(parse("HTTP/1.1 200 OK\r\nX: y\r\n\r\nhäll")).isEqualTo(new Reply(200, "häll"));
        assertThat(parse("HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nhä\r\n2\r\nll\r\n0\r\n\r\n"))
                .isEqualTo(new Reply(404, "häll"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "SSH-2.0\r\n\r\n", "HTTP/1.1 900 x\r\n\r\n", "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"})
    void whatIsNoWholeAnswerIsRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(IOException.class);
    }

    @Test
    void engineThatAcceptsAndNeverAnswersIsGivenUpInTime() throws IOException {
        Path socket = Files.createTempDirectory("calls").resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThatThrownBy(() -> new EngineCalls().send(new Listen.UnixSocket(socket), "GET", "/x", "",
                    Duration.ofMillis(100))).isInstanceOf(IOException.class).hasMessageContaining("100 ms");
        }
    }
}
