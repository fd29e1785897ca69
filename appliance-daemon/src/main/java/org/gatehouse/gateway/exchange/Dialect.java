package org.gatehouse.gateway.exchange;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.Surface;

/** What a client speaks: how its requests read and how answers to it look. Stateless, thread-safe. */
public interface Dialect {

    /** The name in the trail and in metrics, such as {@code openai}. */
    String name();

    /**
     * Reads what governance needs from a body; checks no more than that.
     *
     * @param pathModel what the path names: a model, with {@code :method} behind it in dialects that say so what to do
     */
    Reading read(Surface surface, @Nullable String contentType, @Nullable String pathModel, byte[] body);

    /** A whole error reply, JSON. */
    byte[] errorBody(Refusal refusal);

    /** An error inside a stream of that surface that has begun: the event with its empty line. */
    byte[] errorEvent(Surface surface, Refusal refusal);

    /** Sets the headers that tell how far the tightest limits are, by the names that the dialect's clients read. */
    void rates(ClientReply reply, Reservation.RateHeaders rates, Instant now);

    /** One model as clients are told of it, JSON. */
    byte[] model(ListedModel model);

    /**
     * Some or all models.
     *
     * @param models those that the caller may use, by name
     * @param query which part of them is wanted, in the dialect's own words
     */
    Listing models(List<ListedModel> models, Map<String, String> query);

    /** What {@link #models} gave. */
    sealed interface Listing {

        /**
         * The part that was wanted.
         *
         * @param body JSON
         */
        @SuppressWarnings("ArrayRecordComponent") // bytes on their way out, never compared
        record Listed(byte[] body) implements Listing {}

        /** There is no such part. */
        record Wrong(Refusal refusal) implements Listing {}
    }

    /** What {@link #read} gave. */
    sealed interface Reading {

        /** It could be read. */
        record Asked(ModelRequest request) implements Reading {}

        /** It is wrong. */
        record Wrong(Refusal refusal) implements Reading {}
    }
}
