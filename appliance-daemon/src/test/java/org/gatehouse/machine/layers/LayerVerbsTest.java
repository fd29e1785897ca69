package org.gatehouse.machine.layers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.machine.agent.Refused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LayerVerbsTest {
    private static final String VLLM = LayerBox.text("vllm", "0.28.0", "");

    @TempDir
    private Path folder;

    private LayerBox box;

    @BeforeEach
    void racksABox() throws IOException {
        box = new LayerBox(folder);
    }

    @Test
    void keepsASignedLayerAndTheNextStartMountsIt() throws Exception {
        box.installed("vllm", "0.28.0", "");

        assertThat(box.only().path("version").asText()).isEqualTo("0.28.0");
        assertThat(box.only().has("mounted")).isFalse();
        assertThat(box.places.trial()).doesNotExist();
        box.start();
        assertThat(box.only().path("mounted").asText()).isEqualTo("0.28.0");
        assertThat(Files.readString(box.places.dropIns().resolve("40-layers.conf")))
                .contains("PATH=/opt/gatehouse/layers/vllm/bin:/usr/local/sbin").doesNotContain("LD_LIBRARY_PATH");
        assertThat(box.ran).contains("systemctl daemon-reload");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 128, 129, 200, 16_385})
    void acceptsHashTreesOfEachHeight(int blocks) throws Exception {
        box.received(new LayerFile(blocks, VLLM, "maker"));

        assertThat(box.ask("layers.check", "").path("name").asText()).isEqualTo("vllm");
        assertThat(box.kept()).isEmpty();
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("a bit of the first block", wrong(file -> file.flip(LayerFile.DATA + 9)), "layer_damaged"),
                Arguments.of("a bit of the last block", wrong(file -> file.flip(file.tree - 1)), "layer_damaged"),
                Arguments.of("a bit of the tree's head", wrong(file -> file.flip(file.tree + 3)), "layer_damaged"),
                Arguments.of("a bit of the salt", wrong(file -> file.flip(file.tree + 88)), "layer_damaged"),
                Arguments.of("a bit of the highest hashes", wrong(file -> file.flip(file.tree + LayerFile.BLOCK)),
                        "layer_damaged"),
                Arguments.of("a bit of the lowest hashes", wrong(file -> file.flip(file.tree + 2 * LayerFile.BLOCK)),
                        "layer_damaged"),
                Arguments.of("another root hash", wrong(file -> file.sign("00".repeat(32), "maker")), "layer_damaged"),
                Arguments.of("somebody else's signature", new LayerFile(200, VLLM, "stranger"), "layer_untrusted"),
                Arguments.of("a bit of the signature", wrong(file -> file.flip(file.signature + 100)),
                        "layer_untrusted"),
                Arguments.of("no signature", wrong(file -> java.util.Arrays.fill(file.bytes, file.signature,
                        file.bytes.length, (byte) 0)), "layer_untrusted"),
                Arguments.of("no partition of a signature", wrong(file -> file.flip(1024 + 2 * 128)),
                        "layer_untrusted"),
                Arguments.of("no partition table", wrong(file -> file.flip(512)), "layer_damaged"),
                Arguments.of("a partition beyond the end", wrong(file -> file.flip(1024 + 2 * 128 + 43)),
                        "layer_damaged"),
                Arguments.of("no name", new LayerFile(200, "{\"version\":\"1\"}", "maker"), "layer_damaged"),
                Arguments.of("a name that leads elsewhere", new LayerFile(200, LayerBox.text("../x", "1", ""), "maker"),
                        "layer_damaged"),
                Arguments.of("another kernel", new LayerFile(200, LayerBox.text("driver", "1", "\"kernel\":\"5\""),
                        "maker"), "layer_for_another_kernel"),
                Arguments.of("needs that are not met", new LayerFile(200, LayerBox.text("vllm", "1",
                        "\"layers\":[\"driver\"]"), "maker"), "layer_needs_another"));
    }

    private static LayerFile wrong(Consumer<LayerFile> change) {
        LayerFile file = new LayerFile(200, VLLM, "maker");
        change.accept(file);
        return file;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void keepsNothingThatIsNotExactlyWhatTheMakerSignedForThisBox(String what, LayerFile file, String code)
            throws Exception {
        box.received(file);

        for (String verb : List.of("layers.check", "layers.install")) {
            assertThatThrownBy(() -> box.ask(verb, "")).as(what).isInstanceOfSatisfying(Refused.class,
                    refused -> assertThat(refused.code()).as(refused.message()).isEqualTo(code));
        }
        assertThat(box.kept()).isEmpty();
        assertThat(box.places.trial()).doesNotExist();
    }

    @Test
    void keepsNothingThatWasCutOffOrIsALink() throws Exception {
        LayerFile file = new LayerFile(200, VLLM, "maker");
        Files.createDirectories(box.places.received().getParent());
        Files.write(box.places.received(), java.util.Arrays.copyOf(file.bytes, file.tree));
        refused("layers.install", "", "layer_damaged");

        file.in(folder.resolve("elsewhere/file"));
        Files.delete(box.places.received());
        Files.createSymbolicLink(box.places.received(), folder.resolve("elsewhere/file"));
        refused("layers.install", "", "no_layer_file");
    }

    @Test
    void goesBackToTheVersionBeforeAndForward() throws Exception {
        box.installed("vllm", "0.27.0", "");
        refused("layers.return", "vllm", "no_version_before");
        box.installed("vllm", "0.28.0", "");
        assertThat(box.only().path("before").asText()).isEqualTo("0.27.0");

        box.ask("layers.return", "vllm");
        assertThat(box.only().path("version").asText()).isEqualTo("0.27.0");
        assertThat(box.only().path("before").asText()).isEqualTo("0.28.0");
        box.start();
        assertThat(box.only().path("mounted").asText()).isEqualTo("0.27.0");

        box.installed("vllm", "0.29.0", "");
        assertThat(box.kept()).containsExactly("gatehouse-layer_vllm_0.27.0.json", "gatehouse-layer_vllm_0.27.0.raw",
                "gatehouse-layer_vllm_0.29.0.json", "gatehouse-layer_vllm_0.29.0.raw", "vllm");
        box.received(new LayerFile(200, LayerBox.text("vllm", "0.29.0", ""), "maker"));
        refused("layers.install", "", "layer_same");
    }

    @Test
    void removesALayerThatNoOtherNeeds() throws Exception {
        box.installed("driver", "1", "");
        box.installed("vllm", "0.28.0", "\"layers\":[\"driver\"]");
        box.start();
        refused("layers.remove", "driver", "needed_by_another");
        refused("layers.remove", "nothing", "no_layer");

        box.ask("layers.remove", "vllm");
        box.ask("layers.remove", "driver");

        assertThat(box.kept()).isEmpty();
        assertThat(box.ask("layers.state", "").path("layers").findValuesAsText("mounted"))
                .as("in use until the next start").containsExactlyInAnyOrder("1", "0.28.0");
        box.start();
        assertThat(box.ask("layers.state", "").path("layers")).isEmpty();
    }

    @Test
    void aStartLeavesOutWhatTheReleaseDoesNotFitAndWhoeverNeedsThat() throws Exception {
        box.installed("driver", "1", "\"kernel\":\"6.12.1\"");
        box.installed("vllm", "0.28.0", "\"layers\":[\"driver\"]");
        box.installed("tools", "3", "");
        box.kernel("6.12.2");

        box.start();

        JsonNode layers = box.ask("layers.state", "").path("layers");
        assertThat(layers.findValuesAsText("code")).containsExactly("layer_for_another_kernel", "layer_needs_another");
        assertThat(layers.findValuesAsText("mounted")).containsExactly("3");
        assertThat(box.places.mounted().resolve("vllm")).doesNotExist();
        assertThat(Files.readString(box.places.dropIns().resolve("40-layers.conf"))).doesNotContain("vllm");
    }

    @Test
    void aLayerWhoseStartFailsIsLeftOutWithItsDropIn() throws Exception {
        box.inside = List.of("start", "gatehouse.conf", "lib/");
        box.installed("driver", "1", "");
        box.start();
        assertThat(box.places.dropIns().resolve("50-layer-driver.conf")).exists();
        assertThat(Files.readString(box.places.dropIns().resolve("40-layers.conf")))
                .contains("LD_LIBRARY_PATH=/opt/gatehouse/layers/driver/lib\n");

        box.startFails = true;
        box.start();

        assertThat(box.only().path("code").asText()).isEqualTo("layer_not_started");
        assertThat(box.only().path("message").asText()).contains("no such device");
        assertThat(box.places.dropIns().resolve("50-layer-driver.conf")).doesNotExist();
    }

    private void refused(String verb, String name, String code) {
        assertThatThrownBy(() -> box.ask(verb, name)).isInstanceOfSatisfying(Refused.class,
                refused -> assertThat(refused.code()).as(refused.message()).isEqualTo(code));
    }
}
