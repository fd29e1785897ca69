package org.gatehouse.listen;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A listener in a process of its own that may open few files and opens them all. */
@EnabledOnOs(OS.LINUX)
final class DescriptorExhaustionIT {
    private static final int DESCRIPTORS = 500;
    private static final String HELLO = "GET /hello HTTP/1.1\r\nHost: box\r\n\r\n";

    @Test
    void listenerServesAgainWhenDescriptorsAreFree() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "ulimit -n " + DESCRIPTORS + "; exec " + java
                + " --add-exports=java.base/sun.nio.ch=ALL-UNNAMED --enable-native-access=ALL-UNNAMED '"
                + Child.class.getName() + "'");
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
                OutputStream in = process.getOutputStream()) {
            int port = Integer.parseInt(await(out, "PORT ").substring(5));
            try (RawClient early = RawClient.plain(port)) {
                assertThat(early.send(HELLO).answer().body()).isEqualTo("hello");
                tell(in, "fill");
                assertThat(await(out, "FULL")).isNotNull();
                assertThat(early.send(HELLO).answer().body()).as("what was open goes on").isEqualTo("hello");
                // The kernel sets a descriptor aside for an accept() that already waits, so the next connection still gets in.
                try (RawClient lucky = RawClient.plain(port).send(HELLO);
                        RawClient late = RawClient.plain(port).send(HELLO)) {
                    assertThat(lucky.answer().body()).isEqualTo("hello");
                    late.socket().setSoTimeout(400);
                    assertThatThrownBy(late::answer).as("waits in the kernel")
                            .isInstanceOf(SocketTimeoutException.class);
                    tell(in, "free");
                    late.socket().setSoTimeout(5_000);
                    assertThat(late.answer().body()).isEqualTo("hello");
                }
            }
        } finally {
            process.destroyForcibly();
            process.waitFor(5, TimeUnit.SECONDS);
        }
    }

    private static String await(BufferedReader out, String start) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(start)) {
                return line;
            }
        }
        throw new IOException("The child ended before it said " + start);
    }

    private static void tell(OutputStream in, String word) throws IOException {
        in.write((word + "\n").getBytes(StandardCharsets.US_ASCII));
        in.flush();
    }

    /** The other process: serves, and opens and closes files when told to. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) throws Exception {
            List<FileChannel> files = new ArrayList<>();
            try (TestServer server = TestServer.with(ListenerSettings.onLoopback(0));
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
                System.out.println("PORT " + server.port());
                for (String word = in.readLine(); word != null; word = in.readLine()) {
                    if (word.equals("fill")) {
                        fill(files);
                        System.out.println("FULL");
                    } else {
                        for (FileChannel file : files) {
                            file.close();
                        }
                    }
                }
            }
        }

        private static void fill(List<FileChannel> files) throws IOException {
            Path nothing = Files.createTempFile("descriptors", "");
            try {
                while (files.size() < DESCRIPTORS) {
                    files.add(FileChannel.open(nothing));
                }
            } catch (IOException e) {
                // No descriptor is left, which is the point.
            }
        }
    }
}
