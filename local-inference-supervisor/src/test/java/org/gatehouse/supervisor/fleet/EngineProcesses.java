package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds the processes of a test's engines by what no bookkeeping of the fleet can hide: each works in its instance's directory. */
final class EngineProcesses {
    private final Path instances;

    /**
     * One process.
     *
     * @param pid its id
     * @param instance whose
     * @param gpu the number of the GPU that it was given
     * @param marker the same for all of one engine
     * @param arguments its command line
     */
    record Found(long pid, String instance, int gpu, String marker, List<String> arguments) {
        /** Whether it is the engine itself and no child of it. */
        boolean isRoot() {
            return arguments.contains("serve");
        }

        @Override
        public String toString() {
            return pid + " " + instance + " on GPU " + gpu + (isRoot() ? "" : " (child)") + " " + marker;
        }

        String after(String flag) {
            int index = arguments.lastIndexOf(flag);
            return index < 0 ? "" : arguments.get(index + 1);
        }
    }

    /** Of engines whose directories lie in this one. */
    EngineProcesses(Path instances) {
        this.instances = instances;
    }

    /** All that live now. */
    List<Found> all() {
        List<Found> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    Path directory = Files.readSymbolicLink(process.resolve("cwd"));
                    if (directory.startsWith(instances)) {
                        found.add(read(process, instances.relativize(directory).getName(0).toString()));
                    }
                } catch (IOException | IndexOutOfBoundsException _) {
                    // It ended, it is another user's, or it is about to become another program.
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("/proc cannot be listed", e);
        }
        return found;
    }

    private static Found read(Path process, String instance) throws IOException {
        List<String> environment = words(process.resolve("environ"));
        return new Found(Long.parseLong(process.getFileName().toString()), instance,
                Integer.parseInt(variable(environment, "CUDA_VISIBLE_DEVICES")),
                variable(environment, "GATEHOUSE_ENGINE_MARKER"), words(process.resolve("cmdline")));
    }

    private static List<String> words(Path file) throws IOException {
        return List.of(Files.readString(file, StandardCharsets.ISO_8859_1).split("\0"));
    }

    private static String variable(List<String> environment, String name) throws IOException {
        return environment.stream().filter(each -> each.startsWith(name + "="))
                .map(each -> each.substring(name.length() + 1)).findFirst()
                .orElseThrow(() -> new IOException("without " + name));
    }
}
