package org.gatehouse.setup;

/** Calls the gateway as any client does; supplied by the daemon, which knows where it listens. Thread-safe. */
@FunctionalInterface
public interface TestChat {

    /** One chat with one question. Takes two minutes at most; never throws for what the gateway answers. */
    Said chat(String key, String model, String prompt);

    /** What came of it. */
    sealed interface Said {

        /**
         * The model answered.
         *
         * @param model as the reply names it
         */
        record Answered(String model, String text, long inputTokens, long outputTokens, long millis) implements Said {}

        /**
         * It did not.
         *
         * @param message what happened, and what to do
         */
        record Failed(String message, long millis) implements Said {}
    }
}
