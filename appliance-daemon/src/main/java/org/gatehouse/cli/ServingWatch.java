package org.gatehouse.cli;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.JsonNode;

/** Waits for deployments to come to rest and tells how far they are. Confined to one command. */
final class ServingWatch {
    private static final Duration PERIOD = Duration.ofMillis(500);
    /** A status may be a tenth of a second old, and still tell how it stood before the change. */
    private static final int TIMES_AT_REST = 2;
    private static final Set<String> AT_REST = Set.of("serving", "idle", "switched_off");

    private final Leaf command;
    private final AdminClient client;
    private final List<String> names;
    private final Set<String> told = new HashSet<>();

    ServingWatch(Leaf command, AdminClient client, List<String> names) {
        this.command = command;
        this.client = client;
        this.names = names;
    }

    /** The command's exit status: 0 when all are at rest; failures and the end of time are a {@link CommandFailed}. */
    int until(int seconds) {
        long deadline = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        int restful = 0;
        while (true) {
            pause();
            Map<String, JsonNode> standing = look();
            boolean resting = standing.size() == names.size() && standing.values().stream()
                    .allMatch(one -> AT_REST.contains(one.get("standing").asText()));
            restful = resting ? restful + 1 : 0;
            if (restful >= TIMES_AT_REST) {
                standing.forEach((name, one) -> say(
                        name + " is " + one.get("standing").asText().replace('_', ' ') + "."));
                return 0;
            }
            if (System.nanoTime() > deadline) {
                throw new CommandFailed("After " + seconds + " seconds not all of " + String.join(", ", names)
                        + " serve. They go on loading; see 'gatehouse deployments status'.");
            }
        }
    }

    private Map<String, JsonNode> look() {
        Map<String, JsonNode> standing = new TreeMap<>();
        client.get("deployments/status", Map.of()).get("deployments").forEach(one -> {
            String name = one.get("name").asText();
            if (names.contains(name)) {
                standing.put(name, one);
                DeploymentCommands.progress(one).forEach(this::say);
                if ("failed".equals(one.get("standing").asText())) {
                    throw new CommandFailed(name + " failed: " + one.get("reason").asText()
                            + " See 'gatehouse deployments logs " + name + "'.");
                }
            }
        });
        return standing;
    }

    /** Each line once. With JSON on standard output, progress goes to standard error. */
    private void say(String line) {
        if (told.add(line)) {
            if (command.json()) {
                command.complain(line);
            } else {
                command.out().println(line);
                command.out().flush();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PERIOD);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed("Interrupted while waiting. The deployments go on loading.", e);
        }
    }
}
