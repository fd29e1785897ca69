package org.gatehouse.gateway.realtime;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.ModelRequest;

/**
 * What a client asks for when it opens a session. Immutable.
 *
 * @param model the public name; {@code null} when it names none
 * @param beta whether it speaks the protocol as it was before it was declared stable, which upstreams tell apart by a header
 */
public record Opening(@Nullable String model, boolean beta) {
    private static final byte[] NOTHING = {};

    /** As the stages want it. */
    ModelRequest request() {
        return request(NOTHING, model, null, 0);
    }

    /**
     * An answer that is asked for inside a session.
     *
     * @param context tokens that its prompt probably has
     */
    static ModelRequest request(byte[] event, @Nullable String model, ModelRequest.@Nullable OutputCap cap,
            long context) {
        return new ModelRequest(event, model, null, -1, true, null, false, false, cap, 1, context, 1, List.of(), 1);
    }
}
