package org.gatehouse.gateway.exchange;

import java.math.BigDecimal;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.governance.snapshot.ModelRoute;

/**
 * Leads one call through the targets of its route: hears how each try went, and says who is next. The try begins when the
 * call is routed, and again with each target that {@link #failed} gives. Confined to the call's thread but where it says
 * otherwise.
 */
public interface Way {

    /** The name of the key to call the target with. */
    String key();

    /** Whether another target could take over now. */
    boolean another();

    /**
     * How long to wait for output before another target is asked; {@code null}: as long as the upstream's own deadline
     * allows.
     */
    @Nullable
    Duration firstByteWithin();

    /** Whether the target has fallen silent while another is well. From any thread. */
    boolean shouldMoveOn();

    /** Whether output came. From any thread. */
    boolean begun();

    /** The call waits for its turn before the target: until it goes out the target owes it nothing. */
    void waits();

    /** The call's turn came, after it {@linkplain #waits waited}. */
    void goesOut();

    /** Output came. */
    void firstByte();

    /** More of it came. */
    void life();

    /**
     * The target did not do it. Gives the next one, to which the exchange is routed already; {@code null} when nobody is to be
     * asked any more. May wait a little before a repetition.
     *
     * @param committed whether the client has something of the answer
     */
    ModelRoute.@Nullable Target failed(Cause cause, @Nullable Duration retryAfter, boolean committed);

    /**
     * There was no room before the target, which was not asked: that says nothing of its health, and does not count as a try.
     * Gives the next target as {@link #failed} does.
     *
     * @param committed whether the client has something of the answer
     */
    ModelRoute.@Nullable Target turnedAway(boolean committed);

    /** The answer is whole. */
    void served(long outputTokens, @Nullable BigDecimal cost);

    /** The client left. */
    void abandoned();
}
