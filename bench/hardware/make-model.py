#!/usr/bin/env python3
"""Makes a small language model with random weights, and a tokenizer, out of nothing: no download.

usage: make-model.py DIRECTORY

A Llama of about five million parameters in bfloat16, saved as safetensors. Its words mean nothing and it never says that
it has finished, so that an answer is exactly as long as it was asked to be.
"""
import itertools
import sys

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ["<unk>", "<s>", "</s>"]
TEMPLATE = "{% for message in messages %}{{ message['content'] }} {% endfor %}"


def words():
    """Syllables, and pairs of them: a thousand words that a prompt can be made of."""
    syllables = ["".join(pair) for pair in itertools.product("bdfgklmnprst", "aeiou")]
    return syllables + ["".join(pair) for pair in itertools.product(syllables[:30], syllables[:32])]


def tokenizer():
    # Whole words: each token is a piece of text by itself, so a stream shows each as it comes.
    vocabulary = {word: number for number, word in enumerate(SPECIAL + words())}
    plain = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    made = PreTrainedTokenizerFast(tokenizer_object=plain, unk_token="<unk>", bos_token="<s>", eos_token="</s>",
                                   pad_token="</s>", model_max_length=4096)
    made.chat_template = TEMPLATE
    return made


def main(directory):
    torch.manual_seed(20260101)
    made = tokenizer()
    config = LlamaConfig(vocab_size=len(made), hidden_size=256, intermediate_size=768, num_hidden_layers=6,
                         num_attention_heads=8, num_key_value_heads=4, max_position_embeddings=4096, bos_token_id=1,
                         eos_token_id=2, pad_token_id=2, tie_word_embeddings=False)
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        # The largest of a thousand random scores is never 0, so these are never chosen.
        model.lm_head.weight[: len(SPECIAL)] = 0
    model.generation_config = GenerationConfig(bos_token_id=1, eos_token_id=2, pad_token_id=2, do_sample=False)
    model = model.to(torch.bfloat16)
    model.save_pretrained(directory)
    made.save_pretrained(directory)
    print(f"{sum(each.numel() for each in model.parameters()):,} parameters, {len(made):,} words")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
