package org.gatehouse.simulated.providers;

import org.jspecify.annotations.Nullable;

/** A provider's paths, rules and spellings. Thread-safe. */
interface Surface {

    /** What its calls are numbered with. */
    String newId();

    /**
     * Answers a call as if nothing could go wrong.
     *
     * @throws Refused when the provider would refuse it
     */
    Reply answer(Call call);

    /** An error in the provider's form. */
    Reply.Whole refusal(Problem problem, Call call);

    /** An error as an event of a stream that has begun; null where the provider has none. */
    @Nullable
    Frame errorEvent(Problem problem, Call call);

    /** Adds the headers that every reply of the provider has. */
    void headers(Call call, RateWindow.State rates);

    /** What the provider says when this fails; only for failures that are answers. */
    Problem problem(Failure failure);

    /** Whether its streams are binary events rather than lines of text. */
    default boolean binary() {
        return false;
    }

    /** Whether its own answers look like OpenAI's chat completions. */
    default boolean looksLikeChat() {
        return false;
    }
}
