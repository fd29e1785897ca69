package org.gatehouse.supervisor.planning;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;

import org.gatehouse.supervisor.planning.ModelDescription.Heads;
import org.gatehouse.supervisor.planning.ModelProblem.Kind;

/** Reads what a local model directory holds, without its weights. Takes milliseconds, even for hundreds of gigabytes. */
public final class ModelDirectory {
    private static final List<String> TOKENIZERS = List.of("tokenizer.json", "tokenizer.model", "tekken.json",
            "vocab.json", "vocab.txt", "tiktoken.model", "spiece.model");

    private ModelDirectory() {}

    /**
     * Reads a directory with {@code config.json} and safetensors files, a directory with GGUF files, or a GGUF file.
     *
     * @param path a local path
     * @return the model, or the first problem found
     */
    public static ModelReading read(Path path) {
        try {
            if (Files.isRegularFile(path) && path.toString().endsWith(".gguf")) {
                return new ModelReading.Known(GgufModel.read(List.of(path)));
            }
            if (!Files.isDirectory(path)) {
                throw new ModelException(Kind.NO_DIRECTORY, path, "There is no such model directory",
                        "Name a directory on this box, or import the model first.");
            }
            List<Path> gguf = Files.exists(path.resolve(ModelConfig.FILE)) ? List.of() : ggufFiles(path);
            return new ModelReading.Known(gguf.isEmpty() ? describe(path) : GgufModel.read(gguf));
        } catch (ModelException problem) {
            return new ModelReading.Unusable(problem.problem());
        }
    }

    private static ModelDescription describe(Path directory) throws ModelException {
        ModelConfig config = ModelConfig.in(directory);
        List<KvLayer> layers = KvLayers.of(config);
        int hidden = config.hiddenSize();
        int context = ContextWindow.of(config);
        WeightFiles files = WeightFiles.in(directory);
        boolean headStored = files.tensors().stream()
                .anyMatch(tensor -> TensorRole.of(tensor.name(), 2, layers.size()) == TensorRole.HEAD);
        Weights weights = Weights.of(files.tensors(), layers.size(), files.files().size(),
                config.tiedEmbeddings(headStored));
        return new ModelDescription(directory, digest(config.file(), files.tensors()), ModelFormat.SAFETENSORS,
                config.architecture(), heads(config, layers), hidden, config.feedForwardSize(),
                config.vocabularySize(), config.experts(), layers, context, config.dataType(), config.quantisation(),
                weights, TOKENIZERS.stream().anyMatch(name -> Files.exists(directory.resolve(name))));
    }

    private static Heads heads(ModelConfig config, List<KvLayer> layers) throws ModelException {
        int keyValue = layers.stream().mapToInt(ModelDirectory::keyValueHeads).max().orElse(0);
        return new Heads(config.attentionHeads(), keyValue, config.visionHeads());
    }

    private static int keyValueHeads(KvLayer layer) {
        return switch (layer) {
            case KvLayer.Full full -> full.heads();
            case KvLayer.Window window -> window.heads();
            case KvLayer.Cross cross -> cross.heads();
            case KvLayer.Latent _ -> 1;
            case KvLayer.Both both -> Math.max(keyValueHeads(both.first()), keyValueHeads(both.second()));
            case KvLayer.Recurrent _,KvLayer.None _ -> 0;
        };
    }

    private static List<Path> ggufFiles(Path directory) throws ModelException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.gguf")) {
            files.forEach(found::add);
        } catch (IOException unreadable) {
            throw new ModelException(Kind.UNREADABLE, directory,
                    "The model directory cannot be read: " + unreadable.getClass().getSimpleName(),
                    "Check the directory's owner, its permissions and the disk.");
        }
        Collections.sort(found);
        return found;
    }

    private static String digest(Path configuration, List<Tensor> tensors) throws ModelException {
        try {
            return digest(Files.readAllBytes(configuration), tensors);
        } catch (IOException unreadable) {
            throw new ModelException(Kind.UNREADABLE, configuration, "The configuration cannot be read",
                    "Check the file's owner and permissions.");
        }
    }

    static String digest(byte[] configuration, List<Tensor> tensors) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(configuration);
            tensors.forEach(tensor -> sha
                    .update((tensor.name() + tensor.type() + tensor.shape() + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }
}
