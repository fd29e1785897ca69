package org.gatehouse.simulated;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that make a simulated engine misbehave or show more, and vLLM's own for what it has on demand alone. */
final class ScriptFlags {
    @Option(names = "--simulate-version", description = "The release of vLLM to play. Default: ${DEFAULT-VALUE}.")
    private String version = Release.USUAL.version();

    @Option(names = "--simulate-stall", description = "Fall silent for ever after this step of the load, such as distributed, weights, compile.")
    private @Nullable String stall;

    @Option(names = "--simulate-failure", description = "Fail to load in one of vLLM's known ways, such as gpu-busy, context-too-long, out-of-memory.")
    private @Nullable String failure;

    @Option(names = "--simulate-crash-after", description = "Crash so many seconds after it began to listen.")
    private double crashAfterSeconds = -1;

    @Option(names = "--simulate-crash-status", description = "Exit status of that crash. Default: 0, as vLLM has it.")
    private int crashStatus;

    @Option(names = "--simulate-child", description = "Keep a child process as the engine core: group or session.")
    private String child = "none";

    @Option(names = "--simulate-control", description = "Let POST /simulated/control change how the engine behaves.")
    private boolean control;

    @Option(names = "--simulate-refusal", description = "Refuse calls with status 400 while in good health: completions or everything.")
    private String refusal = "none";

    @Option(names = "--enable-sleep-mode", description = "With VLLM_SERVER_DEV_MODE=1: POST /sleep and /wake_up.")
    private boolean sleepMode;

    @Option(names = "--enable-request-id-headers", description = "X-Request-Id on replies.")
    private boolean requestIdHeaders;

    @Option(names = "--lora-modules", arity = "1..*", description = "Adapters that are there from the start: name=path or JSON.")
    private List<String> adapters = List.of();

    /** The surfaces that were asked for. */
    Script script(Map<String, String> environment) {
        return new Script(Release.of(version), "1".equals(environment.get("VLLM_SERVER_DEV_MODE")), sleepMode,
                "1".equals(environment.get("VLLM_ALLOW_RUNTIME_LORA_UPDATING")), adapters(), requestIdHeaders, control,
                Refusal.valueOf(word(refusal)));
    }

    private Map<String, String> adapters() {
        Map<String, String> paths = new LinkedHashMap<>();
        for (String adapter : adapters) {
            int equals = adapter.indexOf('=');
            if (adapter.startsWith("{")) {
                try {
                    JsonNode json = new ObjectMapper().readTree(adapter);
                    paths.put(json.path("name").asText(), json.path("path").asText());
                } catch (IOException e) {
                    throw new IllegalArgumentException("--lora-modules " + adapter + " is not JSON", e);
                }
            } else if (equals > 0) {
                paths.put(adapter.substring(0, equals), adapter.substring(equals + 1));
            } else {
                throw new IllegalArgumentException("--lora-modules " + adapter + " is not name=path");
            }
        }
        return paths;
    }

    /** What shall go wrong. */
    StartScript start() {
        return new StartScript(stall == null ? null : LoadStep.valueOf(word(stall)),
                failure == null ? null : KnownFailure.named(failure),
                crashAfterSeconds < 0 ? null : Duration.ofNanos((long) (crashAfterSeconds * 1e9)), crashStatus,
                StartScript.Child.valueOf(word(child)));
    }

    private static String word(String text) {
        return text.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
