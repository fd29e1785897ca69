package org.gatehouse.supervisor;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** Reads how far vLLM has come from its log. The texts are those of releases 0.10 to 0.28; others pass unnoticed. */
final class VllmStartupLog {

    /** A phase, and how much of it is done, 0 to 100. */
    record Progress(LoadPhase phase, int percent) {
        /** Whether this is further than the other: workers log side by side, and a late line must not turn progress back. */
        boolean isBeyond(Progress other) {
            int order = phase.compareTo(other.phase);
            return order > 0 || order == 0 && percent > other.percent;
        }
    }

    private record Marker(Pattern pattern, LoadPhase phase) {
        static Marker of(String regex, LoadPhase phase) {
            return new Marker(Pattern.compile(regex), phase);
        }
    }

    /** Furthest first, so that a line is taken for the furthest thing it says. A first group is a percentage. */
    private static final List<Marker> MARKERS = List.of(
            Marker.of("Application startup complete", LoadPhase.LISTENING),
            Marker.of("Starting vLLM (?:API )?server|Available routes are|Supported[ _]tasks: ", LoadPhase.HTTP),
            Marker.of("init engine \\(profile", LoadPhase.ENGINE_READY),
            Marker.of("Capturing CUDA graphs?.*?(\\d{1,3})%\\|", LoadPhase.GRAPHS),
            Marker.of("Capturing CUDA graph|Graph capturing finished|CUDA graph pool memory", LoadPhase.GRAPHS),
            Marker.of("Available KV cache memory|GPU KV cache size|Maximum concurrency for", LoadPhase.KV_CACHE),
            Marker.of(
                    "for vLLM's torch\\.compile|Dynamo bytecode transform time|Compiling a graph for|torch\\.compile (?:took|takes)",
                    LoadPhase.COMPILE),
            Marker.of("Loading safetensors checkpoint shards:\\s+(\\d{1,3})%", LoadPhase.WEIGHTS),
            Marker.of("Loading weights took|Model loading took|Loading safetensors", LoadPhase.WEIGHTS),
            Marker.of("Starting to load model|Time spent downloading weights", LoadPhase.FETCH),
            Marker.of("world_size=\\d+ rank=\\d+|vLLM is using nccl", LoadPhase.DISTRIBUTED),
            Marker.of("Initializing a V1 LLM engine", LoadPhase.ENGINE_CORE),
            Marker.of("vLLM (?:API )?server version|non-default args: ", LoadPhase.COMMAND_LINE));

    private VllmStartupLog() {}

    /** What this line says about the start, or {@code null}. */
    static @Nullable Progress progress(String line) {
        for (Marker marker : MARKERS) {
            Matcher matcher = marker.pattern().matcher(line);
            if (matcher.find()) {
                int percent = matcher.groupCount() == 0 ? 0 : Math.min(100, Integer.parseInt(matcher.group(1)));
                return new Progress(marker.phase(), percent);
            }
        }
        return null;
    }
}
