package org.gatehouse.supervisor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** Reads {@code /proc} (proc_pid_stat(5)). A process that ends while it is read is left out. Thread-safe. */
final class LinuxProcessTable implements ProcessTable {
    /** Field 22 of stat, counted from field 3, the first after the command name. */
    private static final int START_TIME = 22 - 3;

    private final Path proc;

    LinuxProcessTable(Path proc) {
        this.proc = proc;
    }

    @Override
    public Map<Long, ProcessEntry> read() {
        Map<Long, ProcessEntry> entries = new HashMap<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(proc, LinuxProcessTable::isProcess)) {
            for (Path directory : directories) {
                ProcessEntry entry = entry(directory);
                if (entry != null) {
                    entries.put(entry.pid(), entry);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The process table at " + proc + " cannot be listed", e);
        }
        return entries;
    }

    @Override
    public @Nullable ProcessEntry read(long pid) {
        return entry(proc.resolve(Long.toString(pid)));
    }

    private static boolean isProcess(Path directory) {
        String name = directory.getFileName().toString();
        return name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static @Nullable ProcessEntry entry(Path directory) {
        try {
            String stat = Files.readString(directory.resolve("stat"), StandardCharsets.ISO_8859_1);
            // The command name stands in parentheses and may itself hold spaces and parentheses: the last one counts.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            char state = fields[0].charAt(0);
            if (state == 'Z' || state == 'X') {
                return null;
            }
            return new ProcessEntry(Long.parseLong(directory.getFileName().toString()), Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]), Long.parseLong(fields[3]), Long.parseLong(fields[START_TIME]));
        } catch (IOException _) {
            return null; // It ended in the meantime.
        }
    }

    @Override
    public String commandHash(long pid) {
        try {
            return Hashes.sha256(Files.readAllBytes(proc.resolve(Long.toString(pid)).resolve("cmdline")));
        } catch (IOException _) {
            return "";
        }
    }

    @Override
    public boolean carries(long pid, String marker) {
        try {
            String environment = Files.readString(proc.resolve(Long.toString(pid)).resolve("environ"),
                    StandardCharsets.ISO_8859_1);
            String wanted = EngineEnvironment.MARKER + "=" + marker;
            return environment.startsWith(wanted + "\0") || environment.contains("\0" + wanted + "\0");
        } catch (IOException _) {
            return false; // Another user's, or ended.
        }
    }

    @Override
    public boolean isInUnit(long pid, String unit) {
        try {
            return Files.readString(proc.resolve(Long.toString(pid)).resolve("cgroup"), StandardCharsets.ISO_8859_1)
                    .lines().anyMatch(line -> line.endsWith("/" + unit) || line.contains("/" + unit + "/"));
        } catch (IOException _) {
            return false; // Ended.
        }
    }

    @Override
    public String bootId() {
        try {
            return Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException _) {
            return "";
        }
    }
}
