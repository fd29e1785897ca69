package org.gatehouse.machine.engines;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.machine.agent.Refused;

/**
 * What the daemon may say of an engine that is to run. Everything is within bounds; nothing of it says who runs it or what it may
 * touch, but for GPUs. Immutable.
 *
 * @param unit whose name says which instance it is
 * @param command the program and its arguments
 * @param variables all of its environment
 * @param directory where it runs: the instance's own or the one below it
 * @param devices of GPUs
 * @param onPort whether it listens on a port and not on a socket
 * @param grace from SIGTERM to SIGKILL
 */
record EngineWish(EngineUnit unit, List<String> command, Map<String, String> variables, Path directory,
        List<String> devices, boolean onPort, Duration grace) {
    private static final int MOST_WORDS = 512;
    private static final int MOST_VARIABLES = 256;
    private static final int LONGEST = 32 << 10;
    private static final int LONGEST_ALTOGETHER = 256 << 10;
    private static final int MOST_DEVICES = 128;
    private static final Duration LONGEST_GRACE = Duration.ofMinutes(10);
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final Pattern DEVICE = Pattern
            .compile("/dev/nvidia[0-9]{1,3}|/dev/nvidia-caps/nvidia-cap[0-9]{1,6}|char-nvidia(-frontend|-caps)?");

    EngineWish {
        command = List.copyOf(command);
        variables = Map.copyOf(variables);
        devices = List.copyOf(devices);
    }

    /** Reads one. */
    static EngineWish read(JsonNode asked, EnginePlaces places) throws Refused {
        EngineUnit unit = EngineUnit.read(asked);
        List<String> command = words(asked.path("command"), MOST_WORDS, "words");
        Map<String, String> variables = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> one : asked.path("variables").properties()) {
            if (!NAME.matcher(one.getKey()).matches()) {
                throw refused("a variable has a name that none may have");
            }
            variables.put(one.getKey(), text(one.getValue()));
        }
        if (command.isEmpty() || variables.size() > MOST_VARIABLES) {
            throw refused("it has no program, or too many variables");
        }
        long all = command.stream().mapToLong(String::length).sum()
                + variables.values().stream().mapToLong(String::length).sum();
        if (all > LONGEST_ALTOGETHER) {
            throw refused("its words and variables are longer than " + LONGEST_ALTOGETHER + " characters");
        }
        Path directory = Path.of(text(asked.path("directory")));
        Path own = places.instance(unit.id());
        if (!directory.equals(own) && !directory.equals(own.resolve("served"))) {
            throw refused("it would run in a directory that is not its own");
        }
        List<String> devices = words(asked.path("devices"), MOST_DEVICES, "devices");
        if (!devices.stream().allMatch(device -> DEVICE.matcher(device).matches())) {
            throw refused("it wants a device that is no GPU's");
        }
        Duration grace = Duration.ofMillis(asked.path("graceMillis").asLong(-1));
        if (grace.isNegative() || grace.compareTo(LONGEST_GRACE) > 0) {
            throw refused("it may take 0 to " + LONGEST_GRACE.toMinutes() + " minutes to end");
        }
        return new EngineWish(unit, command, variables, directory, devices, asked.path("onPort").asBoolean(), grace);
    }

    private static List<String> words(JsonNode list, int most, String what) throws Refused {
        if (!list.isArray() || list.size() > most) {
            throw refused("it has no " + what + ", or more than " + most);
        }
        List<String> words = new ArrayList<>();
        for (JsonNode word : list) {
            words.add(text(word));
        }
        return words;
    }

    /** A line break would begin a line of its own in what systemd reads. */
    private static String text(JsonNode node) throws Refused {
        String text = node.asText();
        if (!node.isTextual() || text.length() > LONGEST || text.chars().anyMatch(Character::isISOControl)) {
            throw refused("a word is no text, has a control character, or is longer than " + LONGEST + " characters");
        }
        return text;
    }

    static Refused refused(String why) {
        return new Refused("engine_refused", "The engine was not started: " + why
                + ". Give the deployment other arguments, or install the layer that brings its engine.");
    }
}
