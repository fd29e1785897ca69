package org.gatehouse.simulated;

/** The steps of vLLM's start, in order, as its log shows them. */
enum LoadStep {
    COMMAND_LINE, ENGINE_CORE, DISTRIBUTED, FETCH, WEIGHTS, COMPILE, KV_CACHE, GRAPHS, ENGINE_READY, HTTP
}
