package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Manifests on disk: a JSON file, and a signature over exactly its bytes beside it. */
final class ManifestFile {
    private static final String FORMAT = "gatehouse-model-manifest-1";
    private static final ObjectMapper JSON = new ObjectMapper();

    private ManifestFile() {}

    /** A manifest as it was read. */
    record Read(ModelManifest manifest, boolean signatureHolds) {}

    /** Writes the seal into a model's directory. */
    static void write(Path model, ModelManifest manifest, ManifestKeys keys) throws IOException {
        ObjectNode root = JSON.createObjectNode().put("format", FORMAT).put("name", manifest.name())
                .put("digest", manifest.digest()).put("source", manifest.source()).put("revision", manifest.revision())
                .put("importedAt", manifest.importedAt().toString()).put("by", manifest.by())
                .put("location", manifest.location());
        ArrayNode files = root.putArray("files");
        manifest.files().forEach(file -> files.addObject().put("path", file.path()).put("size", file.size())
                .put("sha256", file.sha256()));
        root.set("leftOut", JSON.valueToTree(manifest.leftOut()));
        byte[] bytes = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
        Path seal = Files.createDirectories(model.resolve(StoreLayout.SEAL));
        Durable.write(seal.resolve("manifest.json"), bytes);
        String signature = keys.keyId() + "\n" + Base64.getEncoder().encodeToString(keys.sign(signed(bytes))) + "\n";
        Durable.write(seal.resolve("manifest.signature"), signature.getBytes(StandardCharsets.UTF_8));
    }

    // The format's name in front, so that the same key's signature of something else is none of a manifest.
    private static byte[] signed(byte[] bytes) {
        byte[] prefix = (FORMAT + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[prefix.length + bytes.length];
        System.arraycopy(prefix, 0, all, 0, prefix.length);
        System.arraycopy(bytes, 0, all, prefix.length, bytes.length);
        return all;
    }

    /**
     * Reads a model's seal.
     *
     * @throws IOException when there is none or it makes no sense
     */
    static Read read(Path model, ManifestKeys keys) throws IOException {
        Path seal = model.resolve(StoreLayout.SEAL);
        byte[] bytes = Files.readAllBytes(seal.resolve("manifest.json"));
        ModelManifest manifest = parse(seal, bytes);
        boolean holds = false;
        Path signature = seal.resolve("manifest.signature");
        if (Files.exists(signature)) {
            String[] lines = Files.readString(signature).split("\n", -1);
            try {
                holds = lines.length >= 2 && keys.verify(lines[0], signed(bytes), Base64.getDecoder().decode(lines[1]))
                        && manifest.digest().equals(ModelManifest.digest(manifest.files()));
            } catch (IllegalArgumentException notBase64) {
                holds = false;
            }
        }
        return new Read(manifest, holds);
    }

    private static ModelManifest parse(Path seal, byte[] bytes) throws IOException {
        JsonNode root = JSON.readTree(bytes);
        if (root == null || !root.path("format").asText().equals(FORMAT)) {
            throw new IOException(seal + " holds no manifest of a model");
        }
        List<ModelManifest.File> files = new ArrayList<>();
        root.path("files").forEach(file -> files.add(new ModelManifest.File(file.path("path").asText(),
                file.path("size").asLong(), file.path("sha256").asText())));
        List<String> leftOut = new ArrayList<>();
        root.path("leftOut").forEach(path -> leftOut.add(path.asText()));
        try {
            return new ModelManifest(root.path("name").asText(), root.path("digest").asText(),
                    root.path("source").asText(), root.path("revision").asText(),
                    Instant.parse(root.path("importedAt").asText()), root.path("by").asText(),
                    root.path("location").asText(), files, leftOut);
        } catch (DateTimeException e) {
            throw new IOException(seal + " holds a damaged manifest", e);
        }
    }
}
