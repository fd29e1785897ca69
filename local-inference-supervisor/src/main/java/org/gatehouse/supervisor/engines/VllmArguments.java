package org.gatehouse.supervisor.engines;

import org.gatehouse.supervisor.engines.ArgumentRules.Value;

/** Which extra arguments vLLM may be given. */
final class VllmArguments {
    static final ArgumentRules RULES = new ArgumentRules.Builder()
            .allow(Value.NONE, "--enable-prefix-caching", "--no-enable-prefix-caching", "--enable-chunked-prefill",
                    "--no-enable-chunked-prefill", "--enable-expert-parallel", "--enable-auto-tool-choice",
                    "--enable-force-include-usage", "--enable-per-request-metrics", "--async-scheduling",
                    "--no-async-scheduling", "--kv-cache-metrics", "--enable-mfu-metrics", "--numa-bind",
                    "--disable-custom-all-reduce", "--enable-server-load-tracking", "--enable-eplb")
            .allow(Value.WHOLE, "--block-size", "--seed", "--max-logprobs", "--max-cpu-loras",
                    "--max-num-partial-prefills", "--max-long-partial-prefills", "--long-prefill-token-threshold",
                    "--stream-interval", "--kv-offloading-size")
            .allow(Value.NAME, "--tool-call-parser", "--reasoning-parser", "--tokenizer-mode", "--load-format",
                    "--generation-config", "--mm-encoder-tp-mode", "--runner", "--convert", "--attention-backend",
                    "--prefix-caching-hash-algo")
            .allow(Value.FLAT_JSON, "--limit-mm-per-prompt", "--default-chat-template-kwargs",
                    "--mm-processor-kwargs")
            .own("address", "--host", "--port", "--uds")
            .own("model and public name", "--model", "--served-model-name", "--revision", "--tokenizer")
            .own("parallelism", "--tensor-parallel-size", "-tp", "--pipeline-parallel-size", "-pp",
                    "--data-parallel-size", "-dp", "--nnodes", "--node-rank", "--master-addr", "--master-port",
                    "--headless", "--distributed-executor-backend", "--device-ids", "--api-server-count", "-asc")
            .own("memory settings", "--gpu-memory-utilization", "--kv-cache-memory-bytes", "--kv-cache-memory",
                    "--max-model-len", "--max-num-seqs", "--max-num-batched-tokens", "--kv-cache-dtype", "--dtype",
                    "--quantization", "-q", "--enforce-eager", "--cpu-offload-gb")
            .own("adapters", "--enable-lora", "--max-loras", "--max-lora-rank", "--lora-modules")
            .own("modes", "--enable-sleep-mode", "--scheduling-policy", "--shutdown-timeout",
                    "--enable-prompt-tokens-details", "--disable-uvicorn-access-log")
            .never("runs code that lies beside the model", "--trust-remote-code", "--tool-parser-plugin",
                    "--reasoning-parser-plugin", "--middleware", "--logits-processors", "--worker-cls",
                    "--worker-extension-cls", "--compilation-config", "-cc", "--scheduler-cls", "--io-processor-plugin",
                    "--model-loader-extra-config", "--hf-overrides")
            .never("writes prompts or answers into a log", "--enable-log-requests", "--enable-log-outputs",
                    "--max-log-len", "--log-config-file")
            .never("lets callers read the box's files or reach its network", "--allowed-local-media-path",
                    "--allowed-media-domains", "--kv-transfer-config", "--kv-events-config", "--ec-transfer-config",
                    "--otlp-traces-endpoint", "--collect-detailed-traces")
            .never("changes where secrets or settings come from", "--api-key", "--hf-token", "--config",
                    "--download-dir", "--hf-config-path", "--ssl-keyfile", "--ssl-certfile", "--ssl-ca-certs",
                    "--root-path", "--allowed-origins", "--chat-template")
            .never("takes away what the supervisor watches it by", "--disable-log-stats", "--uvicorn-log-level",
                    "--grpc", "--disable-frontend-multiprocessing")
            .build();

    private VllmArguments() {}
}
