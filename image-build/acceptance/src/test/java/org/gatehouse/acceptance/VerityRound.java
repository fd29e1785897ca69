package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.machine.Disk;
import org.gatehouse.acceptance.machine.Hardware;
import org.gatehouse.acceptance.machine.PartitionTable;
import org.gatehouse.acceptance.machine.PartitionTable.Partition;
import org.gatehouse.acceptance.machine.Programs;
import org.gatehouse.acceptance.machine.VirtualMachine;

import static org.assertj.core.api.Assertions.assertThat;

/** Somebody changes the root file system of a box that is off: nothing of it may run as if nothing had happened. */
@Order(4)
@ExtendWith(Steps.Given.class)
final class VerityRound {
    private static final Pattern DETECTED = Pattern
            .compile("verity.*corrupt|corrupt.*verity|data block \\d+ is corrupted");
    private static final Pattern FIRMWARE = Pattern.compile("BdsDxe: starting");
    private static final Pattern SET_UP = Pattern.compile("(?i)claim code|set it up");
    private static final int SUPERBLOCK = 1024;
    private static final int MEBIBYTE = 1 << 20;

    @Test
    void bitThatWasFlippedInTheRootFileSystemIsDetected(Steps steps) throws Exception {
        Path folder = Lab.here().folder("verity");
        Path file = folder.resolve("disk.raw");
        steps.run("one bit of the file system's head: said on the console, and nothing starts", () -> {
            Partition root = written(file);
            flip(file, List.of(root.offset() + SUPERBLOCK + 8));
            detected(steps, folder, file);
        });
        steps.run("one bit in each mebibyte of the content: said on the console, and nobody can set it up", () -> {
            Partition root = written(file);
            flip(file, LongStream.range(1, root.size() / MEBIBYTE).map(i -> root.offset() + i * MEBIBYTE + 77).boxed()
                    .toList());
            detected(steps, folder, file);
        });
        Lab.remove(folder);
    }

    private static Partition written(Path file) throws IOException {
        Lab.here().image().raw(file);
        Programs.run("qemu-img", "resize", "-q", "-f", "raw", file.toString(), "12G");
        return PartitionTable.of(file).stream().filter(partition -> partition.label().startsWith("gatehouse_"))
                .max(Comparator.comparingLong(Partition::size)).orElseThrow();
    }

    private static void flip(Path file, List<Long> places) throws IOException {
        try (FileChannel disk = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            for (long place : places) {
                disk.read(one.clear(), place);
                disk.write(one.put(0, (byte) (one.get(0) ^ 1)).rewind(), place);
            }
        }
    }

    private static void detected(Steps steps, Path folder, Path file) throws IOException {
        Hardware hardware = Hardware.with(folder, new Disk(file, Disk.Format.RAW, Disk.Cache.UNSAFE));
        try (VirtualMachine machine = VirtualMachine.switchOn(hardware)) {
            String line = machine.serial().await(DETECTED, 0, Lab.BOOT).group();
            steps.note("the console says '" + line + "' after " + machine.sinceOn().toSeconds() + " s");
            // It starts over by itself, where a slot with an older version could take over.
            machine.serial().await(FIRMWARE, machine.serial().mark(), Lab.BOOT);
            assertThat(machine.serial().when(SET_UP)).as("a changed box that offers to be set up").isEmpty();
        }
    }
}
