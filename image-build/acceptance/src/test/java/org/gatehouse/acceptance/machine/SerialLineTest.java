package org.gatehouse.acceptance.machine;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

final class SerialLineTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    @Test
    void lineThatLosesBytesInTheMiddleOfALetterIsReadOn() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("line"));
        try (ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                SocketChannel ours = SocketChannel.open(address);
                SocketChannel machine = door.accept();
                SerialLine line = new SerialLine(ours, folder.resolve("log"))) {
            // The boot loader's bar, of whose letters bytes are missing.
            machine.write(ByteBuffer.wrap(new byte[]{(byte) 0xe2, (byte) 0x94, (byte) 0x94, (byte) 0xe2}));
            machine.write(ByteBuffer.wrap("\r\nclaim code ABCD\r\n".getBytes(StandardCharsets.US_ASCII)));
            assertThat(line.await(Pattern.compile("claim code (\\w{4})"), 0, SOON).group(1)).isEqualTo("ABCD");
        }
    }
}
