package org.gatehouse.machine.agent;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Asks the agent for what needs root. Each request has a connection of its own. Thread-safe. */
public record AgentClient(Path socket) {
    /** Where an appliance has it. */
    public static final Path USUAL = Path.of("/run/gatehouse-agent/socket");

    /** Whether this machine has an agent: an appliance has, another machine has not. */
    public boolean present() {
        return Files.exists(socket);
    }

    /**
     * Asks and waits for the end of it, however long that takes.
     *
     * @throws Refused when the agent did not do it
     * @throws IOException when the machine failed while it was done, or the agent does not answer
     */
    public ObjectNode ask(String verb, ObjectNode asked, Progress progress) throws Refused, IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ObjectNode request = JsonNodeFactory.instance.objectNode().put("verb", verb);
            request.set("ask", asked);
            Wire.write(Channels.newOutputStream(channel), request);
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
            while (true) {
                JsonNode message = Wire.read(in);
                if (message.has("step")) {
                    progress.at(message.get("step").asText(), message.path("percent").asInt());
                } else if (message.get("refused") instanceof ObjectNode refused) {
                    throw new Refused(refused.path("code").asText(), refused.path("message").asText());
                } else if (message.get("done") instanceof ObjectNode done) {
                    return done;
                } else {
                    throw new IOException(message.path("failed").path("message").asText("the agent answered nonsense"));
                }
            }
        } catch (EOFException e) {
            // It ends before the daemon when the box restarts; that is no other trouble than finding nobody there.
            ConnectException ended = new ConnectException("the agent ended before it answered");
            ended.initCause(e);
            throw ended;
        }
    }
}
