package org.gatehouse.audit;

/**
 * How many of a call's tokens stood for sound and for pictures: providers charge them by prices of their own. Immutable;
 * all at least 0.
 *
 * @param audioInput of the input tokens
 * @param imageInput of the input tokens
 * @param audioOutput of the output tokens
 * @param imageOutput of the output tokens
 */
public record MediaTokens(long audioInput, long imageInput, long audioOutput, long imageOutput) {

    /** Text alone. */
    public static final MediaTokens NONE = new MediaTokens(0, 0, 0, 0);

    /** Checks the ranges. */
    public MediaTokens {
        if (audioInput < 0 || imageInput < 0 || audioOutput < 0 || imageOutput < 0) {
            throw new IllegalArgumentException("token counts are not negative");
        }
    }

    /** Parts above the whole are a report's fault that must not make the bill grow. */
    public MediaTokens within(long input, long output) {
        long heard = Math.min(audioInput, input);
        long spoken = Math.min(audioOutput, output);
        return new MediaTokens(heard, Math.min(imageInput, input - heard), spoken,
                Math.min(imageOutput, output - spoken));
    }

    /** Both together. */
    public MediaTokens plus(MediaTokens other) {
        return new MediaTokens(audioInput + other.audioInput, imageInput + other.imageInput,
                audioOutput + other.audioOutput, imageOutput + other.imageOutput);
    }

    /** How many input tokens are no text. */
    public long input() {
        return audioInput + imageInput;
    }

    /** How many output tokens are no text. */
    public long output() {
        return audioOutput + imageOutput;
    }
}
