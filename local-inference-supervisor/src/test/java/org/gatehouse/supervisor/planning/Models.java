package org.gatehouse.supervisor.planning;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import org.gatehouse.supervisor.planning.ModelDescription.Heads;

/** Models and GPUs of well-known sizes, without any file. */
final class Models {
    static final long GIB = 1L << 30;

    private Models() {}

    /** 16.06 GB of weights, 131072 bytes of cache a token, a context of 131072. */
    static ModelDescription llama8b() {
        return dense("LlamaForCausalLM", 32, 4096, 14_336, 32, 8, 128, 128_256, 131_072);
    }

    /** 141 GB of weights, 327680 bytes of cache a token. */
    static ModelDescription llama70b() {
        return dense("LlamaForCausalLM", 80, 8192, 28_672, 64, 8, 128, 128_256, 131_072);
    }

    /** 65.5 GB of weights, 262144 bytes of cache a token. */
    static ModelDescription qwen32b() {
        return dense("Qwen3ForCausalLM", 64, 5120, 25_600, 64, 8, 128, 151_936, 40_960);
    }

    /** A dense model of this shape in bfloat16. */
    static ModelDescription dense(String architecture, int layers, int hidden, int feedForward, int heads, int keyValue,
            int headSize, int vocabulary, int context) {
        List<Tensor> tensors = new ArrayList<>();
        add(tensors, "model.embed_tokens.weight", vocabulary, hidden);
        for (int layer = 0; layer < layers; layer++) {
            String name = "model.layers." + layer + ".";
            add(tensors, name + "input_layernorm.weight", hidden);
            add(tensors, name + "post_attention_layernorm.weight", hidden);
            add(tensors, name + "self_attn.q_proj.weight", (long) heads * headSize, hidden);
            add(tensors, name + "self_attn.k_proj.weight", (long) keyValue * headSize, hidden);
            add(tensors, name + "self_attn.v_proj.weight", (long) keyValue * headSize, hidden);
            add(tensors, name + "self_attn.o_proj.weight", hidden, (long) heads * headSize);
            add(tensors, name + "mlp.gate_proj.weight", feedForward, hidden);
            add(tensors, name + "mlp.up_proj.weight", feedForward, hidden);
            add(tensors, name + "mlp.down_proj.weight", hidden, feedForward);
        }
        add(tensors, "model.norm.weight", hidden);
        add(tensors, "lm_head.weight", vocabulary, hidden);
        return new ModelDescription(Path.of("/models/" + architecture), "0", ModelFormat.SAFETENSORS, architecture,
                new Heads(heads, keyValue, 0), hidden, feedForward, vocabulary, 0,
                Collections.nCopies(layers, new KvLayer.Full(keyValue, headSize, headSize)), context,
                DataType.BFLOAT16, Quantisation.NONE, Weights.of(tensors, layers, 1, false), true);
    }

    private static void add(List<Tensor> tensors, String name, long... shape) {
        long elements = 1;
        List<Long> sides = new ArrayList<>();
        for (long side : shape) {
            elements *= side;
            sides.add(side);
        }
        tensors.add(new Tensor(name, TensorType.BF16, sides, elements, 2 * elements, 0));
    }

    /** The same as a checkpoint quantised by this method, with the same bytes. */
    static ModelDescription quantised(ModelDescription model, String method) {
        return new ModelDescription(model.path(), model.digest(), model.format(), model.architecture(), model.heads(),
                model.hiddenSize(), model.feedForwardSize(), model.vocabularySize(), model.experts(), model.layers(),
                model.longestContext(), model.dataType(), new Quantisation(method, 8, 0), model.weights(), true);
    }

    /** The same with other layers. */
    static ModelDescription with(ModelDescription model, KvLayer layer) {
        return new ModelDescription(model.path(), model.digest(), model.format(), model.architecture(), model.heads(),
                model.hiddenSize(), model.feedForwardSize(), model.vocabularySize(), model.experts(),
                Collections.nCopies(model.layers().size(), layer), model.longestContext(), model.dataType(),
                model.quantisation(), model.weights(), true);
    }

    /** The same in llama.cpp's format. */
    static ModelDescription gguf(ModelDescription model) {
        Weights weights = new Weights(Map.of(TensorRole.LAYER_DIVIDED,
                new TensorBytes(model.weights().totalBytes() / 4, 0, 0)), 1, 1, false);
        return new ModelDescription(Path.of("/models/model.gguf"), model.digest(), ModelFormat.GGUF, "llama",
                model.heads(), model.hiddenSize(), model.feedForwardSize(), model.vocabularySize(), 0, model.layers(),
                model.longestContext(), DataType.FLOAT16, new Quantisation("gguf", 0, 0), weights, true);
    }

    /** An H100 with 80 GB as the driver counts them, in an NVLink island. */
    static GpuCapacity h100(int index, int island) {
        return GpuCapacity.whole("GPU-" + index, "box", index, "NVIDIA H100 80GB HBM3", 85_520_809_984L, 90)
                .at(island, index / 4);
    }

    /** A box of so many H100 that all reach each other over NVLink. */
    static List<GpuCapacity> h100s(int count) {
        List<GpuCapacity> gpus = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            gpus.add(h100(index, 0));
        }
        return gpus;
    }

    /** An L40S of 48 GB: no NVLink. */
    static GpuCapacity l40s(int index) {
        return GpuCapacity.whole("L40S-" + index, "box", index, "NVIDIA L40S", 48_305_799_168L, 89).at(GpuCapacity.NONE,
                0);
    }

    /** A slice of an H100 with so many GiB. */
    static GpuCapacity mig(String id, int gib) {
        return new GpuCapacity(id, "box", 7, "NVIDIA H100 80GB HBM3", gib * GIB, 0, 0, 0, 90, GpuCapacity.NONE, 1,
                new GpuCapacity.MigParent("GPU-7", 85_520_809_984L));
    }
}
