package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.modelstore.ModelStorePlan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SettingsTest {
    @TempDir
    private Path directory;

    @Test
    void variablesOverrideTheFile() throws IOException {
        Path file = write("listen: {port: 9000, drain: PT5S}");

        Settings settings = Settings.read(file, true,
                Map.of("GATEHOUSE_LISTEN_PORT", "9001", "GATEHOUSE_DATA", "/srv/box", "GATEHOUSE_URL", "https://x"));

        assertThat(settings.listen().port()).isEqualTo(9001);
        assertThat(settings.listen().drain()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.data()).isEqualTo(Path.of("/srv/box"));
    }

    @Test
    void settingThatIsNotKnownIsNamedWithWhatIsKnown() throws IOException {
        Path file = write("listen: {prot: 1}");

        assertThatThrownBy(() -> Settings.read(file, true, Map.of())).isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(file + ": the setting 'listen.prot' is not known. Known here: [address,")
                .hasMessageContaining("port");
    }

    @Test
    void wrongVariableIsNotBlamedOnAFileThatIsNotThere() {
        assertThatThrownBy(
                () -> Settings.read(directory.resolve("none"), false, Map.of("GATEHOUSE_LISTEN_PRT", "1")))
                .hasMessageStartingWith("A variable GATEHOUSE_…: the setting 'listen.prt' is not known.");
    }

    @Test
    void valueOfTheWrongKindIsExplainedInAUsersWords() throws IOException {
        assertThatThrownBy(() -> Settings.read(write("listen: {port: many}"), true, Map.of()))
                .hasMessageContaining("the setting 'listen.port' must be a whole number");
        assertThatThrownBy(() -> Settings.read(write("listen: {drain: soon}"), true, Map.of()))
                .hasMessageContaining("the setting 'listen.drain' must be a length of time such as PT30S");
        assertThatThrownBy(() -> Settings.read(write("listen: 8443"), true, Map.of()))
                .hasMessageContaining("the setting 'listen' must be a group of settings");
    }

    @Test
    void spaceForKeptRecordsIsReadFromTheFileAndFromAVariable() throws IOException {
        assertThat(Settings.read(write("data: /data"), true, Map.of()).journal().toTrail(directory).keptMaximumBytes())
                .isEqualTo(16L << 30);
        assertThat(Settings.read(write("journal: {kept-max-bytes: 1073741824}"), true, Map.of()).journal()
                .toTrail(directory)
                .keptMaximumBytes()).isEqualTo(1L << 30);
        assertThat(Settings.read(write("journal: {kept-max-bytes: 1073741824}"), true,
                Map.of("GATEHOUSE_JOURNAL_KEPT_MAX_BYTES", "536870912")).journal().toTrail(directory)
                .keptMaximumBytes()).isEqualTo(1L << 29);
    }

    @Test
    void tooLittleSpaceForKeptRecordsIsRefusedWithTheKeysName() throws IOException {
        Settings settings = Settings.read(write("journal: {kept-max-bytes: 1000}"), true, Map.of());
        assertThatThrownBy(() -> settings.journal().toTrail(directory)).isInstanceOf(SettingsException.class)
                .hasMessageContaining("journal.kept-max-bytes is 1000");
    }

    @Test
    void wrongSettingsOfGpusAreNamed() throws IOException {
        for (String[] wrong : new String[][]{{"{sources: simulated}", "gpus.sources is 'simulated'"},
                {"{dcgm-addresses: [localhost]}", "gpus.dcgm-addresses holds 'localhost'"},
                {"{exporters: [{name: a}]}", "Each of gpus.exporters needs a name and a url"},
                {"{exporters: [{name: a, url: 'ftp://x'}]}", "the url of a must be http:// or https://"},
                {"{node: a, exporters: [{name: b, url: 'http://x'}, {name: '', url: 'http://y'}]}", "needs a name"},
                {"{exporters: [{name: a, url: 'http://x y'}]}", "the url of a is none"}}) {
            Settings settings = Settings.read(write("gpus: " + wrong[0]), true, Map.of());
            assertThatThrownBy(() -> settings.gpus().plan(java.time.Clock.systemUTC(), System::nanoTime))
                    .isInstanceOf(SettingsException.class).hasMessageContaining(wrong[1]);
        }
        assertThatThrownBy(() -> Settings.read(write("gpus: {dcgm-embedded: perhaps}"), true, Map.of()))
                .hasMessageContaining("'gpus.dcgm-embedded' must be true or false");
        assertThat(Settings.read(write("data: /data"), true,
                Map.of("GATEHOUSE_GPUS_SOURCES", "off", "GATEHOUSE_GPUS_DCGM_ADDRESSES", "tcp://a:1")).gpus())
                .isEqualTo(new GpuSettings("off", null, java.util.List.of("tcp://a:1"), null, null));
    }

    @Test
    void modelsLieInTheDataDirectoryAndNoHubIsKnownUnlessSomebodySaysSo() throws IOException {
        ModelStorePlan usual = Settings.read(write("data: /data"), true, Map.of()).models().plan(Path.of("/data"));
        assertThat(usual.settings().directory()).isEqualTo(Path.of("/data/models"));
        assertThat(usual.hubs()).isEmpty();

        Path token = Files.writeString(directory.resolve("token"), "hf_secret\n");
        ModelStorePlan said = Settings.read(write("models: {reserve-bytes: 5, stall: PT9S, hubs: [{name: mirror, url: "
                + "'https://models.example.com/hub', token-file: '" + token + "', redirect-hosts: ['*.example.com'],"
                + " proxy: 'proxy:3128'}]}"), true,
                Map.of("GATEHOUSE_MODELS_DIRECTORY", "/mnt/models", "GATEHOUSE_MODELS_PARALLEL_IMPORTS", "3")).models()
                .plan(directory);
        assertThat(said.settings().directory()).isEqualTo(Path.of("/mnt/models"));
        assertThat(said.settings().parallelImports()).isEqualTo(3);
        assertThat(said.settings().reserveBytes()).isEqualTo(5);
        assertThat(said.settings().stall()).isEqualTo(Duration.ofSeconds(9));
        assertThat(said.hubs().getFirst().token().get()).isEqualTo("hf_secret");
        assertThat(said.hubs().toString()).doesNotContain("hf_secret");
        Files.writeString(token, "hf_next");
        assertThat(said.hubs().getFirst().token().get()).isEqualTo("hf_next");
    }

    @Test
    void wrongSettingsOfModelsAreNamed() throws IOException {
        for (String[] wrong : new String[][]{{"{directory: models}", "models.directory is 'models'"},
                {"{reserve-bytes: -1}", "models.reserve-bytes is -1"}, {"{attempts: 0}", "models.attempts is 0"},
                {"{stall: PT0S}", "models.stall is PT0S"}, {"{max-bytes: 0}", "models.max-bytes is 0"},
                {"{parallel-files: 65}", "models.parallel-files is 65. Write 1 to 64"},
                {"{hubs: [{name: a}]}", "Each of models.hubs needs a name and a url"},
                {"{hubs: [{name: 'A b', url: 'http://x'}]}", "the name 'A b' must be"},
                {"{hubs: [{name: a, url: 'ftp://x'}]}", "the url of a must be http:// or https://"},
                {"{hubs: [{name: a, url: 'https://u:p@x'}]}", "without user"},
                {"{hubs: [{name: a, url: 'http://x'}, {name: a, url: 'http://y'}]}", "two hubs are called a"},
                {"{hubs: [{name: a, url: 'http://x', token-file: /none}]}", "the token-file of a cannot be read"},
                {"{hubs: [{name: a, url: 'http://x', proxy: 'socks://p'}]}", "the proxy of a is 'socks://p'"}}) {
            Settings settings = Settings.read(write("models: " + wrong[0]), true, Map.of());
            assertThatThrownBy(() -> settings.models().plan(directory)).as(wrong[0])
                    .isInstanceOf(SettingsException.class).hasMessageContaining(wrong[1]);
        }
        assertThatThrownBy(() -> Settings.read(write("models: {hub: x}"), true, Map.of()))
                .hasMessageContaining("'models.hub' is not known");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("appliance.yaml"), text);
    }
}
