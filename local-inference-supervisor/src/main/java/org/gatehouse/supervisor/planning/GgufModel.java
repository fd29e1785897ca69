package org.gatehouse.supervisor.planning;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.gatehouse.supervisor.planning.ModelDescription.Heads;
import org.gatehouse.supervisor.planning.ModelProblem.Kind;

/** Describes a model whose weights lie in one GGUF file or in the numbered parts of one. */
final class GgufModel {
    private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    /** Families whose layers alternate by a rule that llama.cpp knows by name; any other window is charged in full. */
    private static final Map<String, String> WINDOWED = Map.of("gemma2", "gemma2", "gemma3", "gemma3", "gpt-oss",
            "gpt_oss", "cohere2", "cohere2");

    private static final String FETCH = "Copy or download the model again, all of its files.";
    private static final int MOST_NAMED = 10;

    private GgufModel() {}

    /** Reads the one model that these files hold, with all of its parts. A vision tower's own file does not count. */
    static ModelDescription read(List<Path> files) throws ModelException {
        SortedMap<String, Path> models = new TreeMap<>();
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            Matcher part = PART.matcher(name);
            String model = part.matches() ? part.group(1) : name;
            if (!name.startsWith("mmproj")) {
                models.putIfAbsent(model, file);
            }
        }
        if (models.size() > 1) {
            throw new ModelException(Kind.SEVERAL_MODELS, files.getFirst(), "The directory holds several models: "
                    + String.join(", ", models.keySet().stream().limit(MOST_NAMED).toList()),
                    "Name the one *.gguf file that shall be served.");
        }
        return readParts(models.isEmpty() ? files.getFirst() : models.firstEntry().getValue());
    }

    private static ModelDescription readParts(Path any) throws ModelException {
        List<Path> parts = parts(any);
        Path first = parts.getFirst();
        GgufHeader header = GgufHeader.read(first);
        List<Tensor> tensors = new ArrayList<>(header.tensors());
        Set<String> names = new HashSet<>();
        tensors.forEach(tensor -> names.add(tensor.name()));
        for (Path part : parts.subList(1, parts.size())) {
            for (Tensor tensor : GgufHeader.read(part).tensors()) {
                if (!names.add(tensor.name())) {
                    throw new ModelException(Kind.TENSOR_TWICE, part,
                            "The tensor \"" + tensor.name() + "\" stands in two parts of the model", FETCH);
                }
                tensors.add(tensor);
            }
        }
        if (tensors.isEmpty()) {
            throw new ModelException(Kind.NO_WEIGHTS, first, "The file has no tensors",
                    "Use a file with weights; this one has a vocabulary only.");
        }
        return describe(first, header.settings(), tensors, parts.size());
    }

    private static List<Path> parts(Path any) throws ModelException {
        Matcher name = PART.matcher(String.valueOf(any.getFileName()));
        if (!name.matches() || Integer.parseInt(name.group(3)) == 0) {
            return List.of(any);
        }
        int count = Integer.parseInt(name.group(3));
        List<Path> parts = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            Path part = any.resolveSibling("%s-%05d-of-%05d.gguf".formatted(name.group(1), number, count));
            if (!Files.isRegularFile(part)) {
                throw new ModelException(Kind.SHARD_MISSING, part,
                        "Part " + number + " of " + count + " of the model is missing", FETCH);
            }
            parts.add(part);
        }
        return parts;
    }

    private static ModelDescription describe(Path file, Map<String, Object> settings, List<Tensor> tensors, int parts)
            throws ModelException {
        String architecture = String.valueOf(settings.getOrDefault("general.architecture", "unknown"));
        ModelConfig config = new ModelConfig(file, new JsonObject(translated(architecture, settings)));
        List<KvLayer> layers = KvLayers.of(config);
        boolean headStored = tensors.stream().anyMatch(tensor -> tensor.name().equals("output.weight"));
        String digest = ModelDirectory.digest(new TreeMap<>(settings).toString().getBytes(StandardCharsets.UTF_8),
                tensors);
        boolean latent = config.optional(1_000_000, "kv_lora_rank").isPresent();
        int keyValueHeads = latent ? 1 : config.attentionHeads() == 0 ? 0 : config.keyValueHeads();
        return new ModelDescription(file, digest, ModelFormat.GGUF, architecture,
                new Heads(config.attentionHeads(), keyValueHeads, 0), config.hiddenSize(), config.feedForwardSize(),
                config.vocabularySize(), config.experts(), layers, ContextWindow.of(config), DataType.FLOAT16,
                new Quantisation("gguf", 0, 0), Weights.of(tensors, layers.size(), parts, !headStored),
                settings.containsKey("tokenizer.ggml.model"));
    }

    /** The settings under the names of {@code config.json}, so that one set of rules reads both. */
    private static Map<String, Object> translated(String architecture, Map<String, Object> settings) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("model_type", WINDOWED.getOrDefault(architecture, architecture));
        Map<String, String> names = new HashMap<>(Map.of("block_count", "num_hidden_layers", "embedding_length",
                "hidden_size", "feed_forward_length", "intermediate_size", "attention.head_count",
                "num_attention_heads", "attention.head_count_kv", "num_key_value_heads", "attention.key_length",
                "head_dim", "attention.value_length", "v_head_dim", "context_length", "max_position_embeddings",
                "vocab_size", "vocab_size", "expert_count", "num_experts"));
        names.putAll(Map.of("attention.kv_lora_rank", "kv_lora_rank", "rope.dimension_count", "qk_rope_head_dim",
                "ssm.state_size", "mamba_d_state", "ssm.conv_kernel", "mamba_d_conv"));
        if (WINDOWED.containsKey(architecture)) {
            names.put("attention.sliding_window", "sliding_window");
        }
        names.forEach((from, to) -> {
            Object value = settings.get(architecture + "." + from);
            if (value != null && !value.equals(0L)) {
                fields.put(to, value);
            }
        });
        fields.putIfAbsent("vocab_size", settings.getOrDefault("tokenizer.ggml.tokens.length", 0L));
        fields.remove("vocab_size", 0L);
        return fields;
    }
}
