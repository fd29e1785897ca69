package org.gatehouse.simulated;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * A process that does nothing but live, in the place of vLLM's engine core: the server stops it when it stops itself, but when the
 * server is killed it goes on, as the real one does with the GPU's memory (vllm#19849). It ends by itself after ten minutes, so that a
 * test that fails leaves none for long.
 */
@CommandLine.Command(name = "engine-core", hidden = true, description = "Plays the engine core's process.")
final class CoreChild implements Callable<Integer> {
    private static final long LONGEST_MINUTES = 10;

    @CommandLine.Parameters(arity = "0..*", description = "Says in a process list what this is.")
    private List<String> words = new ArrayList<>();

    /** Starts one; {@code null} when the script wants none. Its output is this program's. */
    static @Nullable Process start(StartScript.Child kind) throws IOException {
        if (kind == StartScript.Child.NONE) {
            return null;
        }
        List<String> command = new ArrayList<>();
        if (kind == StartScript.Child.SESSION) {
            command.add("setsid");
        }
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx16m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                SimulatedEngine.class.getName(), "engine-core", "VLLM::EngineCore",
                "child-of-" + ProcessHandle.current().pid()));
        return new ProcessBuilder(command).inheritIO().start();
    }

    @Override
    public Integer call() throws InterruptedException {
        System.out.println("(EngineCore pid=" + ProcessHandle.current().pid() + ") Simulated engine core, "
                + String.join(" ", words));
        TimeUnit.MINUTES.sleep(LONGEST_MINUTES);
        return 0;
    }
}
