package org.gatehouse.supervisor;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** What Java itself knows of processes: parents and start times, no groups, sessions or environments. Thread-safe. */
final class PortableProcessTable implements ProcessTable {

    @Override
    public Map<Long, ProcessEntry> read() {
        Map<Long, ProcessEntry> entries = new HashMap<>();
        ProcessHandle.allProcesses().filter(ProcessHandle::isAlive)
                .forEach(handle -> entries.put(handle.pid(), entry(handle)));
        return entries;
    }

    @Override
    public @Nullable ProcessEntry read(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).map(PortableProcessTable::entry).orElse(null);
    }

    private static ProcessEntry entry(ProcessHandle handle) {
        long startedAt = handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        long parent = handle.parent().map(ProcessHandle::pid).orElse(0L);
        return new ProcessEntry(handle.pid(), parent, 0, 0, startedAt);
    }

    @Override
    public String commandHash(long pid) {
        return ProcessHandle.of(pid).flatMap(handle -> handle.info().commandLine())
                .map(line -> Hashes.sha256(line.getBytes(StandardCharsets.UTF_8))).orElse("");
    }

    @Override
    public boolean carries(long pid, String marker) {
        return false;
    }

    @Override
    public boolean isInUnit(long pid, String unit) {
        return false;
    }

    @Override
    public String bootId() {
        return "";
    }
}
