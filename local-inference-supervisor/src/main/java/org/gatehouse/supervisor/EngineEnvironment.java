package org.gatehouse.supervisor;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which variables an engine sees: a short list of the supervisor's own plus the deployment's. Everything else stays out, so that
 * a secret in the daemon's environment never reaches an engine or what an engine loads.
 */
final class EngineEnvironment {
    /**
     * Set on each engine to a value that only its own manifest knows; inherited by whatever the engine starts, and therefore
     * the proof that a process belongs to it. vLLM's process titles may overwrite this area of a process's memory: finding
     * the marker proves something, missing it proves nothing.
     */
    static final String MARKER = "GATEHOUSE_ENGINE_MARKER";

    private static final Set<String> INHERITED = Set.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE",
            "TZ", "TMPDIR", "LD_LIBRARY_PATH", "JAVA_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR");

    private EngineEnvironment() {}

    /** The whole environment of one engine process. */
    static Map<String, String> of(Map<String, String> own, EngineCommand command, String marker) {
        Map<String, String> environment = new HashMap<>();
        own.forEach((name, value) -> {
            if (INHERITED.contains(name) || name.startsWith("CUDA_") || name.startsWith("NVIDIA_")) {
                environment.put(name, value);
            }
        });
        environment.putAll(command.environment());
        environment.put(MARKER, marker);
        return environment;
    }
}
