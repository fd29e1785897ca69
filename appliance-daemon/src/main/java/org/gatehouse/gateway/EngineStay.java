package org.gatehouse.gateway;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.Berth;
import org.gatehouse.gateway.upstream.BerthSearch;

/**
 * What a call holds of the box's own engines: its turn in a deployment's line, and its berth at one engine. Nothing for a call
 * that goes elsewhere. Confined to the call's thread but where it says otherwise.
 */
final class EngineStay {
    private @Nullable Berth berth;
    private volatile @Nullable BerthSearch search;

    /** A search begins, and with it the wait for a turn. */
    BerthSearch searching(BerthSearch begun) {
        search = begun;
        return begun;
    }

    /** The call goes to that engine now. */
    void at(Berth place) {
        berth = place;
    }

    /** Gives a wait up that took too long. From any thread. */
    void hurry() {
        BerthSearch waits = search;
        if (waits != null) {
            waits.hurry();
        }
    }

    /** Gives the turn back, with what the call used; once for each search. */
    void leaveTurn(long promptTokens, long outputTokens) {
        BerthSearch held = search;
        if (held != null) {
            search = null;
            held.leave(promptTokens, outputTokens);
        }
    }

    /** Leaves the engine. */
    void close() {
        Berth held = berth;
        if (held != null) {
            berth = null;
            held.close();
        }
    }
}
