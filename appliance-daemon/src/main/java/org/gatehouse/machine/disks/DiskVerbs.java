package org.gatehouse.machine.disks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Verb;
import org.gatehouse.machine.disks.DiskHealth.Health;

/** What the agent tells of the disks inside the box: not of what can be plugged in and out. Changes nothing. Thread-safe. */
public final class DiskVerbs {
    static final String HEALTH = "disks.health";
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int MOST = 64;
    private static final int SECTOR = 512;
    private static final Pattern DISK = Pattern
            .compile("sd[a-z]{1,3}|nvme[0-9]{1,3}n[0-9]{1,3}|x?vd[a-z]{1,3}|mmcblk[0-9]{1,2}");

    private final Path root;
    private final Programs programs;

    /** Of the machine below that root. */
    public DiskVerbs(Path root, Programs programs) {
        this.root = root;
        this.programs = programs;
    }

    /** {@code disks.health}: how each disk is, by its own word. */
    public List<Verb> all() {
        // Asked one after the other: a disk that hangs must not be asked twice at once.
        return List.of(Verb.looking(HEALTH, (_, _) -> health()));
    }

    /** The names of the disks inside the box. */
    public static List<String> names(Path root) {
        try (Stream<Path> blocks = Files.list(root.resolve("sys/class/block"))) {
            return blocks.map(block -> Objects.requireNonNull(block.getFileName()).toString())
                    .filter(name -> DISK.matcher(name).matches() && isInside(root, name)).sorted().limit(MOST).toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    private static boolean isInside(Path root, String name) {
        Path block = root.resolve("sys/class/block").resolve(name);
        try {
            return !Files.exists(block.resolve("partition")) && !read(block, "removable").equals("1")
                    && !block.toRealPath().toString().contains("/usb");
        } catch (IOException _) {
            // It went this moment.
            return false;
        }
    }

    private synchronized ObjectNode health() throws InterruptedException {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        ArrayNode list = told.putArray("disks");
        for (String name : names(root)) {
            list.add(Json.tree(ask(known(name))));
        }
        return told;
    }

    private DiskHealth ask(DiskHealth known) throws InterruptedException {
        List<String> command = new ArrayList<>(List.of("smartctl", "--json=c", "--info", "--health", "--attributes"));
        if (known.device().startsWith("sd")) {
            command.add("--log=ssd");
        }
        command.add("/dev/" + known.device());
        try {
            return SmartReport.read(known, programs.run(command, LONGEST));
        } catch (IOException e) {
            return SmartReport.silent(known, String.valueOf(e.getMessage()).contains("did not end within")
                    ? "it did not answer within " + LONGEST.toSeconds() + " s"
                    : "the program that asks disks could not be run");
        }
    }

    /** What the kernel knows of it, whatever it says itself. */
    private DiskHealth known(String name) {
        Path block = root.resolve("sys/class/block").resolve(name);
        String serial = read(block, "device/serial");
        String size = read(block, "size");
        return new DiskHealth(name, read(block, "device/model"), serial.isEmpty() ? read(block, "serial") : serial,
                size.matches("\\d{1,15}") ? Long.parseLong(size) * SECTOR : 0, Health.UNKNOWN, null, null, null, null,
                null, null, null, null, null, "");
    }

    private static String read(Path block, String file) {
        try {
            return SmartReport
                    .word(Files.readString(block.resolve(file), java.nio.charset.StandardCharsets.ISO_8859_1));
        } catch (IOException _) {
            return "";
        }
    }
}
