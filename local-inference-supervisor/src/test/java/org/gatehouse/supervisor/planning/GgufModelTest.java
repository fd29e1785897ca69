package org.gatehouse.supervisor.planning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.planning.ModelProblem.Kind;

import static org.assertj.core.api.Assertions.assertThat;

class GgufModelTest {
    @TempDir
    Path directory;

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    private static GgufFile withWeights() {
        return GgufFile.tinyLlama().tensor("token_embd.weight", 1, 1, 2, 32, 3).tensor("blk.0.attn_q.weight", 12, 256,
                144, 256, 4).tensor("output_norm.weight", 0, 1, 4, 32);
    }

    private static ModelDescription known(Path path) {
        return switch (ModelDirectory.read(path)) {
            case ModelReading.Known known -> known.model();
            case ModelReading.Unusable unusable -> throw new AssertionError(unusable.problem().message());
        };
    }

    private static ModelProblem problem(Path path) {
        return switch (ModelDirectory.read(path)) {
            case ModelReading.Unusable unusable -> unusable.problem();
            case ModelReading.Known known -> throw new AssertionError("read without a problem: " + known.model());
        };
    }

    @Test
    void shapeAndExactBytesAreReadFromTheFileItself() throws IOException {
        ModelDescription model = known(write("tiny-Q4_K_M.gguf", withWeights().bytes()));

        assertThat(model.format()).isEqualTo(ModelFormat.GGUF);
        assertThat(model.architecture()).isEqualTo("llama");
        assertThat(model.layers()).containsExactly(new KvLayer.Full(2, 8, 8), new KvLayer.Full(2, 8, 8));
        assertThat(model.longestContext()).isEqualTo(4096);
        assertThat(model.vocabularySize()).isEqualTo(3);
        assertThat(model.hasTokenizer()).isTrue();
        // 96 numbers of 2 bytes, 4 blocks of 144 bytes, 32 numbers of 4 bytes.
        assertThat(model.weights().totalBytes()).isEqualTo(192 + 576 + 128);
        assertThat(model.weights().tied()).isTrue();
    }

    @Test
    void directoryWithOneFileIsThatFileAndAVisionTowerBesideItDoesNotCount() throws IOException {
        write("mmproj-f16.gguf", withWeights().bytes());
        Path file = write("tiny.gguf", withWeights().bytes());

        assertThat(known(directory).path()).isEqualTo(file);
    }

    @Test
    void directoryWithTwoModelsAsksWhichOneIsMeant() throws IOException {
        write("tiny-Q4_K_M.gguf", withWeights().bytes());
        write("tiny-Q8_0.gguf", withWeights().bytes());

        assertThat(problem(directory).kind()).isEqualTo(Kind.SEVERAL_MODELS);
        assertThat(problem(directory).message()).contains("tiny-Q4_K_M.gguf, tiny-Q8_0.gguf");
    }

    @Test
    void partsBelongTogetherWhicheverIsNamed() throws IOException {
        write("tiny-00001-of-00002.gguf", withWeights().bytes());
        Path second = write("tiny-00002-of-00002.gguf",
                new GgufFile().tensor("output.weight", 1, 1, 2, 32, 3).bytes());

        assertThat(known(second).weights().totalBytes()).isEqualTo(896 + 192);
        assertThat(known(directory).weights().files()).isEqualTo(2);
    }

    @Test
    void missingPartIsNamed() throws IOException {
        Path first = write("tiny-00001-of-00003.gguf", withWeights().bytes());

        assertThat(problem(first).kind()).isEqualTo(Kind.SHARD_MISSING);
        assertThat(problem(first).file()).hasFileName("tiny-00002-of-00003.gguf");
    }

    @Test
    void partNumberZeroOfZeroIsReadAsAFileOfThatName() throws IOException {
        assertThat(known(write("tiny-00000-of-00000.gguf", withWeights().bytes())).weights().files()).isEqualTo(1);
    }

    @Test
    void headsThatDifferByLayerAreReadAndZeroMeansNone() throws IOException {
        ModelDescription model = known(write("a.gguf",
                new GgufFile().text("general.architecture", "lfm2").whole("lfm2.block_count", 2)
                        .whole("lfm2.embedding_length", 32).whole("lfm2.attention.head_count", 4)
                        .wholes("lfm2.attention.head_count_kv", 0, 2).tensor("token_embd.weight", 1, 1, 2, 32, 3)
                        .bytes()));

        assertThat(model.layers()).containsExactly(new KvLayer.None(), new KvLayer.Full(2, 8, 8));
    }

    @Test
    void everyCutOfAFileIsAProblemAndNeverAnException() throws IOException {
        byte[] whole = withWeights().bytes();
        for (int length = 0; length < whole.length - 24; length++) {
            Path file = write("cut.gguf", Arrays.copyOf(whole, length));
            assertThat(problem(file).kind()).as("cut to %d bytes", length).isEqualTo(Kind.TRUNCATED);
        }
    }

    @Test
    void otherContentOtherVersionsAndUnknownFormatsAreNamed() throws IOException {
        assertThat(problem(write("a.gguf", new byte[64])).kind()).isEqualTo(Kind.HEADER_INVALID);
        byte[] next = withWeights().bytes();
        next[4] = 9;
        assertThat(problem(write("b.gguf", next)).what()).contains("version 9");
        Path odd = write("c.gguf", GgufFile.tinyLlama().tensor("token_embd.weight", 99, 1, 2, 32).bytes());
        assertThat(problem(odd).kind()).isEqualTo(Kind.UNKNOWN_TYPE);
        assertThat(problem(write("d.gguf", GgufFile.tinyLlama().bytes())).kind()).isEqualTo(Kind.NO_WEIGHTS);
    }
}
