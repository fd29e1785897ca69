package org.gatehouse.bench.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * CPU time and resident memory of processes over a window, from {@code /proc}. CPU comes in the kernel's ticks of 10 ms,
 * so windows should be seconds long. Memory is sampled five times a second. One thread starts and stops it.
 */
final class ProcessMeter {
    private static final double TICKS_PER_SECOND = 100;
    private static final long SAMPLE_MILLIS = 200;

    /**
     * What one watched group of processes used.
     *
     * @param cpuSeconds user and system time in the window
     * @param meanMegabytes resident memory, mean of the samples, in units of 1,048,576 bytes
     * @param peakMegabytes the largest sample
     */
    record Use(double cpuSeconds, double meanMegabytes, double peakMegabytes) {}

    private static final class Group {
        private final String name;
        private final List<Long> pids;
        private long ticksAtStart;
        private double sum;
        private double peak;
        private int samples;

        Group(String name, List<Long> pids) {
            this.name = name;
            this.pids = pids;
        }

        synchronized void sample() {
            double megabytes = pids.stream().mapToDouble(ProcessMeter::residentMegabytes).sum();
            sum += megabytes;
            peak = Math.max(peak, megabytes);
            samples++;
        }

        synchronized Use use(long ticks) {
            return new Use((ticks - ticksAtStart) / TICKS_PER_SECOND, samples == 0 ? 0 : sum / samples, peak);
        }
    }

    private final List<Group> groups = new ArrayList<>();
    private volatile boolean running;
    private long startedAt;
    private long machineTicksAtStart;

    /** Watches each group; {@code watched} maps a name to process ids with commas between. The generator is {@code load}. */
    ProcessMeter(Map<String, String> watched) {
        watched.forEach((name, pids) -> {
            List<Long> numbers = new ArrayList<>();
            for (String pid : pids.split("[,\\s]+")) {
                try {
                    numbers.add(Long.parseLong(pid));
                } catch (NumberFormatException e) {
                    throw new UsageException("--watch " + name + "=" + pids + ": '" + pid + "' is not a process id");
                }
            }
            groups.add(new Group(name, numbers));
        });
        groups.add(new Group("load", List.of(ProcessHandle.current().pid())));
    }

    /** Begins the window. */
    void start() {
        running = true;
        for (Group group : groups) {
            group.ticksAtStart = ticks(group);
        }
        machineTicksAtStart = machineTicks();
        startedAt = System.nanoTime();
        Thread.ofPlatform().daemon().name("resident-memory").start(() -> {
            while (running) {
                groups.forEach(Group::sample);
                Waiting.millis(SAMPLE_MILLIS);
            }
        });
    }

    /**
     * Ends the window and adds what was used in it, also by all other processes of the machine together.
     *
     * @param unit one of the things that the CPU time is divided by, such as {@code request}
     * @param units how many of them there were
     */
    void stop(Result result, String unit, long units) {
        double seconds = (System.nanoTime() - startedAt) / 1e9;
        running = false;
        double others = (machineTicks() - machineTicksAtStart) / TICKS_PER_SECOND;
        Set<Long> seen = new HashSet<>();
        Map<String, Use> uses = new LinkedHashMap<>();
        for (Group group : groups) {
            long ticks = ticks(group);
            group.sample();
            Use use = group.use(ticks);
            uses.put(group.name, use);
            others -= seen.addAll(group.pids) ? use.cpuSeconds : 0;
        }
        uses.forEach((name, use) -> {
            if (use.peakMegabytes == 0) {
                // Gone, or never there: it used nothing that could be told.
                return;
            }
            result.number(name + "_cpu_cores", use.cpuSeconds / seconds);
            if (units > 0) {
                result.number(name + "_cpu_us_per_" + unit, use.cpuSeconds * 1e6 / units);
            }
            result.number(name + "_rss_mean_mb", use.meanMegabytes);
            result.number(name + "_rss_peak_mb", use.peakMegabytes);
        });
        result.number("others_cpu_cores", Math.max(0, others / seconds));
    }

    /** What all processes of the machine have used so far, in ticks; 0 where the kernel does not say. */
    private static long machineTicks() {
        try {
            String[] fields = Files.readAllLines(Path.of("/proc/stat"), StandardCharsets.ISO_8859_1).getFirst()
                    .split(" +");
            // user, nice, system, then idle and waiting for disks, then hardware and software interrupts.
            return Stream.of(1, 2, 3, 6, 7).mapToLong(index -> Long.parseLong(fields[index])).sum();
        } catch (IOException e) {
            return 0;
        }
    }

    private static long ticks(Group group) {
        return group.pids.stream().mapToLong(ProcessMeter::ticks).sum();
    }

    /** User and system time of a process so far, in ticks; 0 if it is gone. */
    static long ticks(long pid) {
        try {
            String line = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            // The second field is the program's name in parentheses, which may hold blanks.
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Resident memory of a process in units of 1,048,576 bytes; 0 if it is gone. */
    static double residentMegabytes(long pid) {
        Resident resident = resident(pid);
        return resident == null ? 0 : resident.megabytes;
    }

    /**
     * Resident memory of a process as {@code /proc/PID/status} has it, in units of 1,048,576 bytes.
     *
     * @param megabytes all of it, {@code VmRSS}
     * @param anonymousMegabytes its own, {@code RssAnon}: heap, native memory, and file pages that it has changed
     * @param fileMegabytes pages of files, {@code RssFile}, which others may share
     */
    record Resident(double megabytes, double anonymousMegabytes, double fileMegabytes) {}

    /** What is resident of a process now; {@code null} if it is gone. */
    static @Nullable Resident resident(long pid) {
        try {
            Map<String, Double> megabytes = new LinkedHashMap<>();
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1)) {
                if (line.endsWith(" kB")) {
                    megabytes.put(line.substring(0, line.indexOf(':')),
                            Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0);
                }
            }
            // A process that has ended and is not reaped yet has a file without these lines.
            Double all = megabytes.get("VmRSS");
            return all == null
                    ? null
                    : new Resident(all, megabytes.getOrDefault("RssAnon", 0.0), megabytes.getOrDefault("RssFile", 0.0));
        } catch (IOException e) {
            return null;
        }
    }
}
