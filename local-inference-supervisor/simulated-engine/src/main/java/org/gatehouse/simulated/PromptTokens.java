package org.gatehouse.simulated;

import java.util.Arrays;

/**
 * The tokens of one prompt: how many, the hash of each leading run of 16 (for the prefix cache), and, when asked for,
 * their numbers. One owner, no locks.
 */
final class PromptTokens implements Tokenizer.TokenSink {
    /** Tokens in a block of the prefix cache, vLLM's default. */
    static final int BLOCK = 16;
    private static final int PER_MESSAGE = 4;
    private static final int FOR_THE_REPLY = 3;

    private final boolean blocks;
    private final boolean numbers;
    private int count;
    private long hash = 0x9E3779B97F4A7C15L;
    private long[] blockHashes = new long[0];
    private int blockCount;
    private int[] kept = new int[0];

    private PromptTokens(boolean blocks, boolean numbers) {
        this.blocks = blocks;
        this.numbers = numbers;
    }

    static PromptTokens counting() {
        return new PromptTokens(false, false);
    }

    static PromptTokens withBlocks() {
        return new PromptTokens(true, false);
    }

    static PromptTokens withNumbers() {
        return new PromptTokens(false, true);
    }

    @Override
    public void token(int number) {
        if (numbers) {
            if (count == kept.length) {
                kept = Arrays.copyOf(kept, Math.max(64, count * 2));
            }
            kept[count] = number;
        }
        count++;
        if (blocks) {
            hash = (hash ^ number) * 0x100000001B3L;
            if (count % BLOCK == 0) {
                if (blockCount == blockHashes.length) {
                    blockHashes = Arrays.copyOf(blockHashes, Math.max(16, blockCount * 2));
                }
                blockHashes[blockCount++] = hash ^ hash >>> 29;
            }
        }
    }

    /** What the chat template puts around a message of this role. */
    void message(int roleNumber) {
        specials(PER_MESSAGE - 1, 0);
        token(Tokenizer.SPECIAL + 16 + roleNumber);
    }

    /** What the chat template puts at the end so that the model answers. */
    void replyPrompt() {
        specials(FOR_THE_REPLY, 8);
    }

    /** Something that costs tokens without being text, such as an image. */
    void placeholder(int tokens, int seed) {
        for (int i = 0; i < tokens; i++) {
            token(Tokenizer.SPECIAL + 64 + (seed & 0xFFFF));
        }
    }

    private void specials(int tokens, int first) {
        for (int i = 0; i < tokens; i++) {
            token(Tokenizer.SPECIAL + first + i);
        }
    }

    int count() {
        return count;
    }

    int blockCount() {
        return blockCount;
    }

    long blockHash(int index) {
        return blockHashes[index];
    }

    int[] numbers() {
        return Arrays.copyOf(kept, numbers ? count : 0);
    }
}
