package org.gatehouse.modelstore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.admin.StoredModelFiles;
import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.store.StoreFailure;
import org.gatehouse.supervisor.fleet.ModelChoice;
import org.gatehouse.supervisor.fleet.ModelLibrary;
import org.gatehouse.supervisor.models.ImportJob;
import org.gatehouse.supervisor.models.ImportOutcome;
import org.gatehouse.supervisor.models.ImportStart;
import org.gatehouse.supervisor.models.ImportWish;
import org.gatehouse.supervisor.models.ManifestKeys;
import org.gatehouse.supervisor.models.ModelSource;
import org.gatehouse.supervisor.models.ModelStoreSettings;
import org.gatehouse.supervisor.models.StoredModel;
import org.gatehouse.supervisor.models.Verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class LocalModelsTest {
    private static final Actor ADMIN = Actor.system("test");
    private static final ModelChoice TINY = new ModelChoice.Stored("acme/tiny");

    @TempDir
    Path directory;
    private final FickleTrail trail = new FickleTrail();
    private KeyPair keys;
    private LocalModels models;

    /** A trail in memory that takes nothing while it is told so. */
    private static final class FickleTrail implements AdminTrail {
        private final List<AdminRecord> records = new CopyOnWriteArrayList<>();
        private volatile boolean full;

        @Override
        public UUID node() {
            return new UUID(0, 1);
        }

        @Override
        public void append(AdminRecord action) {
            if (full) {
                throw new StoreFailure("The trail is full.");
            }
            records.add(action);
        }

        @Override
        public boolean holds(AdminRecord action) {
            return records.contains(action);
        }
    }

    @BeforeEach
    void make() throws NoSuchAlgorithmException {
        keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        models = lazily();
    }

    @AfterEach
    void close() throws IOException, InterruptedException {
        models.close();
    }

    @Test
    void boxWithoutModelsMakesNoStore() {
        assertThat(models.figures()).isEqualTo(ModelFigures.NONE);
        assertThat(models.activeImports()).isZero();
        assertThat(directory.resolve("models")).doesNotExist();
    }

    @Test
    void importThatCannotBeRecordedDoesNotHappen() throws Exception {
        trail.full = true;

        assertThatThrownBy(() -> models.begin(ADMIN, wish(), false)).isInstanceOf(StoreFailure.class);

        assertThat(models.imports()).hasSize(1)
                .allSatisfy(job -> assertThat(job.outcome().orElseThrow().resumable()).isFalse());
        assertThat(models.models()).isEmpty();
    }

    @Test
    void modelIsNotRemovedWhenThatCannotBeRecorded() throws Exception {
        String id = imported().id();
        trail.full = true;

        assertThatThrownBy(() -> models.remove(ADMIN, id)).isInstanceOf(StoreFailure.class);

        assertThat(models.find(id)).isPresent();
    }

    @Test
    void modelWhoseBytesWereFoundChangedIsGivenToNoEngine() throws Exception {
        StoredModel model = imported();
        assertThat(models.library().findToServe(TINY)).isEqualTo(new ModelLibrary.Found.At(model.directory()));
        Path weights = model.directory().resolve("model.safetensors");
        Files.setPosixFilePermissions(weights, PosixFilePermissions.fromString("rw-------"));
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);

        assertThat(models.verify(ADMIN, model.id(), Verification.Depth.FULL)).isPresent();
        await(() -> state(model) == ModelCheck.State.UNSOUND);
        assertThat(models.verify(ADMIN, model.id(), Verification.Depth.QUICK).orElseThrow().state())
                .isEqualTo(ModelCheck.State.SOUND);

        assertThat(state(model)).as("a quick look cannot clear it").isEqualTo(ModelCheck.State.UNSOUND);
        assertThat(models.library().findToServe(TINY)).isInstanceOf(ModelLibrary.Found.Missing.class);
        models.close();
        models = lazily();
        assertThat(models.library().findToServe(TINY)).as("also after a restart")
                .isInstanceOf(ModelLibrary.Found.Missing.class);
    }

    @Test
    void figuresFollowWhatIsImportedAndRemoved() throws Exception {
        StoredModel model = imported();
        await(() -> models.figures().models() == 1);
        assertThat(models.figures().bytes()).isEqualTo(model.manifest().bytes());

        models.remove(ADMIN, model.id());

        assertThat(models.figures()).isEqualTo(new ModelFigures(0, 0, 0));
    }

    @Test
    void closedStoreSaysSo() throws Exception {
        models.close();

        assertThatThrownBy(models::models).isInstanceOf(ModelStoreUnavailable.class)
                .hasMessageContaining("is stopping");
    }

    private LocalModels lazily() {
        return LocalModels.lazily(
                new ModelStorePlan(ModelStoreSettings.in(directory.resolve("models")).withReserve(0), List.of()),
                new Surroundings(() -> new ManifestKeys(keys, List.of()), trail, Clock.systemUTC(), System::nanoTime,
                        UUID::randomUUID));
    }

    private ImportWish wish() throws IOException {
        Path source = StoredModelFiles.tiny().writeTo(directory.resolve("source"));
        return ImportWish.of("acme/tiny", new ModelSource.Directory(source, ModelSource.Placement.COPY), "test");
    }

    private StoredModel imported() throws Exception {
        if (models.begin(ADMIN, wish(), false) instanceof ImportStart.Accepted(ImportJob job)
                && job.await(Duration.ofSeconds(15))
                        .orElseThrow() instanceof ImportOutcome.Imported(StoredModel model)) {
            return model;
        }
        throw new AssertionError("the model was not imported");
    }

    private ModelCheck.State state(StoredModel model) {
        return models.check(model.id()).orElseThrow().state();
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not come to it in time");
            }
            LockSupport.parkNanos(10_000_000);
        }
    }
}
