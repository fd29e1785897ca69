package org.gatehouse.machine.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.agent.Verb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EngineVerbsTest {
    private static final String UNIT = "gatehouse-engine-chat-0-g3.service";

    @TempDir
    private Path root;
    private final List<List<String>> ran = new ArrayList<>();
    private String listed = "";
    private String variables = "";
    private int status;
    private EnginePlaces places;
    private Map<String, Verb> verbs;

    @BeforeEach
    void hasALayerAndData() throws IOException {
        root = root.toRealPath();
        places = EnginePlaces.under(root);
        program("vllm/bin/vllm", "rwxr-xr-x");
        Files.createDirectories(places.instance("chat-0"));
        Files.createDirectories(places.instance("other-0"));
        Files.createDirectories(places.logs());
        for (String name : List.of("store.mv.db", "secret", "models", "run", "with space")) {
            Files.createFile(places.data().resolve(name));
        }
        Files.createFile(places.log("chat-0"));
        Files.createFile(places.log("other-0"));
        verbs = new EngineVerbs(root, (command, _) -> {
            ran.add(command);
            if (command.getFirst().equals("systemd-run")) {
                variables = Files.readString(places.variables().resolve(UNIT));
                return new Programs.Ended(status, status == 0 ? "" : "Failed to start: no such slice\n");
            }
            return new Programs.Ended(0, command.get(1).equals("list-units") ? listed : "LoadState=loaded\n");
        }).all().stream().collect(Collectors.toMap(Verb::name, Function.identity()));
    }

    private Path program(String path, String mode) throws IOException {
        Path program = places.layers().resolve(path);
        Files.createDirectories(program.getParent());
        Files.writeString(program, "#!/bin/sh\n");
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString(mode));
    }

    private ObjectNode wish() {
        ObjectNode wish = JsonNodeFactory.instance.objectNode().put("unit", UNIT)
                .put("directory", places.instance("chat-0").toString()).put("onPort", false).put("graceMillis", 30_000);
        wish.putArray("command").add("vllm").add("serve").add("a $HOME %n \"quoted\"");
        wish.putObject("variables").put("VLLM_API_KEY", "a\"b");
        wish.putArray("devices").add("/dev/nvidia0");
        return wish;
    }

    private ObjectNode ask(String verb, ObjectNode asked) throws Exception {
        return Objects.requireNonNull(verbs.get(verb), verb).run(asked, Progress.NONE);
    }

    private List<String> started(ObjectNode wish) throws Exception {
        ask(EngineVerbs.START, wish);
        return ran.stream().filter(command -> command.getFirst().equals("systemd-run")).findFirst().orElseThrow();
    }

    private void refused(Consumer<ObjectNode> spoil, String why) {
        ObjectNode wish = wish();
        spoil.accept(wish);
        assertThatThrownBy(() -> ask(EngineVerbs.START, wish)).as(why).isInstanceOf(Refused.class)
                .hasMessageContaining(why);
        assertThat(ran).as(why).isEmpty();
    }

    private void refusedCommand(String word, String why) {
        refused(wish -> wish.putArray("command").add(word), why);
    }

    @Test
    void engineRunsAsTheAgentSaysAndItsWordsStayWords() throws Exception {
        List<String> command = started(wish());

        assertThat(command).startsWith("systemd-run", "--quiet").contains("--unit=" + UNIT,
                "--slice=gatehouse-engines.slice", "--expand-environment=no", "--property=User=gatehouse",
                "--property=CapabilityBoundingSet=", "--property=NoNewPrivileges=yes", "--property=PrivatePIDs=yes",
                "--property=ProtectSystem=strict", "--property=PrivateNetwork=yes", "--property=DevicePolicy=closed",
                "--property=DeviceAllow=/dev/nvidia0 rw", "--property=DeviceAllow=/dev/nvidiactl rw",
                "--property=TimeoutStopSec=30000ms");
        assertThat(command.subList(command.indexOf("--") + 1, command.size())).containsExactly(
                places.runner().toString(), places.log("chat-0").toString(), places.instance("chat-0").toString(),
                places.layers().resolve("vllm/bin/vllm").toString(), "serve", "a $HOME %n \"quoted\"");
        assertThat(String.join(" ", command)).doesNotContain("VLLM_API_KEY");
        assertThat(variables).isEqualTo("VLLM_API_KEY=\"a\\\"b\"\n");
        assertThat(places.variables()).isEmptyDirectory();
    }

    @Test
    void engineSeesOfTheDaemonsDataItsOwnAndTheModels() throws Exception {
        List<String> command = started(wish());

        assertThat(command).contains(
                "--property=InaccessiblePaths=-" + places.data().resolve("store.mv.db"),
                "--property=InaccessiblePaths=-" + places.data().resolve("secret"),
                "--property=InaccessiblePaths=-" + places.instance("other-0"),
                "--property=InaccessiblePaths=-" + places.log("other-0"),
                "--property=ReadWritePaths=" + places.instance("chat-0"),
                "--property=ReadWritePaths=" + places.log("chat-0"),
                "--property=ReadWritePaths=" + places.sockets());
        assertThat(command.stream().filter(word -> word.contains("InaccessiblePaths="))).noneMatch(
                word -> word.endsWith("models") || word.endsWith("/chat-0") || word.contains("with space"));
        assertThat(command.stream().filter(word -> word.contains("InaccessiblePaths=")))
                .anyMatch(word -> word.contains("-/run/gatehouse-agent "));
    }

    @Test
    void engineOnAPortHasTheLoopbackNetworkAndNoOther() throws Exception {
        assertThat(started(wish().put("onPort", true)))
                .contains("--property=IPAddressDeny=any", "--property=IPAddressAllow=localhost")
                .doesNotContain("--property=PrivateNetwork=yes");
    }

    @Test
    void programIsALayersOrNone() throws Exception {
        Path outside = Files.createFile(root.resolve("tool"));
        Files.setPosixFilePermissions(outside, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createSymbolicLink(places.layers().resolve("vllm/bin/escape"), outside);
        program("vllm/bin/plain", "rw-r--r--");
        Path raised = program("vllm/bin/raised", "rwxr-xr-x");
        Files.setAttribute(raised, "unix:mode", 0104755);

        refusedCommand("/bin/sh", "not a layer's");
        refusedCommand(outside.toString(), "not a layer's");
        refusedCommand(places.layers() + "/../../tool", "not a layer's");
        refusedCommand("escape", "not a layer's");
        refusedCommand("python3", "no layer brings");
        refusedCommand("bin/vllm", "no layer brings");
        refusedCommand("", "no layer brings");
        refusedCommand("plain", "can't be run");
        refusedCommand("raised", "can't be run");
        assertThat(started((ObjectNode) wish().set("command",
                JsonNodeFactory.instance.arrayNode().add(places.home() + "/vllm/bin/vllm"))))
                .contains(places.layers().resolve("vllm/bin/vllm").toString());
    }

    @Test
    void wordsAndVariablesAreBounded() {
        refused(wish -> wish.withArray("command").add("two\nlines"), "control character");
        refused(wish -> wish.withArray("command").add("nul\0"), "control character");
        refused(wish -> wish.withArray("command").add(5), "no text");
        refused(wish -> wish.withArray("command").add("x".repeat(40_000)), "longer than");
        refused(wish -> {
            for (int i = 0; i < 600; i++) {
                wish.withArray("command").add("x");
            }
        }, "more than 512");
        refused(wish -> {
            for (int i = 0; i < 10; i++) {
                wish.withArray("command").add("x".repeat(30_000));
            }
        }, "longer than");
        refused(wish -> wish.withObject("/variables").put("A", "x\nLD_PRELOAD=y"), "control character");
        refused(wish -> wish.withObject("/variables").put("A=B", "x"), "name that none may have");
        refused(wish -> {
            for (int i = 0; i < 300; i++) {
                wish.withObject("/variables").put("V" + i, "x");
            }
        }, "too many variables");
        refused(wish -> wish.remove("command"), "no words");
        refused(wish -> wish.put("graceMillis", 3_600_000), "minutes to end");
    }

    @Test
    void directoriesAndDevicesAreItsOwn() {
        for (String directory : List.of("/", places.instance("other-0").toString(),
                places.instance("chat-0") + "/../other-0", places.instance("chat-0") + "/else", "")) {
            refused(wish -> wish.put("directory", directory), "not its own");
        }
        for (String device : List.of("/dev/vda", "block-*", "/dev/nvidia0 rw /dev/vda", "/dev/../etc", "char-*")) {
            refused(wish -> wish.putArray("devices").add(device), "no GPU's");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gatehouse.service", "gatehouse-engine-chat.service", "gatehouse-engine-chat-g1.slice",
            "gatehouse-engine-*-g1.service", "gatehouse-engine-../x-g1.service", "gatehouse-engine-chat-g1.service x",
            "-x", "gatehouse-engine-chat-g1.service\n", "gatehouse-engine-chat-g12345678901.service"})
    void noOtherUnitCanBeNamed(String unit) {
        for (String verb : verbs.keySet()) {
            assertThatThrownBy(() -> ask(verb, wish().put("unit", unit))).as(verb).isInstanceOf(Refused.class)
                    .hasMessageContaining("no engine's");
        }
        assertThat(ran).isEmpty();
    }

    @Test
    void unitThatSystemdRefusesIsSaidInItsWordsAndForgotten() {
        status = 1;

        assertThatThrownBy(() -> started(wish())).isInstanceOf(Refused.class).hasMessageContaining("no such slice");
        assertThat(ran).contains(List.of("systemctl", "reset-failed", UNIT));
        assertThat(places.variables()).isEmptyDirectory();
    }

    @Test
    void anEarlierProcessOfTheInstanceIsEndedFirstAndNobodyElses() throws Exception {
        listed = """
                gatehouse-engine-chat-0-g1.service loaded active running Inference engine chat-0
                gatehouse-engine-chat-0-g1-g2.service loaded active running Inference engine chat-0-g1
                """;
        started(wish());

        assertThat(ran)
                .contains(List.of("systemctl", "kill", "--signal=SIGKILL", "gatehouse-engine-chat-0-g1.service"));
        assertThat(ran.stream().filter(command -> command.contains("gatehouse-engine-chat-0-g1-g2.service"))).isEmpty();
    }

    @Test
    void looksAndEndsAreSystemctls() throws Exception {
        ObjectNode unit = JsonNodeFactory.instance.objectNode().put("unit", UNIT);

        assertThat(ask(EngineVerbs.LOOK, unit).path("shown").asText()).isEqualTo("LoadState=loaded\n");
        assertThat(ask(EngineVerbs.END, unit).path("known").asBoolean()).isTrue();
        ask(EngineVerbs.KILL, unit);
        ask(EngineVerbs.FORGET, unit);

        assertThat(ran).containsExactly(
                List.of("systemctl", "show", "--property=LoadState,MainPID,ExecMainCode,ExecMainStatus", UNIT),
                List.of("systemctl", "stop", "--no-block", UNIT),
                List.of("systemctl", "kill", "--signal=SIGKILL", UNIT), List.of("systemctl", "stop", UNIT),
                List.of("systemctl", "reset-failed", UNIT));
        // An update that takes minutes must not keep an engine from being ended.
        assertThat(verbs.values()).noneMatch(Verb::changes);
    }
}
