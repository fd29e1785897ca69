package org.gatehouse.supervisor.planning;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** The longest context that a model was made for. */
final class ContextWindow {
    /** What engines assume where a configuration says nothing. */
    static final int ASSUMED = 2048;
    private static final long LARGEST = 100_000_000;
    /** These say in max_position_embeddings already what they stretch to. */
    private static final Set<String> STRETCHED_ALREADY = Set.of("su", "longrope", "llama3", "mrope", "default");

    private ContextWindow() {}

    /** Tokens, prompt and answer together. */
    static int of(ModelConfig config) throws ModelException {
        JsonObject text = config.text();
        OptionalLong said = text.whole("max_position_embeddings", "n_positions", "max_seq_len", "seq_length",
                "max_sequence_length", "model_max_length", "max_target_positions", "n_ctx");
        long tokens = said.orElse(ASSUMED);
        JsonObject scaling = text.object("rope_scaling", "rope_parameters").orElse(JsonObject.EMPTY);
        String kind = scaling.text("rope_type", "type").orElse("default");
        OptionalDouble factor = scaling.number("factor");
        if (factor.isPresent() && !STRETCHED_ALREADY.contains(kind)) {
            long original = kind.equals("yarn")
                    ? scaling.whole("original_max_position_embeddings").orElse(tokens)
                    : tokens;
            tokens = Math.max(1, (long) (original * Math.clamp(factor.getAsDouble(), 0.001, 10_000)));
        }
        return config.inRange("max_position_embeddings", tokens, LARGEST);
    }
}
