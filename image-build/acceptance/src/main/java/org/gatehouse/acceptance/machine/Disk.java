package org.gatehouse.acceptance.machine;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A disk of a virtual machine, kept in a file.
 *
 * @param file where it lies
 * @param format how
 * @param cache what becomes of the guest's flushes
 */
public record Disk(Path file, Format format, Cache cache) {

    /** How a disk lies in its file, in QEMU's words. */
    public enum Format {
        RAW, QCOW2;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** What becomes of the guest's flushes. */
    public enum Cache {
        /** They are skipped: quick, for machines that are never cut off. */
        UNSAFE("unsafe"),
        /** They are carried out, so that a killed QEMU has lost what a computer without power has: what was never flushed, at most. */
        HONEST("writeback");

        private final String word;

        Cache(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /** An empty raw disk of so many bytes that takes no space yet; an older file of that name is replaced. */
    public static Disk blank(Path file, long bytes) throws IOException {
        Programs.run("qemu-img", "create", "-q", "-f", "raw", file.toString(), Long.toString(bytes));
        return new Disk(file, Format.RAW, Cache.UNSAFE);
    }

    /**
     * A disk that reads as this one and keeps what is written in a file of its own. This one must not change as long as that is used.
     *
     * @param bytes how large the new disk is, not smaller than this one; 0 for as large
     */
    public Disk layer(Path over, long bytes) throws IOException {
        String[] command = {"qemu-img", "create", "-q", "-f", "qcow2", "-b", file.toAbsolutePath().toString(), "-F",
                format.word(), over.toString()};
        Programs.run(bytes == 0 ? command : Programs.with(command, Long.toString(bytes)));
        return new Disk(over, Format.QCOW2, Cache.UNSAFE);
    }

    /** The same content as a raw disk, for what reads or changes single bytes. */
    public Disk raw(Path copy) throws IOException {
        Programs.run("qemu-img", "convert", "-q", "-f", format.word(), "-O", "raw", file.toString(), copy.toString());
        return new Disk(copy, Format.RAW, cache);
    }

    /** The same disk, whose flushes count. */
    public Disk honest() {
        return new Disk(file, format, Cache.HONEST);
    }
}
