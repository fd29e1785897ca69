package org.gatehouse.supervisor.fleet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** A {@link FleetProgram} in a process of its own, which a test orders about and kills. */
final class RemoteFleet implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Writer orders;
    private final BufferedReader answers;

    RemoteFleet(Path directory) throws IOException {
        process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), FleetProgram.class.getName(), directory.toString())
                .redirectError(ProcessBuilder.Redirect.appendTo(directory.resolve("daemon.log").toFile())).start();
        orders = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Gives an order and returns the answer. */
    String ask(String order) throws IOException {
        tell(order);
        String answer = answers.readLine();
        assertThat(answer).as("answer to " + order).isNotNull();
        return answer;
    }

    void tell(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
    }

    JsonNode status() throws IOException {
        return JSON.readTree(ask("status"));
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** The orderly end: {@code close} leaves the engines, {@code end} does not. */
    void leave(String order) throws Exception {
        ask(order);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() throws Exception {
        if (process.isAlive()) {
            try {
                tell("end");
                process.waitFor(30, TimeUnit.SECONDS);
            } finally {
                process.destroyForcibly();
            }
        }
    }
}
