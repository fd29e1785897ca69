package org.gatehouse.setup;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.Upstream;

/** Asks a provider whether it answers; supplied by whoever can call providers. Thread-safe. */
@FunctionalInterface
public interface ProviderTest {

    /**
     * Calls it, live and within its deadlines. Never throws for what the provider does.
     *
     * @param model also gets a call of one token; {@code null} for none
     */
    Result test(Upstream upstream, @Nullable String model);

    /**
     * What came of it.
     *
     * @param message what happened and, if it does not work, what to do
     * @param models that it says it has
     */
    record Result(boolean works, String message, long millis, List<String> models) {

        /** Copies the models. */
        public Result {
            models = List.copyOf(models);
        }
    }
}
