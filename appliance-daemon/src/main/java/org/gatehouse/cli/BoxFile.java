package org.gatehouse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A large file that the box is given: sent from here, or already there.
 *
 * @param path of the API
 * @param part below it, where the file goes
 * @param noun the command that it is given by
 */
record BoxFile(String path, String part, String noun) {
    private static final int PART = 8 << 20;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    /** Shows what is plugged into the box, and says what of it can't be read. */
    int media(Leaf command, String list) {
        try (AdminClient client = command.connection().open()) {
            JsonNode media = client.get(path + "/media", Map.of());
            media.path("unreadable").forEach(one -> command.err().println(one.path("reason").asText()));
            return Output.list(command, media, list, List.of("device", "file", "bytes"));
        }
    }

    /**
     * Shows what the box has of it, and what is under way.
     *
     * @param list the member that is shown as a table
     * @param known further members that say nothing more
     */
    int status(Leaf command, String list, List<String> columns, String... known) {
        try (AdminClient client = command.connection().open()) {
            JsonNode state = client.get(path, Map.of());
            if (command.json()) {
                Output.json(command.out(), state);
            } else if (!state.path("supported").asBoolean()) {
                command.out().println("This machine's operating system is not the appliance's.");
            } else {
                Output.list(command, state, list, columns);
                ObjectNode rest = ((ObjectNode) state).deepCopy();
                rest.remove(List.of(list, "supported"));
                rest.remove(List.of(known));
                Output.members(command.out(), rest);
            }
            return 0;
        }
    }

    /** Waits until what is under way has ended, and says each step once. */
    private void follow(Leaf command, AdminClient client) {
        String told = "";
        while (true) {
            JsonNode state = client.get(path, Map.of());
            JsonNode work = state.path("work");
            if (!work.isObject()) {
                JsonNode trouble = state.path("trouble");
                if (trouble.isObject()) {
                    throw new CommandFailed(trouble.path("message").asText());
                }
                return;
            }
            String step = work.path("step").asText();
            if (!step.equals(told)) {
                command.err().println(work.path("percent").asInt() + " % " + step);
                told = step;
            }
            try {
                Thread.sleep(LOOK_AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandFailed("Interrupted; what was begun goes on. See 'gatehouse " + noun + " status'.", e);
            }
        }
    }

    /** Has the box install the file that is meant; one at an address is fetched first. Waits until it is done. */
    void install(Leaf command, AdminClient client) {
        String url = command.option("--url");
        if (url != null) {
            client.post(path + "/download", JsonNodeFactory.instance.objectNode().put("url", url)
                    .put("privateAllowed", command.has("--private")));
            follow(command, client);
        }
        client.post(path + "/install", chosen(command, client).put("restart", !command.has("--later")));
        follow(command, client);
    }

    /** The file that is meant, for the box; one that lies here is sent first. */
    ObjectNode chosen(Leaf command, AdminClient client) {
        String medium = command.option("--medium");
        ObjectNode chosen = JsonNodeFactory.instance.objectNode();
        if (medium != null) {
            int slash = medium.indexOf('/');
            if (slash <= 0) {
                throw new CommandFailed("--medium must be DEVICE/FILE, as 'gatehouse " + noun + " media' lists it.");
            }
            chosen.putObject("medium").put("device", medium.substring(0, slash)).put("file",
                    medium.substring(slash + 1));
        } else if (!command.argument().isEmpty()) {
            send(command, client, Path.of(command.argument()));
        }
        return chosen;
    }

    private void send(Leaf command, AdminClient client, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            long size = Files.size(file);
            long sent = 0;
            byte[] piece = new byte[PART];
            for (int got = in.readNBytes(piece, 0, PART); got > 0; got = in.readNBytes(piece, 0, PART)) {
                client.putBytes(path + "/" + part, Map.of("offset", Long.toString(sent)), piece, got);
                sent += got;
            }
            command.err().println("Sent " + (size >> 20) + " MB.");
        } catch (IOException e) {
            throw new CommandFailed("The file " + file + " can't be read: " + e.getMessage() + ".", e);
        }
    }
}
