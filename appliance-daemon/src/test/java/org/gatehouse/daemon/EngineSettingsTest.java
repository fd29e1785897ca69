package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.engines.EnginePlan;
import org.gatehouse.machine.agent.AgentClient;
import org.gatehouse.machine.engines.AgentUnits;
import org.gatehouse.supervisor.BackendChoice;
import org.gatehouse.supervisor.Lifetime;
import org.gatehouse.supervisor.ServiceManager;
import org.gatehouse.supervisor.ServiceManagerAccess;
import org.gatehouse.supervisor.engines.EngineVersion;
import org.gatehouse.supervisor.fleet.EngineProgram;
import org.gatehouse.supervisor.planning.EngineKind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EngineSettingsTest {
    private static final Path DATA = Path.of("/var/lib/gatehouse");

    @TempDir
    private Path directory = Path.of("/");

    private EngineSettings read(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("appliance.yaml"), "engines:\n" + yaml.indent(2));
        return Settings.read(file, true, Map.of()).engines();
    }

    @Test
    void programsAreWhatTheSettingsName() throws IOException {
        EnginePlan plan = read("""
                programs:
                  - name: vllm-0.28
                    command: [/opt/vllm/bin/vllm]
                    version: "0.28.1"
                    environment: {HF_HOME: /data/hf}
                  - engine: llama_cpp
                """).plan(DATA);

        assertThat(plan.fleet().programs()).satisfiesExactly(
                vllm -> assertThat(vllm).usingRecursiveComparison()
                        .isEqualTo(new EngineProgram("vllm-0.28", EngineKind.VLLM,
                                java.util.List.of("/opt/vllm/bin/vllm"), new EngineVersion(0, 28), java.util.List.of(),
                                Map.of("HF_HOME", "/data/hf"))),
                llama -> assertThat(llama.name()).isEqualTo("llama_cpp"));
        assertThat(plan.fleet().lifetime()).isEqualTo(Lifetime.OUTLIVES_DAEMON);
    }

    @Test
    void enginesOfAnOrderlyStopEndWhereNothingWouldKeepThemInSight() throws IOException {
        assertThat(read("backend: processes").plan(DATA).endWithDaemon()).isTrue();
        assertThat(read("backend: systemd").plan(DATA).endWithDaemon()).isFalse();
        assertThat(read("backend: systemd\non-stop: end").plan(DATA).endWithDaemon()).isTrue();
        assertThat(read("backend: processes\non-stop: keep").plan(DATA).endWithDaemon()).isFalse();
        assertThat(read("backend: systemd").plan(DATA).processes().backend()).isEqualTo(BackendChoice.SYSTEMD);
    }

    @Test
    void whatAnOrderlyStopDoesByDefaultAsksTheSameQuestionAsTheBackend() throws IOException {
        EngineSettings usual = EngineSettings.standard();

        assertThat(usual.plan(DATA, choice -> choice == BackendChoice.AUTOMATIC, null).endWithDaemon()).isFalse();
        assertThat(usual.plan(DATA, _ -> false, null).endWithDaemon()).isTrue();
        assertThat(read("on-stop: keep").plan(DATA, _ -> false, null).endWithDaemon()).isFalse();
    }

    @Test
    void applianceRunsUnitsForADaemonThatIsNotRootUnlessSomebodySaysOtherwise() throws IOException {
        ServiceManager agent = new AgentUnits(new AgentClient(directory.resolve("socket")));
        EnginePlan plan = EngineSettings.standard().plan(DATA, _ -> false, agent);

        assertThat(plan.processes().backend()).isEqualTo(BackendChoice.SYSTEMD);
        assertThat(plan.processes().systemd()).isEqualTo(new ServiceManagerAccess.By(agent));
        assertThat(plan.endWithDaemon()).isFalse();
        assertThat(read("backend: processes").plan(DATA, _ -> false, agent).processes().backend())
                .isEqualTo(BackendChoice.PROCESS_GROUPS);
        assertThat(AgentUnits.here(new AgentClient(directory.resolve("socket")), DATA)).isEmpty();
    }

    @Test
    void socketsLieWhereTheirPathsAreShortAndTheSamePlaceIsFoundAgain() throws IOException {
        EngineSettings usual = EngineSettings.standard();
        Path deep = Path.of("/a/very/deep/directory/of/somebody/who/likes/long/names/indeed");

        assertThat(usual.plan(DATA).fleet().socketDirectory()).isEqualTo(DATA.resolve("run"));
        assertThat(usual.plan(deep).fleet().socketDirectory().toString()).hasSizeLessThan(60);
        assertThat(usual.plan(deep).fleet().socketDirectory()).isEqualTo(usual.plan(deep).fleet().socketDirectory())
                .isNotEqualTo(usual.plan(deep.resolve("x")).fleet().socketDirectory());
        assertThat(read("sockets: /run/gh").plan(DATA).fleet().socketDirectory()).isEqualTo(Path.of("/run/gh"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"backend: docker | engines.backend", "on-stop: maybe | engines.on-stop",
            "sleep-memory-bytes: -1 | engines.sleep-memory-bytes",
            "programs: [{engine: gpt}] | the engine 'gpt'",
            "programs: [{name: a}, {name: a}] | the name 'a'",
            "programs: [{name: '../x'}] | the name '../x'",
            "sockets: /a/very/deep/directory/of/somebody/who/likes/long/names/indeed | engines.sockets"})
    void wrongSettingIsNamed(String yaml, String named) {
        assertThatThrownBy(() -> read(yaml).plan(DATA)).isInstanceOf(SettingsException.class)
                .hasMessageContaining(named);
    }
}
