package org.gatehouse.supervisor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.supervisor.VllmStartupLog.Progress;

import static org.assertj.core.api.Assertions.assertThat;

class VllmStartupLogTest {

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '^', textBlock = """
            INFO 11-20 10:00:00 [api_server.py:1] vLLM server version 0.28.0, serving model m                 ~ COMMAND_LINE ~ 0
            INFO 11-20 10:00:00 [utils.py:1] non-default args: {'model': 'm'}                                 ~ COMMAND_LINE ~ 0
            (EngineCore pid=7) INFO [core.py:1] Initializing a V1 LLM engine (v0.28.0) with config: model='m' ~ ENGINE_CORE  ~ 0
            INFO [parallel_state.py:1] world_size=2 rank=0 local_rank=0 backend=nccl                          ~ DISTRIBUTED  ~ 0
            INFO [pynccl.py:1] vLLM is using nccl==2.27                                                       ~ DISTRIBUTED  ~ 0
            INFO [gpu_model_runner.py:1] Starting to load model Qwen/Qwen3-32B...                             ~ FETCH        ~ 0
            Loading safetensors checkpoint shards:  50% Completed | 2/4 [00:01<00:01]                         ~ WEIGHTS      ~ 50
            Loading safetensors checkpoint shards: 100% Completed | 4/4 [00:02<00:00]                         ~ WEIGHTS      ~ 100
            INFO Loading weights took 2.11 seconds                                                            ~ WEIGHTS      ~ 0
            INFO Using cache directory: /c for vLLM's torch.compile                                           ~ COMPILE      ~ 0
            INFO torch.compile takes 12.3 s in total                                                          ~ COMPILE      ~ 0
            INFO Available KV cache memory: 30.1 GiB                                                          ~ KV_CACHE     ~ 0
            INFO GPU KV cache size: 1,234 tokens, Maximum concurrency for 8,192 tokens per request: 3.1x      ~ KV_CACHE     ~ 0
            Capturing CUDA graphs (decode, FULL):  40%|####      | 14/35                                      ~ GRAPHS       ~ 40
            INFO Graph capturing finished in 12 secs, took 0.5 GiB                                            ~ GRAPHS       ~ 0
            INFO init engine (profile, create kv cache, warmup model) took 50 s (compilation: 12 s)           ~ ENGINE_READY ~ 0
            INFO Starting vLLM server on unix:/run/e.sock                                                     ~ HTTP         ~ 0
            INFO:     Application startup complete.                                                           ~ LISTENING    ~ 0
            """)
    void eachMarkerMeansItsPhase(String line, LoadPhase phase, int percent) {
        assertThat(VllmStartupLog.progress(line)).isEqualTo(new Progress(phase, percent));
    }

    @Test
    void otherLinesSayNothing() {
        assertThat(VllmStartupLog.progress("INFO: 127.0.0.1 - \"GET /health HTTP/1.1\" 200")).isNull();
        assertThat(VllmStartupLog.progress("")).isNull();
    }

    @Test
    void lateLineOfASlowWorkerIsNotBeyondWhatWasReached() {
        Progress reached = new Progress(LoadPhase.WEIGHTS, 50);

        assertThat(new Progress(LoadPhase.WEIGHTS, 75).isBeyond(reached)).isTrue();
        assertThat(new Progress(LoadPhase.COMPILE, 0).isBeyond(reached)).isTrue();
        assertThat(new Progress(LoadPhase.WEIGHTS, 25).isBeyond(reached)).isFalse();
        assertThat(new Progress(LoadPhase.FETCH, 100).isBeyond(reached)).isFalse();
    }
}
