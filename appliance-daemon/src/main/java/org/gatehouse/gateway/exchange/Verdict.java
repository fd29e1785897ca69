package org.gatehouse.gateway.exchange;

/** What a {@link Stage} says of a call: go on, or a {@link Refusal}. */
public sealed interface Verdict permits Verdict.GoOn, Refusal {

    /** The call may travel on. */
    Verdict GO_ON = new GoOn();

    /** The call may travel on. */
    record GoOn() implements Verdict {}
}
