package org.gatehouse.supervisor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The machine as a supervisor meets it: processes, signals, time, chance. One place, so that tests can set time and chance.
 *
 * @param processes the process table
 * @param signals the way to end processes
 * @param setsid the program that gives an engine its own session, or {@code null} where there is none (macOS)
 * @param environment the daemon's own environment variables
 * @param clock for times that people read
 * @param nanoTime for deadlines: monotonic, so that a corrected wall clock ends no engine
 * @param random for jitter
 */
record Host(ProcessTable processes, Signals signals, @Nullable Path setsid, Map<String, String> environment,
        Clock clock, LongSupplier nanoTime, RandomGenerator random) {

    /** This machine with its real time. */
    static Host ofThisMachine() {
        return ofThisMachine(Clock.systemUTC(), System::nanoTime, new Random());
    }

    /** This machine with another time and another chance. */
    static Host ofThisMachine(Clock clock, LongSupplier nanoTime, RandomGenerator random) {
        Path setsid = Stream.of("/usr/bin/setsid", "/bin/setsid").map(Path::of).filter(Files::isExecutable).findFirst()
                .orElse(null);
        return new Host(ProcessTable.ofThisMachine(), new Signals(), setsid, System.getenv(), clock, nanoTime, random);
    }
}
