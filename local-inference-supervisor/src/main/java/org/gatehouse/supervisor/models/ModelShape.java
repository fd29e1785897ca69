package org.gatehouse.supervisor.models;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * Whether files are a model that an engine can load: a configuration, weights that are whole, all shards of the index. Digests prove
 * that files came over intact; this finds what was broken before.
 */
final class ModelShape {
    /** The safetensors library's own bound on headers. */
    private static final long LONGEST_HEADER = 100_000_000;
    private static final long LONGEST_JSON = 64L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelShape() {}

    /** Looks at names alone, before anything is fetched. */
    static void checkNames(List<String> paths) throws ImportFailure {
        boolean gguf = paths.stream().anyMatch(path -> path.endsWith(".gguf"));
        boolean config = paths.stream().anyMatch(path -> path.equals("config.json") || path.endsWith("/config.json"));
        boolean weights = paths.stream().map(FileKind::of)
                .anyMatch(kind -> kind == FileKind.WEIGHTS || kind == FileKind.PICKLE);
        if (!weights) {
            throw new ImportFailure(new ImportProblem.NotAModel("it has no weights (.safetensors or .gguf)"));
        }
        if (!gguf && !config) {
            throw new ImportFailure(new ImportProblem.NotAModel("it has no config.json"));
        }
    }

    /** Looks into the files. */
    static void check(Path root, List<String> paths) throws ImportFailure, IOException {
        checkNames(paths);
        for (String path : paths) {
            Path file = root.resolve(path);
            if (path.endsWith(".safetensors")) {
                checkSafetensors(path, file);
            } else if (path.endsWith(".gguf")) {
                checkGguf(path, file);
            } else if (path.endsWith(".safetensors.index.json")) {
                checkIndex(path, file, paths);
            } else if (path.equals("config.json") && !json(path, file).isObject()) {
                throw new ImportFailure(new ImportProblem.NotAModel("its config.json is not a JSON object"));
            }
        }
    }

    /** 8 bytes of length, that many bytes of JSON, then the tensors: the header tells where the last one ends. */
    private static void checkSafetensors(String path, Path file) throws ImportFailure, IOException {
        long size = Files.size(file);
        try (InputStream in = Files.newInputStream(file)) {
            long length = ByteBuffer.wrap(exactly(in, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (length < 2 || length > LONGEST_HEADER || length > size - 8) {
                throw damaged(path, "its header claims " + length + " bytes in a file of " + size);
            }
            JsonNode header = JSON.readTree(exactly(in, (int) length));
            long end = 0;
            for (JsonNode tensor : header) {
                end = Math.max(end, tensor.path("data_offsets").path(1).asLong(0));
            }
            if (!header.isObject() || end != size - 8 - length) {
                throw damaged(path, "its header promises " + Math.addExact(end, 8 + length) + " bytes, the file has "
                        + size);
            }
        } catch (EOFException | JsonProcessingException | ArithmeticException e) {
            throw damaged(path, "its header cannot be read");
        }
    }

    private static void checkGguf(String path, Path file) throws ImportFailure, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            if (!new String(exactly(in, 4), StandardCharsets.US_ASCII).equals("GGUF")) {
                throw damaged(path, "it does not begin with GGUF");
            }
        } catch (EOFException e) {
            throw damaged(path, "it is empty");
        }
    }

    private static void checkIndex(String path, Path file, List<String> paths) throws ImportFailure, IOException {
        String directory = path.substring(0, path.lastIndexOf('/') + 1);
        TreeSet<String> missing = new TreeSet<>();
        json(path, file).path("weight_map").forEach(shard -> missing.add(directory + shard.asText()));
        missing.removeAll(paths);
        if (!missing.isEmpty()) {
            throw new ImportFailure(new ImportProblem.NotAModel("of the shards that " + path + " names, "
                    + missing.size() + " are missing, `" + Text.shown(missing.first()) + "` among them"));
        }
    }

    private static JsonNode json(String path, Path file) throws ImportFailure, IOException {
        if (Files.size(file) > LONGEST_JSON) {
            throw new ImportFailure(new ImportProblem.NotAModel(path + " is larger than "
                    + Text.bytes(LONGEST_JSON)));
        }
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new ImportFailure(new ImportProblem.NotAModel(path + " is not JSON"));
        }
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    private static ImportFailure damaged(String path, String why) {
        return new ImportFailure(new ImportProblem.DamagedWeights(path, why));
    }
}
