package org.gatehouse.simulated;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The program where it is told not to do well. */
@Timeout(60)
class MisbehaviourIT {
    private static final String PATH = "/v1/chat/completions";

    static List<String> failures() {
        return KnownFailure.NAMES;
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyKnownFailureSaysItsWordsAndEnds(String name) throws Exception {
        KnownFailure failure = KnownFailure.named(name);
        try (Program program = Program.start("serve", "m", "--port", "0", "--simulate-failure", name)) {
            assertThat(program.exitStatus()).isEqualTo(failure.exitStatus());
            assertThat(String.join("\n", program.output())).contains(failure.cause())
                    .doesNotContain("Application startup complete");
            if (failure.core()) {
                assertThat(program.line("Engine core initialization failed"))
                        .contains("{'EngineCore': " + failure.coreStatus() + "}");
            }
        }
    }

    @Test
    void unknownFailureStepOrReleaseIsBadUsage() throws Exception {
        for (String[] flag : new String[][]{{"--simulate-failure", "boredom"}, {"--simulate-stall", "nowhere"},
                {"--simulate-version", "9.1"}, {"--simulate-child", "many"}, {"--lora-modules", "no-path"}}) {
            try (Program program = Program.start("serve", "m", flag[0], flag[1])) {
                assertThat(program.exitStatus()).as(flag[0]).isEqualTo(2);
            }
        }
    }

    @Test
    void anOlderReleaseDoesNotKnowNewerFlags() throws Exception {
        try (Program program = Program.start("serve", "m", "--simulate-version", "0.10.0", "--device-ids", "0")) {
            assertThat(program.exitStatus()).isEqualTo(2);
            assertThat(program.line("unrecognized arguments")).contains("--device-ids");
        }
        try (Program program = Program.start("serve", "m", "--port", "0", "--simulate-version", "0.10.0", "--seed",
                "1")) {
            assertThat(program.port()).as("a flag that all releases know").isPositive();
        }
    }

    @Test
    void stalledLoadSaysNothingMoreAndNeverListens() throws Exception {
        try (Program program = Program.start("serve", "m", "--port", "0", "--simulate-stall", "distributed")) {
            program.line("backend=nccl");
            Thread.sleep(500);
            assertThat(program.alive()).isTrue();
            assertThat(program.output()).noneMatch(line -> line.contains("Starting to load model"));
            program.stop();
            assertThat(program.exitStatus()).isEqualTo(130);
        }
    }

    @Test
    void crashedEngineTellsItsCallersAndEndsWithZero() throws Exception {
        try (Program program = Program.start("serve", "sim", "--port", "0", "--simulate-control")) {
            int port = program.port();
            try (RawClient plain = client(port); RawClient stream = client(port); RawClient control = client(port)) {
                plain.send(RawClient.request("POST", PATH, Call.chatBody("[[sim first-token-ms=60000]]")));
                stream.send(RawClient.request("POST", PATH,
                        Call.chatBody("[[sim tokens=4000 token-ms=20]]", "\"stream\":true")));
                assertThat(stream.line()).contains("200");
                Thread.sleep(100);
                control.send(RawClient.request("POST", "/simulated/control", "{\"crash\":0}"));

                assertThat(plain.answer().status()).isEqualTo(500);
                StringBuilder rest = new StringBuilder();
                while (rest.indexOf("[DONE]") < 0) {
                    rest.append(stream.line()).append('\n');
                }
                assertThat(rest.toString()).contains("\"error\":{\"message\":\"EngineCore encountered an issue.");
            }
            assertThat(program.exitStatus()).isZero();
            assertThat(program.line("EngineCore encountered a fatal error")).contains("ERROR");
        }
    }

    @Test
    void crashCanBeScriptedForLater() throws Exception {
        try (Program program = Program.start("serve", "m", "--port", "0", "--simulate-crash-after", "0.2",
                "--simulate-crash-status", "3")) {
            program.port();
            assertThat(program.exitStatus()).isEqualTo(3);
        }
    }

    @Test
    void childOutlivesAKilledServerButNotAStoppedOne() throws Exception {
        for (String kind : List.of("group", "session")) {
            try (Program program = Program.start("serve", "m", "--port", "0", "--simulate-child", kind)) {
                program.port();
                ProcessHandle child = child(program);
                assertThat(child.isAlive()).isTrue();
                program.kill();
                try {
                    assertThat(child.onExit().completeOnTimeout(child, 300, TimeUnit.MILLISECONDS).get().isAlive())
                            .as(kind).isTrue();
                } finally {
                    child.destroyForcibly();
                }
            }
        }
        try (Program program = Program.start("serve", "m", "--port", "0", "--simulate-child", "group")) {
            program.port();
            ProcessHandle child = child(program);
            program.stop();
            assertThat(program.exitStatus()).isZero();
            child.onExit().get(5, TimeUnit.SECONDS);
        }
    }

    private static ProcessHandle child(Program program) throws InterruptedException {
        String line = program.line("Simulated engine core, VLLM::EngineCore");
        long pid = Long.parseLong(line.replaceAll("^\\(EngineCore pid=(\\d+)\\).*", "$1"));
        return ProcessHandle.of(pid).orElseThrow();
    }

    @Test
    void sleepAndAdaptersAreOnlyThereWithVllmsOwnVariables() throws Exception {
        try (Program program = Program.start("serve", "m", "--port", "0", "--enable-sleep-mode")) {
            assertThat(post(program.port(), "/sleep").status()).isEqualTo(404);
            assertThat(post(program.port(), "/v1/load_lora_adapter").status()).isEqualTo(404);
            assertThat(post(program.port(), "/simulated/control").status()).isEqualTo(404);
        }
        try (Program program = Program.start(
                Map.of("VLLM_SERVER_DEV_MODE", "1", "VLLM_ALLOW_RUNTIME_LORA_UPDATING", "1"), "serve", "m", "--port",
                "0", "--enable-sleep-mode", "--lora-modules", "law=/adapters/law")) {
            assertThat(post(program.port(), "/sleep?level=1").status()).isEqualTo(200);
            assertThat(post(program.port(), "/v1/load_lora_adapter").status()).isEqualTo(400);
            try (RawClient client = client(program.port())) {
                client.send(RawClient.request("GET", "/v1/models", ""));
                assertThat(client.answer().text()).contains("\"id\":\"law\"");
            }
        }
    }

    private static RawClient.Answer post(int port, String path) throws IOException {
        try (RawClient client = client(port)) {
            client.send(RawClient.request("POST", path, "{}"));
            return client.answer();
        }
    }

    private static RawClient client(int port) throws IOException {
        return new RawClient(new InetSocketAddress("127.0.0.1", port));
    }
}
