package org.gatehouse.gateway.exchange;

/** One step of a call's way in. Thread-safe; what belongs to one call stands in its {@link Exchange}. */
public interface Stage {

    /** Looks at the call, fills in what it found out, and lets it go on or refuses it. */
    Verdict pass(Exchange exchange);
}
