package org.gatehouse.gateway;

import java.util.List;

import org.gatehouse.gateway.admission.Admission;
import org.gatehouse.gateway.admission.Authentication;
import org.gatehouse.gateway.admission.Permission;
import org.gatehouse.gateway.cache.ExactCache;
import org.gatehouse.gateway.exchange.CacheLook;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.exchange.Stage;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.gateway.recording.CallBook;
import org.gatehouse.gateway.routing.Routing;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Surface;

/**
 * A call's way through the box. The way in is the list of stages below, and from the cache on the way out to an upstream, or
 * the shorter way where the cache has the answer; whatever lets the call through to its end then
 * {@linkplain Conversation talks to the upstream}, settles and records it. Thread-safe.
 */
public final class Pipeline {
    private static final System.Logger LOG = System.getLogger(Pipeline.class.getName());

    private final List<Stage> wayIn;
    private final List<Stage> wayOut;
    private final List<Stage> wayToTheCache;
    private final Stage door;
    private final Stage authentication;
    private final RowAllowance earlyRows = new RowAllowance(System::nanoTime);
    private final ExactCache cache;
    private final ModelList modelList;
    private final TokenCounts tokenCounts;
    private final Conversation conversation;
    private final Conclusion conclusion;

    /** Puts the stages in their order. */
    public Pipeline(CallBook book, Authentication authentication, Permission permission, ExactCache cache,
            Routing routing, Admission admission, TokenCounts tokenCounts, Conversation conversation,
            Conclusion conclusion) {
        this.door = _ -> book.refusal().<Verdict>map(refusal -> refusal).orElse(Verdict.GO_ON);
        this.authentication = authentication;
        this.wayIn = List.of(
                authentication,
                new Reading(),
                permission,
                cache);
        this.wayOut = List.of(
                routing,
                admission);
        this.wayToTheCache = List.of(admission);
        this.cache = cache;
        this.modelList = new ModelList(authentication, routing);
        this.tokenCounts = tokenCounts;
        this.conversation = conversation;
        this.conclusion = conclusion;
    }

    /**
     * Carries a call to its end: a reply sent and recorded, or a refusal sent and recorded, or a client gone. Throws
     * nothing: a bug on the way ends the call with an error, a row and everything given back, and is logged.
     */
    public void carry(Exchange exchange) {
        try {
            travel(exchange);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            LOG.log(System.Logger.Level.ERROR, "A call failed (trace " + exchange.arrival().trace().traceId()
                    + "). This is a bug, or the memory is too small: report it.", e);
            exchange.goesNowhere();
            conclusion.abandon(exchange, null);
        }
    }

    /**
     * Lets a request in that calls no model, such as one that hands in a file, or refuses it as it would a call: recorded, then
     * sent.
     *
     * @return whether it may go on; {@link Exchange#key()} is then known
     */
    public boolean admits(Exchange exchange) {
        if (door.pass(exchange) instanceof Refusal closed) {
            conclusion.turnAway(exchange, closed);
            return false;
        }
        return passes(exchange, List.of(authentication));
    }

    /** Refuses such a request: recorded, then sent. */
    public void refuse(Exchange exchange, Refusal refusal) {
        conclusion.refuse(exchange, refusal);
    }

    /** Sets the headers that every answer carries on the answer of such a request; whoever answers it records it. */
    public void headers(Exchange exchange) {
        conclusion.headers(exchange);
    }

    /**
     * Leaves a row of a request that the web server refused before it could be carried. Only of one with a key that this
     * box knows, and of few for each key and minute: anybody can send broken requests, and nothing holds them back. Its
     * answer is the web server's. Throws nothing.
     *
     * @param exchange of which the head alone is known
     * @param status what the client is answered
     * @param code the machine-readable name of that
     */
    public void refusedBelow(Exchange exchange, int status, String code) {
        try {
            if (door.pass(exchange) instanceof Refusal) {
                return;
            }
            // Whatever it says: also an expired or revoked key has an owner who wants to know.
            authentication.pass(exchange);
            KeyRecord key = exchange.keyIfKnown();
            if (key != null && earlyRows.take(key.id())) {
                conclusion.note(exchange, status, code);
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "A refused request could not be recorded (trace "
                    + exchange.arrival().trace().traceId() + "). This is a bug: report it.", e);
        }
    }

    private void travel(Exchange exchange) {
        if (door.pass(exchange) instanceof Refusal closed) {
            // The one refusal without a row: there is nowhere to write it.
            conclusion.turnAway(exchange, closed);
            return;
        }
        if (exchange.arrival().surface() == Surface.MODELS) {
            modelList.answer(exchange, conclusion);
            return;
        }
        if (!passes(exchange, wayIn)
                || !passes(exchange, exchange.look() instanceof CacheLook.Hit ? wayToTheCache : wayOut)) {
            return;
        }
        if (exchange.look() instanceof CacheLook.Hit hit) {
            conclusion.repeat(exchange, hit, cache.replay(exchange, hit));
            return;
        }
        if (exchange.arrival().surface() == Surface.COUNT_TOKENS) {
            tokenCounts.answer(exchange, conclusion);
            return;
        }
        conversation.hold(exchange);
    }

    private boolean passes(Exchange exchange, List<Stage> stages) {
        for (Stage stage : stages) {
            if (stage.pass(exchange) instanceof Refusal refusal) {
                exchange.goesNowhere();
                conclusion.refuse(exchange, refusal);
                return false;
            }
        }
        return true;
    }
}
