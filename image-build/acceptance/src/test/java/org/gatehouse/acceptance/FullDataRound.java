package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Administrator;
import org.gatehouse.acceptance.box.Box;
import org.gatehouse.acceptance.machine.Disk;
import org.gatehouse.acceptance.machine.Hardware;
import org.gatehouse.acceptance.machine.PartitionTable;
import org.gatehouse.acceptance.machine.Programs;

import static org.assertj.core.api.Assertions.assertThat;

/** The data partition has no room: people still get in and are told, and with space again everything goes on. */
@Order(5)
@ExtendWith(Steps.Given.class)
final class FullDataRound {
    private static final long FEW_BLOCKS = 16;
    private static final Pattern FREE = Pattern.compile("Free blocks:\\s+(\\d+)");
    private static final Pattern KEPT_FOR_ROOT = Pattern.compile("Reserved block count:\\s+(\\d+)");

    @Test
    void boxWithAFullDataPartitionIsManageable(Steps steps) throws Exception {
        Path folder = Lab.here().folder("full-data");
        try (Station station = Station.copyOfSetUpBox(folder)) {
            Disk raw = station.hardware().disks().getFirst().raw(folder.resolve("disk.raw"));
            Files.delete(folder.resolve("disk.qcow2"));
            station.rebuild(new Hardware(folder, List.of(raw), station.hardware().ports(), List.of(), List.of()));
            String fileSystem = raw.file() + "?offset=" + PartitionTable.of(raw.file()).stream()
                    .filter(partition -> partition.label().equals("gatehouse-data")).findFirst().orElseThrow().offset();
            steps.run("is filled while it is off, as far as anybody but root could", () -> {
                steps.note(fill(folder, fileSystem) + " blocks");
                assertThat(left(fileSystem)).isLessThan(FEW_BLOCKS);
            });
            steps.run("lets its administrator in", () -> {
                station.switchOn();
                station.box().awaitAnswer(Lab.BOOT);
                steps.measured("answers", station.machine().sinceOn());
                station.box().signIn(Administrator.OF_TESTS);
            });
            steps.run("says what is wrong", () -> {
                Box.Reply ready = station.box().get("/readyz");
                Box.Reply call = station.box().chat(station.key(), Station.MODEL, "Hello");
                JsonNode status = station.box().get("/api/v1/system/status").expect(200).json();
                steps.note("/readyz " + ready.status() + " '" + ready.text().strip() + "'; a call " + call.status()
                        + "; healthy " + status.path("healthy").asBoolean());
                // It comes up with the room that was held for that, so calls may go on for a while; the alert says why not for long.
                JsonNode alerts = station.box().awaitJson("/api/v1/alerts",
                        found -> found.toString().contains("disk_space"),
                        Lab.BOOT);
                steps.note(alerts.path("items").size() + " alerts");
            });
            steps.run("carries calls again when there is space, with a whole trail", () -> {
                station.shutDown();
                debugfs(fileSystem, "rm /filler");
                station.serve();
                station.box().chat(station.key(), Station.MODEL, "Hello").expect(200);
                JsonNode trail = station.box().verifiedTrail();
                assertThat(trail.path("intact").asBoolean()).as(trail.toString()).isTrue();
            });
        }
        Lab.remove(folder);
    }

    /** Gives all blocks that the box's programs could take to one file. */
    private static long fill(Path folder, String fileSystem) throws IOException {
        Path empty = Files.createFile(folder.resolve("empty"));
        debugfs(fileSystem, "write " + empty + " filler");
        // Its own map takes blocks as well: what is left over is taken bit by bit.
        long given = 0;
        for (long left = left(fileSystem); left >= FEW_BLOCKS; left = left(fileSystem)) {
            debugfs(fileSystem, "fallocate /filler " + given + " " + (given + left - 1));
            given += left;
        }
        return given;
    }

    /** How many blocks are left to those who are not root. */
    private static long left(String fileSystem) throws IOException {
        String told = Programs.run("debugfs", "-R", "show_super_stats -h", fileSystem);
        return number(FREE, told) - number(KEPT_FOR_ROOT, told);
    }

    private static long number(Pattern kind, String told) throws IOException {
        Matcher matcher = kind.matcher(told);
        if (!matcher.find()) {
            throw new IOException("debugfs does not tell '" + kind + "': " + told);
        }
        return Long.parseLong(matcher.group(1));
    }

    private static void debugfs(String fileSystem, String command) throws IOException {
        Programs.run("debugfs", "-w", "-R", command, fileSystem);
    }
}
