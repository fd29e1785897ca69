// The files of a model as small as can be, which is whole nevertheless: a Llama of one layer and 16 words.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CONFIG = {
  architectures: ['LlamaForCausalLM'], model_type: 'llama', hidden_size: 8, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1,
  vocab_size: 16, max_position_embeddings: 4096, torch_dtype: 'bfloat16', tie_word_embeddings: true,
};
const LAYER = 'model.layers.0.';
const SHAPES = {
  'model.embed_tokens': [16, 8], [`${LAYER}self_attn.q_proj`]: [8, 8], [`${LAYER}self_attn.k_proj`]: [4, 8], [`${LAYER}self_attn.v_proj`]: [4, 8],
  [`${LAYER}self_attn.o_proj`]: [8, 8], [`${LAYER}mlp.gate_proj`]: [16, 8], [`${LAYER}mlp.up_proj`]: [16, 8], [`${LAYER}mlp.down_proj`]: [8, 16],
  [`${LAYER}input_layernorm`]: [8], [`${LAYER}post_attention_layernorm`]: [8], 'model.norm': [8],
};

/** Writes it into a new directory; gives that. */
export function tinyModel() {
  const header = {};
  let end = 0;
  for (const [name, shape] of Object.entries(SHAPES)) {
    const begin = end;
    end += 2 * shape.reduce((all, one) => all * one, 1);
    header[`${name}.weight`] = { dtype: 'BF16', shape, data_offsets: [begin, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  const directory = mkdtempSync(join(tmpdir(), 'tiny-model-'));
  writeFileSync(join(directory, 'config.json'), JSON.stringify(CONFIG));
  writeFileSync(join(directory, 'tokenizer.json'), JSON.stringify({ version: '1.0' }));
  writeFileSync(join(directory, 'model.safetensors'), Buffer.concat([size, text, Buffer.alloc(end)]));
  return directory;
}
