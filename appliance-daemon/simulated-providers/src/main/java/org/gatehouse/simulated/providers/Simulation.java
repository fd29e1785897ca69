package org.gatehouse.simulated.providers;

import java.time.Clock;

/**
 * What every surface of one simulated provider shares.
 *
 * @param options as it was started with
 * @param ids makes identifiers
 * @param composer makes answers
 * @param seals signs thoughts
 * @param cache remembers prompts
 * @param clock tells the time that replies bear
 */
record Simulation(ProviderKind kind, ProviderOptions options, Ids ids, Composer composer, Seals seals,
        PromptCache cache, Clock clock) {

    static Simulation of(ProviderKind kind, ProviderOptions options, Clock clock) {
        return new Simulation(kind, options, new Ids(options.seed()),
                new Composer(options.seed(), options.usualTokens()), new Seals(options.seed()), new PromptCache(),
                clock);
    }

    java.util.List<String> models() {
        return options.models().isEmpty() ? kind.usualModels() : options.models();
    }

    boolean serves(String model) {
        return models().contains(model);
    }

    long seconds() {
        return clock.instant().getEpochSecond();
    }
}
