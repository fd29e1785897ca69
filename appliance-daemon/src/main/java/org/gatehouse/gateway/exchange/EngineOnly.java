package org.gatehouse.gateway.exchange;

import java.util.Set;

/**
 * Request fields that steer an inference engine instead of asking a model something. Engines have no tenants and trust
 * whoever reaches them, so such a field of one caller can hurt another: take over or cancel a call by its id, jump the
 * queue, read or poison another tenant's cached prompts, pull cache blocks over the network, pin a worker, swap adapters.
 * They never reach an engine as a client sent them. Services with tenants of their own get them untouched: there they are
 * fields that nobody knows, or mean something else.
 */
public final class EngineOnly {
    // The request classes of each server, by name; pydantic and serde match names by case, so other spellings do nothing.
    private static final Set<String> NAMES = Set.of(
            // vLLM, chat_completion/protocol.py and its siblings.
            "request_id", "priority", "cache_salt", "kv_transfer_params", "ec_transfer_params", "vllm_xargs",
            // SGLang, entrypoints/openai/protocol.py. A custom_logit_processor is a pickled object.
            "rid", "extra_key", "session_params", "lora_path", "custom_logit_processor", "custom_params",
            "custom_labels", "bootstrap_host", "bootstrap_port", "bootstrap_room", "bootstrap_pair_key",
            "data_parallel_rank", "routed_dp_rank", "disagg_prefill_dp_rank",
            // llama-server: a slot of its own, adapters by number.
            "id_slot", "slot_id", "lora",
            // trtllm-serve.
            "disaggregated_params", "lora_request",
            // transformers serve: overrules the cap on output among others.
            "generation_config");

    private EngineOnly() {}

    /** Whether a field of that name is for an engine only. */
    public static boolean names(String field) {
        return NAMES.contains(field);
    }
}
