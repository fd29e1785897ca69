package org.gatehouse.supervisor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A daemon of its own for tests that kill it: supervises one engine with children and then sits there. */
final class SupervisingDaemon {
    private SupervisingDaemon() {}

    /** Argument: the directory. */
    public static void main(String[] arguments) throws Exception {
        SupervisorBench bench = new SupervisorBench(Path.of(arguments[0]));
        Instance ready = bench.ready(bench.engineAfter("chat", """
                sleep 1000 & echo $! > child
                setsid sh -c 'echo $$ > escaped; exec sleep 1000' &
                """));
        bench.pidIn("child");
        bench.pidIn("escaped");
        Path fresh = bench.directory.resolve("root.fresh");
        Files.writeString(fresh, ready.processId().orElseThrow() + "\n");
        Files.move(fresh, bench.directory.resolve("root"));
        Thread.sleep(Long.MAX_VALUE);
    }

    static Process start(Path directory) throws Exception {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"),
                SupervisingDaemon.class.getName(), directory.toString());
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(directory.resolve("daemon.log").toFile())
                .start();
    }
}
