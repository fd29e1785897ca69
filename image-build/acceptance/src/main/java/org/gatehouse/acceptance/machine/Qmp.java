package org.gatehouse.acceptance.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** QEMU's control socket: one command, one answer (QEMU Machine Protocol). Thread-safe. */
final class Qmp implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel channel;
    private final BufferedReader answers;
    private final OutputStream commands;
    private final List<String> events = new ArrayList<>();

    Qmp(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        this.commands = Channels.newOutputStream(channel);
        // It greets first, and takes nothing else before it was told what we can do: nothing special.
        answers.readLine();
        command("qmp_capabilities", Map.of());
    }

    /**
     * Has QEMU do something.
     *
     * @throws IOException if it can't, with its own words
     */
    synchronized JsonNode command(String name, Map<String, Object> arguments) throws IOException {
        commands.write((JSON.writeValueAsString(Map.of("execute", name, "arguments", arguments)) + "\n")
                .getBytes(StandardCharsets.UTF_8));
        commands.flush();
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            JsonNode answer = JSON.readTree(line);
            if (answer.has("return")) {
                return answer.get("return");
            }
            if (answer.has("error")) {
                throw new IOException("QEMU refuses " + name + ": " + answer.at("/error/desc").asText());
            }
            events.add(answer.path("event").asText());
        }
        throw new IOException("QEMU ended before it answered " + name);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
