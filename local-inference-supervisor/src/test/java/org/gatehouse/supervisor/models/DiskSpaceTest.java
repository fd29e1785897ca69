package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

@Timeout(60)
class DiskSpaceTest {
    private static final long MIB = 1L << 20;

    @TempDir
    Path temporary;
    private final ModelFiles files = ModelFiles.of(3 << 20);
    private StoreBench bench;

    @BeforeEach
    void openStore() throws Exception {
        bench = new StoreBench(temporary);
        bench.settings = bench.settings.withReserve(10 * MIB);
        bench.reopen();
    }

    @AfterEach
    void closeStore() throws Exception {
        bench.close();
    }

    private ImportWish wish() throws IOException {
        return StoreBench.fromDirectory(files.writeTo(temporary.resolve("source")));
    }

    @Test
    void modelThatDoesNotFitBesideTheReserveIsRefusedBeforeAByteIsWritten() throws Exception {
        bench.freeSpace = _ -> 12 * MIB;
        ImportJob job = bench.begin(wish());

        assertThat(bench.failure(job)).isInstanceOfSatisfying(ImportProblem.DiskFull.class, problem -> {
            assertThat(problem.neededBytes()).isEqualTo(files.bytes());
            assertThat(problem.message()).contains("3.0 MiB more are needed", "10.0 MiB stay in reserve");
        });
        assertThat(bench.directory.resolve("incoming/" + job.id() + "/files")).isEmptyDirectory();

        bench.freeSpace = _ -> 14 * MIB;
        bench.assertHolds(StoreBench.imported(StoreBench.accepted(bench.store.resume(job.id()))), files);
    }

    @Test
    void modelInPlaceNeedsNoRoom() throws Exception {
        bench.freeSpace = _ -> 0;
        Path source = files.writeTo(temporary.resolve("source"));

        bench.imported(ImportWish.of("tiny", new ModelSource.Directory(source, ModelSource.Placement.IN_PLACE), "a"));
    }

    @Test
    void diskThatSomebodyElseFillsMeanwhileStopsTheImport() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        bench.freeSpace = _ -> looks.incrementAndGet() <= 1 ? 100 * MIB : 10 * MIB;
        ImportJob job = bench.begin(wish());

        assertThat(bench.failure(job)).isInstanceOf(ImportProblem.DiskFull.class);
        assertThat(looks.get()).isGreaterThan(1);
    }

    @Test
    void importsAtOnceDoNotCountTheSameRoomTwice() throws Exception {
        bench.freeSpace = _ -> 15 * MIB;
        try (TestHub hub = new TestHub(files)) {
            bench.hubs = List.of(hub.settings());
            hub.fault(TestHub.file("model.safetensors"), new TestHub.Fault.SilentAfter(1000));
            ImportJob first = bench.begin(StoreBench.fromHub());
            StoreBench.awaitThat(() -> first.progress().bytesDone() >= 1000);

            assertThat(bench.failure(wish())).isInstanceOf(ImportProblem.DiskFull.class);
            hub.release();
            StoreBench.imported(first);
        }
    }

    @Test
    void realDiskThatIsFullIsCalledSo() throws Exception {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "this system has no /dev/full");
        IOException refused = catchThrowableOfType(IOException.class,
                () -> Files.write(full, new byte[10], StandardOpenOption.WRITE));

        ImportFailure failure = new SpaceGuard(temporary, MIB, _ -> 0).failed(refused);

        assertThat(failure.problem()).isInstanceOf(ImportProblem.DiskFull.class);
        assertThat(failure.problem().message()).contains("is full", "Remove models");
    }
}
