package org.gatehouse.supervisor.engines;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

import org.junit.jupiter.api.Test;

import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.LearnedFootprint;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;
import org.gatehouse.supervisor.planning.Shape;
import org.gatehouse.supervisor.planning.Wish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class StartupLogTest {
    static final List<String> VLLM = List.of(
            "(APIServer pid=7) INFO 09-05 10:00:00 [api_server.py:1896] vLLM server version 0.28.0, serving model /m",
            "(EngineCore pid=9) INFO 09-05 10:00:08 [core.py:93] Initializing a V1 LLM engine (v0.28.0) with config: x",
            "(EngineCore pid=9) INFO 09-05 10:00:09 [parallel_state.py:1208] world_size=2 rank=0 local_rank=0 "
                    + "distributed_init_method=tcp://127.0.0.1:5 backend=nccl",
            "(Worker_TP0 pid=10) INFO 09-05 10:00:12 [gpu_model_runner.py:2602] Starting to load model /m...",
            "(Worker_TP0 pid=10) Loading safetensors checkpoint shards:  50% Completed | 2/4 [00:01<00:01]",
            "(Worker_TP0 pid=10) INFO 09-05 10:00:20 [default_loader.py:268] Loading weights took 7.70 seconds",
            "(Worker_TP0 pid=10) INFO 09-05 10:00:21 [gpu_model_runner.py:2653] Model loading took 30.59 GiB memory "
                    + "and 8.112233 seconds",
            "(Worker_TP1 pid=11) INFO 09-05 10:00:21 [gpu_model_runner.py:2653] Model loading took 30.61 GiB memory "
                    + "and 8.2 seconds",
            "(Worker_TP0 pid=10) INFO 09-05 10:00:40 [monitor.py:34] torch.compile took 15.20 s in total",
            "(Worker_TP0 pid=10) INFO 09-05 10:00:44 [gpu_worker.py:298] Available KV cache memory: 38.04 GiB",
            "(Worker_TP1 pid=11) INFO 09-05 10:00:44 [gpu_worker.py:298] Available KV cache memory: 37.99 GiB",
            "(EngineCore pid=9) INFO 09-05 10:00:45 [kv_cache_utils.py:1087] GPU KV cache size: 311,216 tokens, "
                    + "Maximum concurrency for 40960 tokens per request: 7.60x",
            "(Worker_TP0 pid=10) Capturing CUDA graphs (decode, FULL):  40%|####      | 14/35 [00:01<00:02]",
            "(Worker_TP0 pid=10) INFO 09-05 10:00:50 [gpu_model_runner.py:3480] Graph capturing finished in 5 secs, "
                    + "took 0.75 GiB",
            "(EngineCore pid=9) INFO 09-05 10:00:51 [core.py:210] init engine (profile, create kv cache, warmup model) "
                    + "took 29.9 s (compilation: 15.2 s)",
            "(APIServer pid=7) INFO 09-05 10:00:52 [api_server.py:1634] Supported tasks: ['generate']",
            "(APIServer pid=7) INFO:     Application startup complete.");

    @Test
    void progressOfVllmNeverFallsAndEndsWithListening() {
        StartupLog log = new StartupLog(Engine.of(EngineKind.VLLM));
        int before = 0;
        for (String line : VLLM) {
            log.read(line);
            assertThat(log.progress().percent()).as(line).isGreaterThanOrEqualTo(before);
            before = log.progress().percent();
        }
        assertThat(log.progress().stage()).isEqualTo(LoadStage.LISTENING);
        assertThat(before).isEqualTo(99);
    }

    @Test
    void shardsAndGraphsCountWithinTheirStage() {
        StartupLog log = new StartupLog(Engine.of(EngineKind.VLLM));

        assertThat(log.read(VLLM.get(4))).isTrue();
        assertThat(log.progress()).isEqualTo(new LoadProgress(LoadStage.WEIGHTS, 50));
        assertThat(log.progress().percent()).isEqualTo(32);
        assertThat(log.read(VLLM.get(0))).isFalse();
        assertThat(log.read("something else")).isFalse();
    }

    @Test
    void memoryThatVllmReportsBecomesTheNextPlansFootprint() {
        StartupLog log = new StartupLog(Engine.of(EngineKind.VLLM));
        Plan.Fits plan = Orders.plan(new Shape(2, 1), Orders.gpu("box", 0), Orders.gpu("box", 1));
        Placement placement = plan.placements().getFirst();
        VLLM.forEach(log::read);

        LearnedFootprint footprint = log.footprint(Wish.of(EngineKind.VLLM), placement).orElseThrow();

        double gib = Orders.GIB;
        assertThat(footprint.shape()).isEqualTo(new Shape(2, 1));
        assertThat(footprint.weightBytes() / gib).isCloseTo(30.61, within(0.001));
        assertThat(footprint.kvCacheBytes() / gib).isCloseTo(37.99, within(0.001));
        assertThat(footprint.kvTokens()).isEqualTo(311_216);
        assertThat(footprint.graphBytes() / gib).isCloseTo(0.75, within(0.001));
        assertThat(footprint.overheadBytes() / gib).isCloseTo(73.6 - 30.61 - 37.99 - 0.75, within(0.001));
        assertThat(new StartupLog(Engine.of(EngineKind.VLLM)).footprint(Wish.of(EngineKind.VLLM), placement)).isEmpty();
    }

    @Test
    void otherEnginesAreFollowedToo() {
        assertThat(last(EngineKind.SGLANG, "[2026-09-05] server_args=ServerArgs(model_path='/m')",
                "[TP0] Init torch distributed begin.",
                "[TP0] Load weight end. type=LlamaForCausalLM, mem usage=15.06 GB.",
                "[TP0] KV Cache is allocated. #tokens: 412345, K size: 25.17 GB, V size: 25.17 GB",
                "The server is fired up and ready to roll!").stage()).isEqualTo(LoadStage.LISTENING);
        assertThat(last(EngineKind.LLAMA_CPP, "build: 6641 (abc) with gcc",
                "load_tensors: offloaded 16/32 layers to GPU")).isEqualTo(new LoadProgress(LoadStage.WEIGHTS, 50));
        assertThat(last(EngineKind.TENSORRT_LLM, "Loading weights:  25%|##"))
                .isEqualTo(new LoadProgress(LoadStage.WEIGHTS, 25));
        assertThat(last(EngineKind.TRANSFORMERS, "INFO:     Uvicorn running on http://127.0.0.1:9001").percent())
                .isEqualTo(99);
    }

    @Test
    void memoryThatSglangReportsIsReadInBothItsForms() {
        Plan.Fits plan = Orders.plan(Shape.SINGLE, Orders.gpu("box", 0));
        for (String cache : List.of("K size: 10.00 GB, V size: 10.00 GB", "KV size: 20.00 GB")) {
            StartupLog log = new StartupLog(Engine.of(EngineKind.SGLANG));
            log.read("[TP0] Load weight end. elapsed=23.18 s, type=X, avail mem=32.02 GB, mem usage=28.79 GB.");
            log.read("[TP0] KV Cache is allocated. #tokens: 383872, " + cache);
            log.read("[TP0] Capture cuda graph end. Time elapsed: 8.04 s. mem usage=0.80 GB. avail mem=10.30 GB.");

            LearnedFootprint footprint = log.footprint(Wish.of(EngineKind.SGLANG), plan.placements().getFirst())
                    .orElseThrow();

            assertThat(footprint.kvCacheBytes()).isEqualTo(20 * Orders.GIB);
            assertThat(footprint.kvTokens()).isEqualTo(383_872);
            assertThat((double) footprint.graphBytes() / Orders.GIB).isCloseTo(0.8, within(0.001));
        }
    }

    private static LoadProgress last(EngineKind engine, String... lines) {
        StartupLog log = new StartupLog(Engine.of(engine));
        List.of(lines).forEach(log::read);
        return log.progress();
    }

    @Test
    void linesOfAnyBytesNeverThrow() {
        RandomGenerator random = RandomGeneratorFactory.of("Xoroshiro128PlusPlus").create(20_260_104L);
        List<String> pieces = List.of("Loading safetensors checkpoint shards: ", "999%", "100%|", "Model loading took ",
                "99999999999999999999 GiB", "1.2.3 GiB", "GPU KV cache size: ", ",,,,", "1,2 tokens", "offloaded ",
                "99999/0 layers", "0/0 layers", "KV Cache is allocated. #tokens: 1, K size: ", "9 GB, V size: 9 GB",
                "CUDA0 KV buffer size = 1.5 MiB", "\ud800", "\u0000", " ", "x".repeat(9000));
        for (EngineKind engine : EngineKind.values()) {
            StartupLog log = new StartupLog(Engine.of(engine));
            for (int round = 0; round < 600; round++) {
                StringBuilder line = new StringBuilder();
                for (int count = random.nextInt(6); count > 0; count--) {
                    line.append(random.nextInt(3) == 0
                            ? Character.toString(random.nextInt(0x110000))
                            : pieces.get(random.nextInt(pieces.size())));
                }
                log.read(line.toString());
                Diagnosis diagnosis = Diagnosis.of(Engine.of(engine), List.of(line.toString()), random.nextInt(256),
                        random.nextBoolean());
                assertThat(diagnosis.advice()).isNotEmpty();
                assertThat(log.progress().percent()).isBetween(0, 99);
            }
        }
    }
}
