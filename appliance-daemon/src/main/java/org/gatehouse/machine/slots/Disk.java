package org.gatehouse.machine.slots;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Programs;

/** The disk that the running system lies on, as the kernel tells of it. Only that disk is ever written. */
record Disk(Layout layout, Programs programs) {
    private static final int SECTOR = 512;
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Pattern NUMBER = Pattern.compile("[0-9]+$");

    /**
     * One of its partitions.
     *
     * @param device such as {@code /dev/vda2}
     * @param number in the partition table, from 1
     * @param identifier its UUID, lower case
     */
    record Partition(Path device, int number, String identifier, String label, long bytes) {}

    /** Its name, such as {@code vda}: the disk of the partition whose identifier is half of the running root hash. */
    String name() throws IOException {
        String hash = layout.rootHash();
        Path running = layout.partitions().resolve(identifier(hash.substring(0, 32)));
        String device = Objects.requireNonNull(running.toRealPath().getFileName()).toString();
        Path disk = layout.blocks().resolve(device).toRealPath().getParent();
        return Objects.requireNonNull(Objects.requireNonNull(disk, "a partition lies on a disk").getFileName())
                .toString();
    }

    /**
     * All of its partitions, as its own table has them: the kernel does not know the names of those that were made since it
     * read it, and udev not their new identifiers.
     */
    List<Partition> partitions() throws IOException, InterruptedException {
        String told = programs.must(LONGEST, "sfdisk", "--json", "/dev/" + name());
        JsonNode table = Json.trusted(told.substring(told.indexOf('{'))).path("partitiontable");
        long sector = table.path("sectorsize").asLong(SECTOR);
        List<Partition> all = new ArrayList<>();
        for (JsonNode one : table.path("partitions")) {
            String node = one.path("node").asText();
            Matcher number = NUMBER.matcher(node);
            if (number.find()) {
                all.add(new Partition(Path.of(node), Integer.parseInt(number.group()),
                        one.path("uuid").asText().toLowerCase(Locale.ROOT), one.path("name").asText(),
                        sector * one.path("size").asLong()));
            }
        }
        return all;
    }

    /** Half of a root hash, as the Discoverable Partitions Specification makes an identifier of it. */
    static String identifier(String half) {
        return half.substring(0, 8) + "-" + half.substring(8, 12) + "-" + half.substring(12, 16) + "-"
                + half.substring(16, 20) + "-" + half.substring(20, 32);
    }
}
