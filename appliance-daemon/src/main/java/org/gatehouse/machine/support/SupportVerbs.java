package org.gatehouse.machine.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Verb;
import org.gatehouse.machine.disks.DiskVerbs;

/** What the agent collects for a support bundle. Changes nothing. Stateless. */
public final class SupportVerbs {
    /** The one verb's name. */
    public static final String COLLECT = "support.collect";
    private static final Duration LONGEST = Duration.ofSeconds(20);
    /** All of it has to go into one reply of 1 MiB, where a line break takes two bytes. */
    private static final int MOST = 24 << 10;
    private static final int MOST_JOURNAL = 160 << 10;
    private static final int MOST_DISKS = 8;
    private static final int MOST_BYTES = 900 << 10;
    private static final Map<String, List<String>> COMMANDS = commands();
    private static final List<String> FILES = List.of("usr/lib/os-release", "proc/cmdline", "proc/mounts",
            "proc/meminfo", "proc/uptime");
    private static final String STATE = "var/lib/gatehouse-agent";

    private final Path root;
    private final Programs programs;

    /** Of the machine below that root. */
    public SupportVerbs(Path root, Programs programs) {
        this.root = root;
        this.programs = programs;
    }

    private static Map<String, List<String>> commands() {
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put("failed-units", List.of("systemctl", "--failed", "--no-pager", "--plain"));
        commands.put("units", List.of("systemctl", "status", "--no-pager", "--lines=0", "gatehouse*",
                "systemd-networkd.service", "systemd-resolved.service", "systemd-timesyncd.service"));
        // Not what they were called with: that may hold keys.
        commands.put("engines", List.of("systemctl", "show", "--no-pager",
                "--property=Id,User,Slice,MainPID,ControlGroup,ActiveEnterTimestamp,MemoryCurrent,TasksCurrent",
                "gatehouse-engine-*.service"));
        commands.put("sockets", List.of("ss", "--listening", "--numeric", "--tcp", "--udp", "--processes"));
        commands.put("addresses", List.of("ip", "-details", "address"));
        commands.put("routes", List.of("ip", "route", "show", "table", "all"));
        commands.put("links", List.of("networkctl", "--no-pager", "--no-legend", "list"));
        commands.put("clock", List.of("timedatectl", "show-timesync", "--all"));
        commands.put("disks", List.of("lsblk", "--output", "NAME,SIZE,TYPE,FSTYPE,PARTLABEL,MODEL,RO,MOUNTPOINTS"));
        commands.put("space", List.of("df", "-h", "-x", "tmpfs", "-x", "devtmpfs"));
        commands.put("files", List.of("df", "-i", "-x", "tmpfs", "-x", "devtmpfs"));
        commands.put("boot", List.of("bootctl", "--no-pager", "status"));
        commands.put("boots", List.of("journalctl", "--no-pager", "--list-boots"));
        commands.put("kernel", List.of("journalctl", "--no-pager", "-k", "-b", "-p", "warning", "-n", "300"));
        commands.put("journal-before", List.of("journalctl", "--no-pager", "-b", "-1", "-p", "warning", "-n", "300"));
        commands.put("journal", List.of("journalctl", "--no-pager", "-b", "-o", "short-iso", "-n", "1500", "-u",
                "gatehouse*", "-u", "systemd-networkd", "-u", "systemd-repart", "-u", "nftables"));
        return commands;
    }

    /** {@code support.collect}. */
    public List<Verb> all() {
        return List.of(Verb.looking(COLLECT, (_, _) -> collect()));
    }

    /** What can't be had says why: half a bundle is better than none. */
    private ObjectNode collect() throws InterruptedException {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        int left = MOST_BYTES;
        for (String file : FILES) {
            left = put(all, file.substring(file.lastIndexOf('/') + 1), file(root.resolve(file)), left);
        }
        for (Path state : states()) {
            left = put(all, "agent-" + state.getFileName(), file(state), left);
        }
        for (Map.Entry<String, List<String>> command : COMMANDS.entrySet()) {
            left = put(all, command.getKey(), said(command.getValue(),
                    command.getKey().equals("journal") ? MOST_JOURNAL : MOST), left);
        }
        for (String disk : DiskVerbs.names(root).stream().limit(MOST_DISKS).toList()) {
            left = put(all, "disk-" + disk, said(List.of("smartctl", "--xall", "/dev/" + disk), MOST), left);
        }
        return all;
    }

    /** As long as there is room; control characters take six bytes each on their way. */
    private static int put(ObjectNode all, String name, String text, int left) {
        int bytes = Json.bytes(TextNode.valueOf(text)).length;
        all.put(name, bytes <= left ? text : "It was too long.");
        return bytes <= left ? left - bytes : left;
    }

    /** What our own agent wrote down: settings, and how the last update went. */
    private List<Path> states() {
        try (Stream<Path> files = Files.list(root.resolve(STATE))) {
            return files.filter(file -> Files.isRegularFile(file) && file.toString().endsWith(".json")).sorted()
                    .limit(10)
                    .toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    private static String file(Path file) {
        try {
            return end(Files.readString(file), MOST);
        } catch (IOException e) {
            return "It can't be read: " + e.getMessage();
        }
    }

    private String said(List<String> command, int most) throws InterruptedException {
        try {
            return end(programs.run(command, LONGEST).output(), most);
        } catch (IOException e) {
            return "It could not be asked: " + e.getMessage();
        }
    }

    private static String end(String text, int most) {
        return text.length() <= most ? text : "…" + text.substring(text.length() - most);
    }
}
