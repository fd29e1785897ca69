package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A program killed with SIGKILL in the middle of an import, and the next one, which goes on. */
@Timeout(240)
class ImportKillIT {
    @TempDir
    Path temporary;
    private final ModelFiles files = ModelFiles.of(30 << 20).with("model-2.safetensors",
            ModelFiles.safetensors(20 << 20));
    private final KeyPair pair = StoreBench.freshKeys();
    private Path store;
    private Path keys;
    private TestHub hub;

    @BeforeEach
    void startHub() throws Exception {
        store = temporary.resolve("store");
        keys = temporary.resolve("keys");
        ImportingProgram.write(keys, pair);
        hub = new TestHub(files);
    }

    @AfterEach
    void stopHub() throws Exception {
        hub.close();
        Durable.delete(store);
    }

    private Process start(String source) throws IOException {
        return ImportingProgram.start(store, keys, hub.base(), source, temporary.resolve("log"));
    }

    private void runToTheEnd(String source) throws Exception {
        Process process = start(source);
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(temporary.resolve("log"))).containsAnyOf("Imported[", "AlreadyThere[");
    }

    /** The directory and the size of each file of the import. */
    private List<String> arrived() throws IOException {
        if (!Files.exists(store.resolve("incoming"))) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(store.resolve("incoming"))) {
            return all.filter(Files::isRegularFile)
                    .map(file -> file.resolveSibling("").getFileName() + "/" + file.toFile().length()).toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // It changes while it is walked.
        }
    }

    private boolean isNotedDone(String file) {
        try (Stream<Path> rooms = Files.list(store.resolve("incoming"))) {
            for (Path room : rooms.toList()) {
                if (Files.readString(room.resolve("done")).contains(" " + file + "\n")) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // Not there yet.
        }
    }

    private void assertWhole() throws IOException {
        ModelStore.Surroundings surroundings = new ModelStore.Surroundings(new ManifestKeys(pair, List.of()), List::of,
                _ -> Optional.empty(), java.time.Clock.systemUTC(), System::nanoTime);
        try (ModelStore opened = ModelStore.open(ModelStoreSettings.in(store), surroundings)) {
            StoredModel model = opened.find("acme/tiny").orElseThrow();
            assertThat(opened.verify(model.id(), Verification.Depth.FULL)).isInstanceOf(Verification.Sound.class);
            assertThat(model.manifest().bytes()).isEqualTo(files.bytes());
            assertThat(opened.imports()).isEmpty();
        }
    }

    @Test
    void downloadKilledInTheMiddleGoesOnAndFetchesNoByteTwiceThatCounts() throws Exception {
        String weights = TestHub.file("model.safetensors");
        hub.fault(weights, new TestHub.Fault.SilentAfter(20 << 20));
        Process process = start("hub");
        StoreBench.awaitThat(() -> arrived().contains("parts/" + (20 << 20))
                && isNotedDone("model-2.safetensors"));
        process.destroyForcibly().waitFor();
        assertThat(store.resolve("models")).isEmptyDirectory();

        runToTheEnd("hub");

        assertWhole();
        assertThat(hub.requestsFor(weights).getLast().range()).isEqualTo("bytes=" + (20 << 20) + "-");
        assertThat(hub.requestsFor(TestHub.file("model-2.safetensors"))).hasSize(1);
    }

    @Test
    void importKilledAtRandomMomentsNeverShowsHalfAModelAndComesToItsEnd() throws Exception {
        Path archive = Archives.write(temporary.resolve("model.tar.gz"),
                Archives.gzip(Archives.tarOf("tiny/", files)));
        Random random = new Random(20260102);
        for (int round = 0; round < 6; round++) {
            Process process = start(archive.toString());
            if (!process.waitFor(random.nextInt(200, 1500), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
            try (Stream<Path> models = Files.exists(store.resolve("models"))
                    ? Files.list(store.resolve("models"))
                    : Stream.empty()) {
                for (Path model : models.toList()) {
                    assertThat(model.resolve(".gatehouse/manifest.signature")).exists();
                    assertThat(model.resolve("model.safetensors")).hasSize(files.get("model.safetensors").length);
                }
            }
        }

        runToTheEnd(archive.toString());

        assertWhole();
    }
}
