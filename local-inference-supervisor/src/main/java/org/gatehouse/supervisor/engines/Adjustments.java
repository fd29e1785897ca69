package org.gatehouse.supervisor.engines;

/**
 * What earlier failures of an instance taught about its command; zero or false for nothing. Immutable.
 *
 * @param contextTokens a shorter context
 * @param maxSequences fewer sequences at a time
 * @param float16 compute in float16
 * @param withoutPeerToPeer let GPUs talk through the box's memory
 * @param readySeconds give the engine's own start so long
 */
public record Adjustments(int contextTokens, int maxSequences, boolean float16, boolean withoutPeerToPeer,
        int readySeconds) {
    /** None. */
    public static final Adjustments NONE = new Adjustments(0, 0, false, false, 0);

    private static final int FEWEST_SEQUENCES = 8;
    private static final int LONGER_START_SECONDS = 3600;

    /**
     * These and what a remedy changes.
     *
     * @param remedy from a {@link Diagnosis}
     * @param sequences how many the failed command allowed
     */
    public Adjustments and(Remedy remedy, int sequences) {
        return switch (remedy) {
            case Remedy.ShorterContext(int tokens) ->
                new Adjustments(tokens, maxSequences, float16, withoutPeerToPeer, readySeconds);
            case Remedy.FewerSequences _ -> new Adjustments(contextTokens, Math.max(FEWEST_SEQUENCES, sequences / 2),
                    float16, withoutPeerToPeer, readySeconds);
            case Remedy.InFloat16 _ ->
                new Adjustments(contextTokens, maxSequences, true, withoutPeerToPeer, readySeconds);
            case Remedy.WithoutPeerToPeer _ ->
                new Adjustments(contextTokens, maxSequences, float16, true, readySeconds);
            case Remedy.LongerStart _ ->
                new Adjustments(contextTokens, maxSequences, float16, withoutPeerToPeer, LONGER_START_SECONDS);
            case Remedy.Again _,Remedy.AfterSweep _,Remedy.NoneByItself _ -> this;
        };
    }

    /** The context to tell the engine where this was planned. */
    int context(int planned) {
        return contextTokens == 0 ? planned : Math.min(contextTokens, planned);
    }

    /** The sequences to tell the engine where so many were planned. */
    public int sequences(int planned) {
        return maxSequences == 0 ? planned : Math.min(maxSequences, planned);
    }
}
