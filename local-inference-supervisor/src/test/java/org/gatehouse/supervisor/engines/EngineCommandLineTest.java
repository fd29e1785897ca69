package org.gatehouse.supervisor.engines;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.KvType;
import org.gatehouse.supervisor.planning.LoadQuantisation;
import org.gatehouse.supervisor.planning.Plan;
import org.gatehouse.supervisor.planning.Shape;
import org.gatehouse.supervisor.planning.Wish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EngineCommandLineTest {
    private static final Plan.Fits TWO = Orders.plan(new Shape(2, 1), Orders.gpu("box", 2), Orders.gpu("box", 3));
    private static final Plan.Fits ONE = Orders.plan(Shape.SINGLE, Orders.gpu("box", 1));

    @Test
    void vllmIsToldWhatWasPlanned() {
        Launch.Command command = Orders.command(Orders.order(EngineKind.VLLM), TWO, Orders.SOCKET);

        assertThat(command.arguments()).containsExactly("vllm", "serve", "/models/qwen3-32b", "--served-model-name",
                "chat-large", "--uds", "/run/engines/chat.sock", "--tensor-parallel-size", "2",
                "--gpu-memory-utilization", "0.920", "--max-model-len", "40960", "--max-num-seqs", "1024",
                "--max-num-batched-tokens", "8192", "--shutdown-timeout", "60", "--enable-prompt-tokens-details",
                "--disable-uvicorn-access-log");
        assertThat(command.environment()).containsEntry("CUDA_VISIBLE_DEVICES", "2,3")
                .containsEntry("CUDA_DEVICE_ORDER", "PCI_BUS_ID").containsEntry("HF_HUB_OFFLINE", "1")
                .containsEntry("VLLM_CACHE_ROOT", "/state/chat/vllm-cache")
                .doesNotContainKeys("VLLM_SERVER_DEV_MODE", "VLLM_API_KEY", "NCCL_P2P_DISABLE");
    }

    @Test
    void everythingThatCanBeWishedForStandsInTheCommand() {
        Wish wish = Wish.of(EngineKind.VLLM).kv(KvType.FP8).quantised(LoadQuantisation.FP8).eager(true)
                .with(new Wish.Adapters(4, 24));
        EngineOrder order = EngineOrder.of("chat", Path.of("/m"), wish, Path.of("/s"))
                .program(List.of("/opt/vllm/bin/python", "-m", "vllm.entrypoints.cli.main"), EngineVersion.in("0.28.0"))
                .key("secret-key").modes(true, true).draining(Duration.ofMillis(1500))
                .adapters(List.of(new EngineOrder.Adapter("chat-legal", Path.of("/adapters/legal"))))
                .adjusted(new Adjustments(8192, 128, true, true, 1200))
                .extra(List.of("--reasoning-parser=qwen3", "--enable-prefix-caching"));

        Launch.Command command = Orders.command(order, ONE, Orders.SOCKET);

        assertThat(command.arguments()).startsWith("/opt/vllm/bin/python", "-m", "vllm.entrypoints.cli.main", "serve")
                .containsSubsequence("--max-model-len", "8192", "--max-num-seqs", "128")
                .containsSubsequence("--kv-cache-dtype", "fp8", "--dtype", "half", "--quantization", "fp8",
                        "--enforce-eager")
                .containsSubsequence("--enable-lora", "--max-loras", "4", "--max-lora-rank", "32", "--lora-modules",
                        "chat-legal=/adapters/legal")
                .containsSubsequence("--enable-sleep-mode", "--scheduling-policy", "priority", "--shutdown-timeout",
                        "2")
                .endsWith("--reasoning-parser", "qwen3", "--enable-prefix-caching").doesNotContain("secret-key");
        assertThat(command.environment()).containsEntry("VLLM_API_KEY", "secret-key")
                .containsEntry("VLLM_SERVER_DEV_MODE", "1").containsEntry("NCCL_P2P_DISABLE", "1")
                .containsEntry("VLLM_ENGINE_READY_TIMEOUT_S", "1200")
                .containsEntry("VLLM_ALLOW_RUNTIME_LORA_UPDATING", "True");
        assertThat(command.toString() + order).doesNotContain("secret-key");
    }

    @Test
    void vllmListensOnTheLoopbackAddressOnly() {
        assertThat(Orders.command(Orders.order(EngineKind.VLLM), ONE, Orders.PORT).arguments())
                .containsSubsequence("--host", "127.0.0.1", "--port", "9001");
    }

    @Test
    void olderVllmIsNotGivenFlagsThatItDoesNotKnow() {
        EngineOrder old = Orders.order(EngineKind.VLLM).program(List.of(), EngineVersion.in("vllm 0.17.1"));

        assertThat(Orders.command(old, ONE, Orders.SOCKET).arguments()).doesNotContain("--shutdown-timeout");
    }

    @Test
    void migInstanceIsNamedByIdentityAndItsCacheInBytes() {
        Plan.Fits plan = Orders.plan(Shape.SINGLE, Orders.mig("MIG-5f"));

        Launch.Command command = Orders.command(Orders.order(EngineKind.VLLM), plan, Orders.SOCKET);

        assertThat(command.environment()).containsEntry("CUDA_VISIBLE_DEVICES", "MIG-5f");
        assertThat(command.arguments()).containsSubsequence("--gpu-memory-utilization", "0.225",
                "--kv-cache-memory-bytes", "8589934592");
    }

    @Test
    void sleepModeOverAPortIsRefused() {
        ArgumentProblem problem = Orders.problem(Orders.order(EngineKind.VLLM).modes(true, false), ONE, Orders.PORT);

        assertThat(problem.kind()).isEqualTo(ArgumentProblem.Kind.IMPOSSIBLE);
        assertThat(problem.message()).contains("Unix socket");
    }

    @Test
    void extraArgumentThatIsRefusedStopsTheLaunch() {
        assertThat(Orders.problem(Orders.order(EngineKind.VLLM).extra(List.of("--trust-remote-code")), ONE,
                Orders.SOCKET).kind()).isEqualTo(ArgumentProblem.Kind.DANGEROUS);
    }

    @Test
    void sglangKeepsWhatComputingTakesOutOfItsShare() {
        Launch.Command command = Orders.command(Orders.order(EngineKind.SGLANG), TWO, Orders.PORT);

        // 73.6 GiB less 4 GiB for computing, of 80.
        assertThat(command.arguments()).startsWith("python3", "-m", "sglang.launch_server", "--model-path")
                .containsSubsequence("--tp-size", "2", "--mem-fraction-static", "0.870", "--context-length", "40960")
                .endsWith("--enable-metrics");
        assertThat(Orders.problem(Orders.order(EngineKind.SGLANG), ONE, Orders.SOCKET).message())
                .contains("give it a port");
    }

    @Test
    void llamaServerDividesItsContextAmongItsSlots() {
        Plan.Fits plan = Orders.plan(new Shape(1, 2), Orders.gpu("box", 0), Orders.gpu("box", 1));
        EngineOrder order = Orders.order(EngineKind.LLAMA_CPP).adjusted(new Adjustments(8192, 4, false, false, 0))
                .key("k");

        Launch.Command command = Orders.command(order, plan, Orders.SOCKET);

        assertThat(command.arguments()).startsWith("llama-server", "--model", "/models/qwen3-32b")
                .containsSubsequence("--host", "/run/engines/chat.sock", "--ctx-size", "32768", "--parallel", "4")
                .containsSubsequence("--split-mode", "layer", "--tensor-split", "1,1");
        assertThat(command.environment()).containsEntry("LLAMA_API_KEY", "k");
        assertThat(Orders.problem(order, plan, new EngineAddress.UnixSocket(Path.of("/run/a"))).message())
                .contains(".sock");
    }

    @Test
    void tensorRtLlmGetsTheShareOfWhatIsFreeBesideTheWeights() {
        Wish wish = Wish.of(EngineKind.TENSORRT_LLM).kv(KvType.FP8);
        EngineOrder order = EngineOrder.of("chat", Path.of("/m"), wish, Path.of("/s"));

        Launch.Command command = Orders.command(order, ONE, Orders.PORT);

        // 36.8 GiB of cache in the 43.2 GiB that the other parts leave of 80.
        assertThat(command.arguments()).startsWith("trtllm-serve", "/m")
                .containsSubsequence("--kv_cache_free_gpu_memory_fraction", "0.852", "--config", "/s/trtllm.yaml");
        assertThat(command.files().get("trtllm.yaml")).contains("dtype: fp8");
    }

    @Test
    void transformersServesOneModelOnOneGpu() {
        Launch.Command command = Orders.command(Orders.order(EngineKind.TRANSFORMERS), ONE, Orders.PORT);

        assertThat(command.arguments()).containsExactly("transformers", "serve", "chat-large", "--host", "127.0.0.1",
                "--port", "9001");
        assertThat(command.links()).containsExactly(Map.entry("chat-large", Path.of("/models/qwen3-32b")));
        EngineOrder older = Orders.order(EngineKind.TRANSFORMERS).program(List.of("/venv/bin/transformers"),
                EngineVersion.in("transformers 4.57.1"));
        assertThat(Orders.command(older, ONE, Orders.PORT).arguments()).containsExactly("/venv/bin/transformers",
                "serve", "--force-model", "/models/qwen3-32b", "--host", "127.0.0.1", "--port", "9001");
        assertThat(Engine.of(EngineKind.TRANSFORMERS).capabilities().loadsOnDemand()).isTrue();
    }

    @Test
    void gangOfProcessesHasOneRankForEachBoxAndOneApi() {
        GpuCapacity[] gpus = {Orders.gpu("a", 0), Orders.gpu("a", 1), Orders.gpu("b", 4), Orders.gpu("b", 5)};
        Plan.Fits plan = Orders.plan(new Shape(2, 2), gpus);
        EngineOrder order = Orders.order(EngineKind.VLLM);

        GangOutcome outcome = VllmGang.ofProcesses(order, plan, plan.placements().getFirst(), Orders.SOCKET,
                Map.of("a", "10.0.0.1", "b", "10.0.0.2"), 29_501);

        List<Gang.Member> members = ((GangOutcome.Ready) outcome).gang().members();
        assertThat(members).extracting(Gang.Member::node).containsExactly("a", "b");
        assertThat(members).extracting(Gang.Member::answers).containsExactly(true, false);
        List<String> leader = members.get(0).commands().getFirst().arguments();
        List<String> second = members.get(1).commands().getFirst().arguments();
        assertThat(leader).containsSubsequence("--tensor-parallel-size", "2", "--pipeline-parallel-size", "2")
                .endsWith("--nnodes", "2", "--node-rank", "0", "--master-addr", "10.0.0.1", "--master-port", "29501");
        assertThat(second).endsWith("--nnodes", "2", "--node-rank", "1", "--master-addr", "10.0.0.1", "--master-port",
                "29501", "--headless");
        assertThat(second.subList(0, leader.size() - 8)).isEqualTo(leader.subList(0, leader.size() - 8));
        assertThat(members.get(1).commands().getFirst().environment()).containsEntry("VLLM_HOST_IP", "10.0.0.2")
                .containsEntry("CUDA_VISIBLE_DEVICES", "4,5");
        assertThat(Orders.problem(order, plan, Orders.SOCKET).message()).contains("gang");
    }

    @Test
    void gangOnRayJoinsAClusterAndServesOnTheLeader() {
        Plan.Fits plan = Orders.plan(new Shape(1, 2), Orders.gpu("a", 0), Orders.gpu("b", 0));

        GangOutcome outcome = VllmGang.ofRay(Orders.order(EngineKind.VLLM), plan, plan.placements().getFirst(),
                Orders.SOCKET, Map.of("a", "10.0.0.1", "b", "10.0.0.2"));

        List<Gang.Member> members = ((GangOutcome.Ready) outcome).gang().members();
        assertThat(members.get(0).commands().get(0).arguments()).containsExactly("ray", "start", "--head",
                "--port=6379", "--include-dashboard=false", "--node-ip-address=10.0.0.1", "--num-gpus=1",
                "--disable-usage-stats", "--block");
        assertThat(members.get(0).commands().get(1).arguments()).containsSubsequence("vllm", "serve")
                .endsWith("--distributed-executor-backend", "ray");
        assertThat(members.get(1).commands()).singleElement().satisfies(command -> assertThat(command.arguments())
                .containsExactly("ray", "start", "--address=10.0.0.1:6379", "--node-ip-address=10.0.0.2",
                        "--num-gpus=1", "--disable-usage-stats", "--block"));
    }

    @Test
    void gangWithoutAddressesOrWithUnevenBoxesIsRefused() {
        Plan.Fits uneven = Orders.plan(new Shape(1, 3), Orders.gpu("a", 0), Orders.gpu("a", 1), Orders.gpu("b", 0));
        Map<String, String> hosts = Map.of("a", "10.0.0.1", "b", "10.0.0.2");
        EngineOrder order = Orders.order(EngineKind.VLLM);

        assertThat(VllmGang.ofProcesses(order, uneven, uneven.placements().getFirst(), Orders.SOCKET, hosts, 1))
                .isInstanceOfSatisfying(GangOutcome.Refused.class,
                        refused -> assertThat(refused.problem().message()).contains("as many GPUs on each box"));
        assertThat(VllmGang.ofRay(order, uneven, uneven.placements().getFirst(), Orders.SOCKET, Map.of("a", "-x")))
                .isInstanceOf(GangOutcome.Refused.class);
    }

    @Test
    void namesAndAddressesThatCannotBeAreBugsOfTheCaller() {
        assertThatThrownBy(() -> EngineOrder.of("--host", Path.of("/m"), Wish.of(EngineKind.VLLM), Path.of("/s")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EngineAddress.UnixSocket(Path.of("/" + "x".repeat(107))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EngineAddress.LoopbackPort(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
