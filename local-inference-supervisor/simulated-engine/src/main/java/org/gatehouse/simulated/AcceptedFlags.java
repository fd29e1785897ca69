package org.gatehouse.simulated;

import java.util.ArrayList;
import java.util.List;

import picocli.CommandLine.Option;

/**
 * vLLM's flags that say nothing to a simulation, taken so that it is started with the very words that start vLLM. A flag
 * that is neither here nor in {@link ServeCommand} ends the program with status 2, as it does vLLM.
 */
final class AcceptedFlags {
    @Option(names = {"--revision", "--tokenizer", "--tokenizer-revision", "--download-dir", "--load-format", "--dtype",
            "--quantization", "-q", "--kv-cache-dtype", "--gpu-memory-utilization", "--kv-cache-memory-bytes",
            "--cpu-offload-gb", "--max-num-seqs", "--max-num-batched-tokens", "--block-size", "--scheduling-policy",
            "--tensor-parallel-size", "-tp", "--pipeline-parallel-size", "-pp", "--data-parallel-size", "-dp",
            "--distributed-executor-backend", "--device-ids", "--numa-bind-nodes", "--numa-bind-cpus", "--seed",
            "--optimization-level", "-O", "--compilation-config", "-cc", "--max-loras", "--max-cpu-loras",
            "--max-lora-rank", "--tool-call-parser", "--reasoning-parser", "--chat-template",
            "--default-chat-template-kwargs", "--tool-parser-plugin", "--fingerprint-mode", "--max-log-len",
            "--uvicorn-log-level", "--disable-access-log-for-endpoints", "--log-config-file",
            "--otlp-traces-endpoint", "--collect-detailed-traces", "--api-server-count", "-asc", "--root-path",
            "--middleware", "--generation-config", "--hf-overrides", "--limit-mm-per-prompt", "--runner", "--convert",
            "--task", "--kv-transfer-config", "--speculative-config", "--allowed-origins", "--ssl-keyfile",
            "--ssl-certfile", "--ssl-ca-certs", "--kv-offloading-size", "--kv-offloading-backend"}, hidden = true)
    private List<String> values = new ArrayList<>();

    @Option(names = {"--trust-remote-code", "--enforce-eager", "--enable-prefix-caching", "--no-enable-prefix-caching",
            "--enable-chunked-prefill", "--no-enable-chunked-prefill", "--enable-expert-parallel", "--numa-bind",
            "--enable-lora", "--enable-auto-tool-choice", "--enable-per-request-metrics",
            "--enable-log-requests", "--no-enable-log-requests", "--enable-log-outputs", "--disable-log-stats",
            "--disable-uvicorn-access-log", "--kv-cache-metrics", "--enable-mfu-metrics", "--headless",
            "--enable-server-load-tracking", "--fail-on-environ-validation",
            "--disable-custom-all-reduce", "--async-scheduling"}, hidden = true)
    private List<Boolean> switches = new ArrayList<>();

    /** How many of them were given, for the log. */
    int given() {
        return values.size() + switches.size();
    }
}
