package org.gatehouse.simulated;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The program as its users start and stop it. */
class SimulatedEngineIT {
    private static final String PATH = "/v1/chat/completions";

    @Test
    void itSaysFirstThatItIsSimulatedTakesAFreePortAndKnowsVllmsFlags() throws Exception {
        try (Program program = Program.start("serve", "/models/m", "--port", "0", "--served-model-name", "sim", "alias",
                "--gpu-memory-utilization", "0.9", "-tp", "2", "--enable-prefix-caching", "--disable-log-stats")) {
            int port = program.port();

            assertThat(program.output().getFirst()).startsWith("SIMULATED");
            assertThat(program.line("Model loading took")).contains("(EngineCore pid=");
            try (RawClient client = client(port)) {
                client.send(RawClient.request("POST", PATH, "{\"model\":\"alias\",\"messages\":[{\"role\":\"user\","
                        + "\"content\":\"x\"}]}"));
                assertThat(client.answer().text()).contains("\"model\":\"sim\"");
            }
        }
    }

    @Test
    void anUnknownFlagEndsWithTwo() throws Exception {
        try (Program program = Program.start("serve", "m", "--no-such-flag")) {
            assertThat(program.exitStatus()).isEqualTo(2);
            assertThat(program.output()).anySatisfy(line -> assertThat(line).contains("--no-such-flag"));
        }
        try (Program program = Program.start("serve", "m", "--personality", "oracle")) {
            assertThat(program.exitStatus()).isEqualTo(2);
        }
    }

    @Test
    void anAddressInUseEndsWithOneWhenItBeginsToListen() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Program program = Program.start("serve", "m", "--port", Integer.toString(taken.getLocalPort()))) {
            assertThat(program.exitStatus()).isEqualTo(1);
            assertThat(program.line("Errno 98")).contains("Choose another address");
        }
    }

    @Test
    void whileItLoadsItsPortIsBoundAndRefusesConnections() throws Exception {
        int port;
        try (ServerSocket probe = new ServerSocket(0)) {
            port = probe.getLocalPort();
        }
        try (Program program = Program.start("serve", "m", "--port", Integer.toString(port), "--load-seconds", "3")) {
            program.line("Starting to load model");
            assertThatThrownBy(() -> client(port)).isInstanceOf(ConnectException.class);
            assertThatThrownBy(() -> {
                try (ServerSocket other = new ServerSocket()) {
                    other.setReuseAddress(false);
                    other.bind(new InetSocketAddress("127.0.0.1", port));
                }
            }).isInstanceOf(IOException.class);
            program.port();
            try (RawClient client = client(port)) {
                client.send(RawClient.request("GET", "/health", ""));
                assertThat(client.answer().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void stoppedWhileItLoadsItEndsAsVllmDoes() throws Exception {
        try (Program program = Program.start("serve", "m", "--port", "0", "--load-seconds", "20")) {
            program.line("Starting to load model");
            program.stop();
            assertThat(program.exitStatus()).isEqualTo(130);
        }
    }

    @Test
    void itListensOnAUnixSocketThatRefusesWhileItLoadsAndIsGoneAfterwards(@TempDir Path directory) throws Exception {
        Path socket = directory.resolve("engine.sock");
        try (Program program = Program.start("serve", "sim", "--uds", socket.toString(), "--load-seconds", "1")) {
            program.line("Starting to load model");
            assertThat(socket).exists();
            assertThatThrownBy(() -> new RawClient(UnixDomainSocketAddress.of(socket)))
                    .isInstanceOf(ConnectException.class);
            program.line("listening on unix:");
            try (RawClient client = new RawClient(UnixDomainSocketAddress.of(socket))) {
                client.send(RawClient.request("POST", PATH, Call.chatBody("[[sim token-ms=1]]", "\"stream\":true")));
                assertThat(client.answer().text()).endsWith("[DONE]\n\n");
            }
            assertThat(directory.toFile().list()).containsExactly("engine.sock");
            program.stop();
            assertThat(program.exitStatus()).isZero();
            assertThat(socket).doesNotExist();
        }
    }

    @Test
    void aUnixSocketThatExistsIsNotTakenOver(@TempDir Path directory) throws Exception {
        Path socket = Files.createFile(directory.resolve("engine.sock"));
        try (Program program = Program.start("serve", "sim", "--uds", socket.toString())) {
            assertThat(program.exitStatus()).isEqualTo(1);
            assertThat(socket).exists();
        }
    }

    @Test
    void theStopSignalLetsRunningRequestsFinishWithinTheTimeoutAndAbortsNewOnes() throws Exception {
        try (Program program = Program.start("serve", "sim", "--port", "0", "--shutdown-timeout", "10");
                RawClient running = client(program.port());
                RawClient late = client(program.port())) {
            running.send(RawClient.request("POST", PATH,
                    Call.chatBody("[[sim tokens=40 token-ms=25]]", "\"stream\":true")));
            assertThat(running.line()).contains("200");
            program.stop();
            program.line("[shutdown]");
            late.send(RawClient.request("POST", PATH, Call.chatBody("x")));

            assertThat(Call.json(late.answer()).at("/choices/0/finish_reason").asText()).isEqualTo("abort");
            StringBuilder rest = new StringBuilder();
            while (rest.indexOf("[DONE]") < 0) {
                rest.append(running.line()).append('\n');
            }
            assertThat(rest.toString()).contains("\"finish_reason\":\"stop\"");
            assertThat(program.exitStatus()).isZero();
        }
    }

    @Test
    void withoutATimeoutTheStopSignalAbortsWhatRuns() throws Exception {
        try (Program program = Program.start("serve", "sim", "--port", "0");
                RawClient running = client(program.port());
                RawClient plain = client(program.port())) {
            running.send(RawClient.request("POST", PATH,
                    Call.chatBody("[[sim tokens=4000 token-ms=25]]", "\"stream\":true")));
            plain.send(RawClient.request("POST", PATH, Call.chatBody("[[sim first-token-ms=60000]]")));
            assertThat(running.line()).contains("200");
            Thread.sleep(100);
            program.stop();

            assertThat(Call.json(plain.answer()).at("/choices/0/finish_reason").asText()).isEqualTo("abort");
            StringBuilder rest = new StringBuilder();
            while (rest.indexOf("[DONE]") < 0) {
                rest.append(running.line()).append('\n');
            }
            assertThat(rest.toString()).contains("\"finish_reason\":\"abort\"");
            assertThat(program.exitStatus()).isZero();
        }
    }

    private static RawClient client(int port) throws IOException {
        return new RawClient(new InetSocketAddress("127.0.0.1", port));
    }
}
