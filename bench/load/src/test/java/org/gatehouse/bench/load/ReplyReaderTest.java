package org.gatehouse.bench.load;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReplyReaderTest {
    private final StringBuilder body = new StringBuilder();
    private final ReplyReader reader = new ReplyReader(
            (buffer, from, to) -> body.append(new String(buffer, from, to - from, StandardCharsets.US_ASCII)));

    private int accept(String text) throws ReplyReader.Malformed {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return reader.accept(bytes, 0, bytes.length);
    }

    @Test
    void chunkedReplyReadsTheSameHoweverItIsCut() throws ReplyReader.Malformed {
        String reply = "HTTP/1.1 200 OK\r\nX-Request-Id: abc\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5;ext=1\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
        for (int cut = 1; cut < reply.length(); cut++) {
            body.setLength(0);
            reader.reset();
            accept(reply.substring(0, cut));
            assertThat(reader.isDone()).isFalse();
            accept(reply.substring(cut));
            assertThat(reader.isDone()).isTrue();
            assertThat(body).hasToString("hello 0123456789");
            assertThat(reader.header("x-request-id")).isEqualTo("abc");
        }
    }

    @Test
    void replyWithALengthEndsThereAndLeavesTheRest() throws ReplyReader.Malformed {
        String reply = "HTTP/1.1 503 No\r\nContent-Length: 3\r\n\r\nabc";
        assertThat(accept(reply + "HTTP/1.1")).isEqualTo(reply.length());
        assertThat(reader.status()).isEqualTo(503);
        assertThat(body).hasToString("abc");
    }

    @Test
    void replyWithoutALengthEndsWithTheConnectionOnly() throws ReplyReader.Malformed {
        accept("HTTP/1.1 200 OK\r\n\r\nabc");
        assertThat(reader.isDone()).isFalse();
        assertThat(reader.endOfStream()).isTrue();
        assertThat(reader.closes()).isTrue();
    }

    @Test
    void replyThatIsCutInAChunkIsNotWhole() throws ReplyReader.Malformed {
        accept("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
        assertThat(reader.endOfStream()).isFalse();
    }

    @Test
    void interimRepliesAreSkipped() throws ReplyReader.Malformed {
        accept("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assertThat(reader.isDone()).isTrue();
        assertThat(reader.status()).isEqualTo(200);
    }

    @Test
    void somethingElseThanHttpIsMalformed() {
        assertThatThrownBy(() -> accept("SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n"))
                .isInstanceOf(ReplyReader.Malformed.class);
    }

    @Test
    void chunkLongerThanItsSizeIsMalformed() {
        assertThatThrownBy(() -> accept("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n"))
                .isInstanceOf(ReplyReader.Malformed.class);
    }
}
