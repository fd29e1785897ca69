package org.gatehouse.supervisor.planning;

/** The engine programs, with what decides on a plan. */
public enum EngineKind {
    /** vLLM: {@code vllm serve}. */
    VLLM("vLLM", ModelFormat.SAFETENSORS, true, true, true, true),
    /** SGLang: {@code python -m sglang.launch_server}. */
    SGLANG("SGLang", ModelFormat.SAFETENSORS, true, true, true, false),
    /** llama.cpp: {@code llama-server}. Divides layers among GPUs, never a layer. */
    LLAMA_CPP("llama.cpp", ModelFormat.GGUF, false, true, false, false),
    /** TensorRT-LLM: {@code trtllm-serve}. */
    TENSORRT_LLM("TensorRT-LLM", ModelFormat.SAFETENSORS, true, true, true, false),
    /** Hugging Face: {@code transformers serve}. One GPU. */
    TRANSFORMERS("transformers serve", ModelFormat.SAFETENSORS, false, false, false, false);

    private final String title;
    private final ModelFormat format;
    private final boolean tensorParallel;
    private final boolean pipelineParallel;
    private final boolean pool;
    private final boolean spansNodes;

    EngineKind(String title, ModelFormat format, boolean tensorParallel, boolean pipelineParallel, boolean pool,
            boolean spansNodes) {
        this.title = title;
        this.format = format;
        this.tensorParallel = tensorParallel;
        this.pipelineParallel = pipelineParallel;
        this.pool = pool;
        this.spansNodes = spansNodes;
    }

    /** Its name, as people write it. */
    public String title() {
        return title;
    }

    /** Which weight files it is given. */
    public ModelFormat format() {
        return format;
    }

    /** Whether it can share each layer among GPUs. */
    public boolean canTensorParallel() {
        return tensorParallel;
    }

    /** Whether it can give GPUs different layers. */
    public boolean canPipelineParallel() {
        return pipelineParallel;
    }

    /** Whether it takes a share of each GPU at its start and keeps whatever weights leave of it for the KV cache. */
    public boolean takesPool() {
        return pool;
    }

    /** Whether one replica may lie on several boxes. */
    public boolean canSpanNodes() {
        return spansNodes;
    }

    /** Whether it can quantise so while it loads. */
    public boolean canLoad(LoadQuantisation quantisation) {
        return switch (quantisation) {
            case AS_STORED -> true;
            case FP8 -> this == VLLM || this == SGLANG;
            case FOUR_BIT -> this == VLLM;
        };
    }

    /** Whether its KV cache can have this format. */
    public boolean canCache(KvType type) {
        return switch (this) {
            case VLLM -> true;
            case SGLANG -> type != KvType.FLOAT16;
            case LLAMA_CPP -> !type.isEightBit();
            case TENSORRT_LLM -> type == KvType.AUTO || type == KvType.FP8;
            case TRANSFORMERS -> type == KvType.AUTO;
        };
    }

    /** The format in which it computes a model of this format. */
    DataType computes(DataType model) {
        return switch (this) {
            case VLLM, SGLANG, TENSORRT_LLM -> model == DataType.FLOAT32 ? DataType.BFLOAT16 : model;
            case LLAMA_CPP -> DataType.FLOAT16;
            case TRANSFORMERS -> model;
        };
    }
}
