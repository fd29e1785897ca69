"""A model of no use: a real header, as the planner reads it, over a few kilobytes of zeros. Argument: its folder."""
import json
import pathlib
import struct
import sys

HIDDEN, FEED_FORWARD, HEADS, HEAD, VOCABULARY = 128, 256, 1, 128, 256
folder = pathlib.Path(sys.argv[1])
(folder / "config.json").write_text(json.dumps({
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN, "intermediate_size": FEED_FORWARD,
    "num_hidden_layers": 1, "num_attention_heads": HEADS, "num_key_value_heads": HEADS, "head_dim": HEAD, "vocab_size": VOCABULARY,
    "max_position_embeddings": 8192, "torch_dtype": "bfloat16", "tie_word_embeddings": False}))
at = "model.layers.0."
shapes = {
    "model.embed_tokens.weight": [VOCABULARY, HIDDEN], at + "input_layernorm.weight": [HIDDEN],
    at + "self_attn.q_proj.weight": [HIDDEN, HIDDEN], at + "self_attn.k_proj.weight": [HIDDEN, HIDDEN],
    at + "self_attn.v_proj.weight": [HIDDEN, HIDDEN], at + "self_attn.o_proj.weight": [HIDDEN, HIDDEN],
    at + "post_attention_layernorm.weight": [HIDDEN], at + "mlp.gate_proj.weight": [FEED_FORWARD, HIDDEN],
    at + "mlp.up_proj.weight": [FEED_FORWARD, HIDDEN], at + "mlp.down_proj.weight": [HIDDEN, FEED_FORWARD],
    "model.norm.weight": [HIDDEN], "lm_head.weight": [VOCABULARY, HIDDEN]}
header, size = {"__metadata__": {"format": "pt"}}, 0
for name, shape in shapes.items():
    end = size + 2 * shape[0] * (shape[1] if len(shape) > 1 else 1)
    header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [size, end]}
    size = end
text = json.dumps(header, separators=(",", ":")).encode()
(folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + bytes(size))
