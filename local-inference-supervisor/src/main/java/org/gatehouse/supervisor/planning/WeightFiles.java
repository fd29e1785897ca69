package org.gatehouse.supervisor.planning;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

import com.fasterxml.jackson.core.JsonProcessingException;

import org.gatehouse.supervisor.planning.ModelProblem.Kind;

/**
 * All safetensors files of a model, with every tensor once.
 *
 * @param files in the order of their names
 * @param tensors of all files
 */
record WeightFiles(List<Path> files, List<Tensor> tensors) {
    static final String INDEX = "model.safetensors.index.json";
    private static final String SINGLE = "model.safetensors";
    private static final String FETCH = "Copy or download the model again, all of its files.";
    private static final long LARGEST_INDEX_BYTES = 100_000_000;

    /** Reads the headers of the shards that the index names; without an index, of each safetensors file there is. */
    static WeightFiles in(Path directory) throws ModelException {
        try {
            Map<String, Object> index = index(directory);
            SortedSet<String> names = index.isEmpty() ? found(directory) : shards(directory, index);
            if (names.isEmpty()) {
                throw new ModelException(Kind.NO_WEIGHTS, directory, "The directory has no weight file",
                        "Copy the model's *.safetensors files (or one *.gguf file) into it; other formats are not read.");
            }
            WeightFiles files = read(directory, names);
            files.checkAgainst(directory, index);
            return files;
        } catch (IOException | UncheckedIOException unreadable) {
            throw new ModelException(Kind.UNREADABLE, directory,
                    "The model directory cannot be read: " + unreadable.getClass().getSimpleName(),
                    "Check the directory's owner, its permissions and the disk.");
        }
    }

    private static WeightFiles read(Path directory, SortedSet<String> names) throws ModelException {
        List<Path> files = new ArrayList<>();
        List<Tensor> tensors = new ArrayList<>();
        Map<String, Path> owners = new HashMap<>();
        for (String name : names) {
            Path file = shard(directory, name);
            if (!Files.isRegularFile(file)) {
                throw new ModelException(Kind.SHARD_MISSING, file, "A shard that the model's index names is missing",
                        FETCH);
            }
            files.add(file);
            for (Tensor tensor : SafetensorsHeader.read(file)) {
                Path other = owners.putIfAbsent(tensor.name(), file);
                if (other != null) {
                    throw new ModelException(Kind.TENSOR_TWICE, file,
                            "The tensor \"" + tensor.name() + "\" stands in " + other.getFileName() + " as well",
                            "Remove the files that do not belong to this model.");
                }
                tensors.add(tensor);
                if (tensors.size() > SafetensorsHeader.MOST_TENSORS) {
                    throw new ModelException(Kind.HEADER_INVALID, file,
                            "The model has more than " + SafetensorsHeader.MOST_TENSORS + " tensors", FETCH);
                }
            }
        }
        return new WeightFiles(files, tensors);
    }

    private static Map<String, Object> index(Path directory) throws IOException, ModelException {
        Path file = directory.resolve(INDEX);
        if (!Files.exists(file)) {
            return Map.of();
        }
        try (InputStream in = Files.newInputStream(file)) {
            Map<String, Object> map = JsonObject.read(new BoundedStream(in, LARGEST_INDEX_BYTES)).object("weight_map")
                    .orElse(JsonObject.EMPTY).fields();
            if (map.isEmpty()) {
                throw new ModelException(Kind.INDEX_INVALID, file, "The index of the shards has no weight_map", FETCH);
            }
            return map;
        } catch (JsonProcessingException damaged) {
            throw new ModelException(Kind.INDEX_INVALID, file,
                    "The index of the shards is no valid JSON: " + damaged.getOriginalMessage(), FETCH);
        }
    }

    private static SortedSet<String> shards(Path directory, Map<String, Object> index) throws ModelException {
        SortedSet<String> names = new TreeSet<>();
        for (Object value : index.values()) {
            if (!(value instanceof String name) || !name.endsWith(".safetensors") || name.contains("/")
                    || name.contains("\\") || name.indexOf('\0') >= 0) {
                throw new ModelException(Kind.INDEX_INVALID, directory.resolve(INDEX),
                        "The index of the shards names something that is no safetensors file of this directory: "
                                + value,
                        FETCH);
            }
            names.add(name);
        }
        return names;
    }

    /** A name from JSON need not be one that a file can have: half of a surrogate pair, or a character the locale lacks. */
    private static Path shard(Path directory, String name) throws ModelException {
        try {
            return directory.resolve(name);
        } catch (InvalidPathException impossible) {
            throw new ModelException(Kind.INDEX_INVALID, directory.resolve(INDEX),
                    "The index of the shards names a file that cannot exist: " + impossible.getReason(), FETCH);
        }
    }

    /** Some repositories hold the same weights once more as {@code consolidated*.safetensors}; engines leave those out. */
    private static SortedSet<String> found(Path directory) throws IOException {
        SortedSet<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.safetensors")) {
            files.forEach(file -> names.add(String.valueOf(file.getFileName())));
        }
        names.removeIf(name -> name.startsWith("adapter_"));
        if (names.contains(SINGLE) || names.stream().anyMatch(name -> name.startsWith("model-"))) {
            names.removeIf(name -> name.startsWith("consolidated"));
        }
        return names;
    }

    private void checkAgainst(Path directory, Map<String, Object> index) throws ModelException {
        Map<String, Tensor> known = new HashMap<>();
        tensors.forEach(tensor -> known.put(tensor.name(), tensor));
        for (Map.Entry<String, Object> promise : index.entrySet()) {
            if (!known.containsKey(promise.getKey())) {
                throw new ModelException(Kind.TENSOR_MISSING, directory.resolve(String.valueOf(promise.getValue())),
                        "The index promises the tensor \"" + promise.getKey() + "\", which this shard does not have",
                        FETCH);
            }
        }
    }
}
