package org.gatehouse.supervisor.models;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class ArchiveImportTest {
    private static final int UNIX_LINK = 0120777;

    @TempDir
    Path temporary;
    private final ModelFiles files = ModelFiles.of(300_000).with("sub/tokens.txt", ModelFiles.text("tokens"));
    private StoreBench bench;
    private Path archive;

    @BeforeEach
    void openStore() throws Exception {
        bench = new StoreBench(temporary);
        archive = temporary.resolve("model.archive");
    }

    @AfterEach
    void closeStore() throws Exception {
        bench.close();
    }

    private ImportProblem failureOf(byte[] content) throws Exception {
        return bench.failure(StoreBench.fromArchive(Archives.write(archive, content)));
    }

    private void assertImports(byte[] content, ModelFiles expected) throws Exception {
        StoredModel model = bench.imported(StoreBench.fromArchive(Archives.write(archive, content)));
        bench.assertHolds(model, expected);
        assertThat(bench.store.remove(model.id())).isInstanceOf(RemoveOutcome.Removed.class);
    }

    @Test
    void tarGzipAndZipGiveTheSameModel() throws Exception {
        assertImports(Archives.tarOf("", files), files);
        assertImports(Archives.tarOf("./", files), files);
        assertImports(Archives.gzip(Archives.tarOf("tiny/", files)), files);
        assertImports(Archives.zipOf("", files), files);
        assertImports(Archives.zipOf("tiny/", files), files);
    }

    @Test
    void archiveMadeByTarItselfIsRead() throws Exception {
        String deep = "directory-with-a-long-name/".repeat(5) + "tokens-with-a-long-name-".repeat(4) + ".txt";
        ModelFiles model = files.with(deep, ModelFiles.text("deep"));
        Path source = model.writeTo(temporary.resolve("tiny"));
        for (String format : List.of("gnu", "pax", "ustar")) {
            if (format.equals("ustar")) {
                Durable.delete(source.resolve("directory-with-a-long-name"));
            }
            Process tar = new ProcessBuilder("tar", "--format=" + format, "-czf", archive.toString(), "-C",
                    temporary.toString(), "tiny").inheritIO().start();
            assertThat(tar.waitFor()).isZero();
            assertImports(Files.readAllBytes(archive), format.equals("ustar") ? files : model);
        }
    }

    @Test
    void hiddenFilesOfDesktopsDoNotMatter() throws Exception {
        Archives tar = Archives.tar().file("._tiny", ModelFiles.text("mac"));
        files.files().forEach((path, content) -> tar.file("tiny/" + path, content));
        assertImports(tar.end(), files);
    }

    @Test
    void pathsThatLeadOutAreRefused() throws Exception {
        for (String path : List.of("../outside.json", "/etc/outside.json", "sub/../../outside.json", "sub//x.json",
                ".gatehouse/manifest.json", "a\u0007b.json")) {
            byte[] tar = Archives.tar().file("config.json", files.get("config.json")).file(path, new byte[3]).end();
            assertThat(failureOf(tar)).as(path).isInstanceOf(ImportProblem.UnsafeEntry.class);
        }
        byte[] pax = Archives.tar().pax("path", "../../outside.json").file("config.json", new byte[3]).end();
        assertThat(failureOf(pax)).isInstanceOf(ImportProblem.UnsafeEntry.class);
        assertThat(failureOf(Archives.zipOf("../", files))).isInstanceOf(ImportProblem.UnsafeEntry.class);
        assertThat(temporary.resolve("outside.json")).doesNotExist();
    }

    @Test
    void linksAndDevicesAreRefused() throws Exception {
        for (char type : "12346S".toCharArray()) {
            byte[] tar = Archives.tar().file("config.json", files.get("config.json"))
                    .entry("x.json", type, new byte[0], "/etc/passwd").end();
            assertThat(failureOf(tar)).as("type " + type).isInstanceOf(ImportProblem.UnsafeEntry.class);
        }
        byte[] zip = Archives.withUnixMode(Archives.zipOf("", files), 0, UNIX_LINK);
        assertThat(failureOf(zip)).isInstanceOf(ImportProblem.UnsafeEntry.class);
    }

    @Test
    void entryTwiceOrBelowAFileIsRefused() throws Exception {
        byte[] twice = Archives.tar().file("config.json", new byte[3]).file("./config.json", new byte[4]).end();
        assertThat(failureOf(twice).message()).contains("twice");
        byte[] below = Archives.tar().file("a.json", new byte[3]).file("a.json/b.json", new byte[4]).end();
        assertThat(failureOf(below)).isInstanceOf(ImportProblem.UnsafeEntry.class);
    }

    @Test
    void bombsAreRefusedBeforeAnythingIsWritten() throws Exception {
        ModelFiles bomb = files.with("bomb.json", new byte[80 << 20]);
        assertThat(failureOf(Archives.zipOf("", bomb))).isInstanceOfSatisfying(ImportProblem.TooLarge.class,
                problem -> assertThat(problem.why()).contains("100 times"));
        assertThat(failureOf(Archives.gzip(Archives.tarOf("", bomb)))).isInstanceOf(ImportProblem.TooLarge.class);
        byte[] claims = Archives.tar().header("model.safetensors", '0', 0777_7777_7777L, "").end();
        assertThat(failureOf(claims)).isInstanceOf(ImportProblem.TooLarge.class);
    }

    @Test
    void endlessHeadersAndDirectoriesEnd() throws Exception {
        Archives headers = Archives.tar();
        for (int i = 0; i < 20; i++) {
            headers.entry("x", 'L', ModelFiles.text("name"), "");
        }
        assertThat(failureOf(headers.end())).isInstanceOf(ImportProblem.DamagedArchive.class);
        bench.settings = bench.settings.withLargest(20, 1 << 20);
        bench.reopen();
        Archives directories = Archives.tar();
        for (int i = 0; i < 100; i++) {
            directories.entry("d" + i + "/", '5', new byte[0], "");
        }
        assertThat(failureOf(directories.end())).isInstanceOf(ImportProblem.TooLarge.class);
    }

    @Test
    void truncatedArchivesAreDamaged() throws Exception {
        for (byte[] whole : List.of(Archives.tarOf("", files), Archives.gzip(Archives.tarOf("", files)),
                Archives.zipOf("", files))) {
            for (int length : new int[]{600, whole.length / 2, whole.length - 2000}) {
                assertThat(failureOf(Arrays.copyOf(whole, length))).as(length + " of " + whole.length)
                        .isInstanceOf(ImportProblem.DamagedArchive.class);
            }
        }
    }

    @Test
    void archiveCutBetweenTwoEntriesIsNotTakenForWhole() throws Exception {
        byte[] whole = Archives.tarOf("", files);
        // The end mark and the last entry, a header and a block.
        assertThat(failureOf(Arrays.copyOf(whole, whole.length - 2048)).message()).contains("no end mark");
    }

    @Test
    void flippedBitsInPackedDataAreFound() throws Exception {
        byte[] zip = Archives.zipOf("", files);
        zip[zip.length / 2] ^= 1;
        assertThat(failureOf(zip)).isInstanceOf(ImportProblem.DamagedArchive.class);
        byte[] gzip = Archives.gzip(Archives.tarOf("", files));
        gzip[gzip.length / 2] ^= 1;
        assertThat(failureOf(gzip)).isInstanceOf(ImportProblem.DamagedArchive.class);
    }

    @Test
    void otherFormatsAreNamed() throws Exception {
        byte[] zstandard = new byte[600];
        System.arraycopy(new byte[]{0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}, 0, zstandard, 0, 4);
        assertThat(failureOf(zstandard).message()).contains("Zstandard");
        assertThat(failureOf(ModelFiles.text("hello"))).isInstanceOf(ImportProblem.UnsupportedArchive.class);
        assertThat(failureOf(new byte[0])).isInstanceOf(ImportProblem.UnsupportedArchive.class);
        assertThat(failureOf(Archives.gzip(ModelFiles.text("hello")))).isInstanceOf(ImportProblem.DamagedArchive.class);
    }

    @Test
    void diskThatIsNotThereCanBePluggedInAgain() throws Exception {
        ImportJob job = bench.begin(StoreBench.fromArchive(archive));
        assertThat(bench.failure(job)).isInstanceOf(ImportProblem.SourceUnreadable.class);

        Archives.write(archive, Archives.tarOf("", files));

        bench.assertHolds(StoreBench.imported(StoreBench.accepted(bench.store.resume(job.id()))), files);
    }
}
