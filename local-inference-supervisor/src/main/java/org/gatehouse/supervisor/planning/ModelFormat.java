package org.gatehouse.supervisor.planning;

/** In what kind of file a model's weights lie. */
public enum ModelFormat {
    /** Hugging Face's format, with a {@code config.json} beside it. */
    SAFETENSORS,
    /** llama.cpp's format, which carries its configuration inside. */
    GGUF
}
