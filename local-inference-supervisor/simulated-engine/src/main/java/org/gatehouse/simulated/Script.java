package org.gatehouse.simulated;

import java.util.Map;

/**
 * What an engine is given beside the plain surfaces, all off or usual in {@link #none}.
 *
 * @param release the release of vLLM that is played
 * @param developerMode whether sleep, wake and their like are there, as {@code VLLM_SERVER_DEV_MODE=1} has it
 * @param sleepMode whether they may be used, as {@code --enable-sleep-mode} has it
 * @param adaptersAtRunTime whether LoRA adapters can be loaded and unloaded, {@code VLLM_ALLOW_RUNTIME_LORA_UPDATING=1}
 * @param adapters LoRA adapters that are there from the start, path by name
 * @param requestIdHeaders whether replies carry {@code X-Request-Id}
 * @param control whether {@code /simulated/control} is there
 * @param refusal which calls are refused from the start
 */
public record Script(Release release, boolean developerMode, boolean sleepMode, boolean adaptersAtRunTime,
        Map<String, String> adapters, boolean requestIdHeaders, boolean control, Refusal refusal) {

    /** Copies the adapters. */
    public Script {
        adapters = Map.copyOf(adapters);
    }

    static Script none() {
        return new Script(Release.USUAL, false, false, false, Map.of(), false, false, Refusal.NONE);
    }

    /** Everything that can be asked for, in this release. */
    static Script all(String version) {
        return new Script(Release.of(version), true, true, true, Map.of(), true, true, Refusal.NONE);
    }
}
