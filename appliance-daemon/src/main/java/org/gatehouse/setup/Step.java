package org.gatehouse.setup;

import java.util.List;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A step of the set-up. Stateless but for what it owns in other rooms; called by one thread at a time where it accepts.
 *
 * @param <A> what is answered
 */
interface Step<A extends Record> {

    /** Its name in the API. */
    String name();

    /** What an answer looks like. */
    Class<A> form();

    /** What the box knows that helps to answer. Takes a few seconds at most. */
    ObjectNode found(Asking asking);

    /** Tries an answer, live; changes nothing. Takes as long as the slowest thing that is asked, at most a minute or two. */
    List<Check> check(A answer, Asking asking);

    /** Brings an answer into force that passed its checks: all of it or nothing. The same answer again changes nothing. */
    Outcome accept(A answer, Asking asking);
}
