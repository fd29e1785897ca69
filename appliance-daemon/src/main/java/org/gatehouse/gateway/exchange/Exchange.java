package org.gatehouse.gateway.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallAttempt;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;

/**
 * One call in flight: who, what, where it goes, what it holds. Filled by the stages in the pipeline's order; asking for
 * something that no stage has filled in yet is a bug. Confined to the call's thread.
 */
public final class Exchange {
    private static final int BYTES_PER_TOKEN = 4;

    private final Arrival arrival;
    private final ClientPresence presence;
    private final ClientReply reply;
    private final RequestBody body;

    private @Nullable KeyRecord key;
    private @Nullable ModelRequest request;
    private @Nullable ModelRoute route;
    private ModelRoute.@Nullable Target target;
    private @Nullable Passage passage;
    private @Nullable Way way;
    private List<ModelRoute.Target> candidates = List.of();
    private boolean leased;
    private @Nullable String instance;
    private @Nullable ChatRequest canonical;
    private Losses losses = new Losses();
    private CacheLook look = CacheLook.OFF;
    private String told = "";
    private @Nullable Boolean sealedElsewhere;
    private long billedCalls = 1;
    private List<CallAttempt> attempts = List.of();
    private @Nullable Reservation reservation;
    private Reservation.RateHeaders ratesAtRefusal = Reservation.RateHeaders.NONE;
    private long promptTokens;
    private boolean promptCountedExactly;
    private boolean recorded;

    /** A call whose head has been read. */
    public Exchange(Arrival arrival, ClientPresence presence, ClientReply reply, RequestBody body) {
        this.arrival = Objects.requireNonNull(arrival, "arrival");
        this.presence = Objects.requireNonNull(presence, "presence");
        this.reply = Objects.requireNonNull(reply, "reply");
        this.body = Objects.requireNonNull(body, "body");
    }

    /** What was known when the head had been read. */
    public Arrival arrival() {
        return arrival;
    }

    /** Whether the client is still there. */
    public ClientPresence presence() {
        return presence;
    }

    /** The way back to the client. */
    public ClientReply reply() {
        return reply;
    }

    /** The body, not read yet unless a stage did. */
    public RequestBody body() {
        return body;
    }

    /** Notes whose call it is. */
    public void identifiedAs(KeyRecord caller) {
        this.key = caller;
    }

    /** Whose call it is, if a stage found out; for the record of a refusal. */
    public @Nullable KeyRecord keyIfKnown() {
        return key;
    }

    /** Whose call it is. */
    public KeyRecord key() {
        return known(key, "key");
    }

    /** Whether nobody waits for the answer, so that calls somebody waits for go before it. */
    public boolean batch() {
        return arrival.hints().batch() || key().engineTerms().callClass() == EngineTerms.CallClass.BATCH;
    }

    /** Notes what was asked. */
    public void asked(ModelRequest modelRequest) {
        this.request = modelRequest;
    }

    /** What was asked, if the body was read. */
    public @Nullable ModelRequest requestIfKnown() {
        return request;
    }

    /** What was asked. */
    public ModelRequest request() {
        return known(request, "request");
    }

    /** Notes which public model it is. */
    public void resolvedTo(ModelRoute modelRoute) {
        this.route = modelRoute;
    }

    /** Which public model it is, if one was found. */
    public @Nullable ModelRoute routeIfKnown() {
        return route;
    }

    /** Which public model it is. */
    public ModelRoute route() {
        return known(route, "route");
    }

    /** Notes where it goes, and how; of several tries the last counts. */
    public void routedTo(ModelRoute.Target chosen, Passage way) {
        this.target = chosen;
        this.passage = way;
        this.instance = null;
    }

    /** How it gets to its target. */
    public Passage passage() {
        return known(passage, "passage");
    }

    /**
     * Notes who leads it through its targets.
     *
     * @param others every target that may serve it, the first one included
     */
    public void ledBy(Way leader, List<ModelRoute.Target> others) {
        this.way = leader;
        this.candidates = List.copyOf(others);
    }

    /** Ends its way where it goes nowhere after all. */
    public void goesNowhere() {
        if (way != null) {
            way.abandoned();
        }
    }

    /** Who leads it through its targets. */
    public Way way() {
        return known(way, "way");
    }

    /** Every target that may serve it, the first one included, best first. */
    public List<ModelRoute.Target> candidates() {
        return candidates;
    }

    /** Notes that the output of whichever target serves it can be leased step by step. */
    public void leased(boolean step) {
        this.leased = step;
    }

    /** Whether its output is leased step by step: its target says in each event how much was produced. */
    public boolean leased() {
        return leased;
    }

    /** The request in the shape that all protocols share, if somebody needed it. */
    public @Nullable ChatRequest canonicalIfKnown() {
        return canonical;
    }

    /** Notes the request in the shape that all protocols share, for further tries. */
    public void canonical(ChatRequest read) {
        this.canonical = read;
    }

    /**
     * Whether its history holds thoughts that a provider of another protocol sealed, so that it cannot go to any provider as it
     * is; looked for once.
     */
    public boolean sealedElsewhere(Predicate<byte[]> look) {
        Boolean found = sealedElsewhere;
        if (found == null) {
            found = look.test(request().body());
            sealedElsewhere = found;
        }
        return found;
    }

    /** Notes what the client has of an answer that broke off and that another target is to go on with. */
    public void goesOnBehind(String text) {
        this.told = text;
    }

    /** What the client has of such an answer; empty as long as none broke off. */
    public String told() {
        return told;
    }

    /** What a translation to its target left out. */
    public Losses losses() {
        return losses;
    }

    /** Starts the notes on what is left out anew, for another target. */
    public void newLosses() {
        this.losses = new Losses();
    }

    /** Notes what looking for a kept answer gave. */
    public void looked(CacheLook found) {
        this.look = found;
    }

    /** What looking for a kept answer gave; {@link CacheLook#OFF} before anybody looked. */
    public CacheLook look() {
        return look;
    }

    /** Notes for how many calls the target charges: some charge for one by its size. */
    public void billedCalls(long calls) {
        this.billedCalls = calls;
    }

    /** For how many calls the target charges; at least 1. */
    public long billedCalls() {
        return billedCalls;
    }

    /** Notes a try that failed and was not the last. */
    public void tried(CallAttempt attempt) {
        if (attempts.isEmpty()) {
            attempts = new ArrayList<>(2);
        }
        attempts.add(attempt);
    }

    /** The tries that failed before the last one, in their order. */
    public List<CallAttempt> attempts() {
        return attempts;
    }

    /** Where it goes, if it was routed. */
    public ModelRoute.@Nullable Target targetIfKnown() {
        return target;
    }

    /** Where it goes. */
    public ModelRoute.Target target() {
        return known(target, "target");
    }

    /** Notes which instance of the target's deployment it goes to. */
    public void servedBy(String chosen) {
        this.instance = chosen;
    }

    /** Which instance of the target's deployment it goes to, or went to last; {@code null} where there are none. */
    public @Nullable String instanceIfKnown() {
        return instance;
    }

    /** Notes what it holds. */
    public void holds(Reservation held) {
        this.reservation = held;
    }

    /** What it holds, if it was admitted. */
    public @Nullable Reservation reservationIfKnown() {
        return reservation;
    }

    /** What it holds. */
    public Reservation reservation() {
        return known(reservation, "reservation");
    }

    /** Notes how the rate limits stood when one of them refused the call. */
    public void refusedWith(Reservation.RateHeaders rates) {
        this.ratesAtRefusal = rates;
    }

    /** How the rate limits that bind the caller stand, for the answer's headers. */
    public Reservation.RateHeaders rates() {
        return reservation == null ? ratesAtRefusal : reservation.rateHeaders();
    }

    /** Notes how many prompt tokens were reserved. */
    public void promptTokens(long tokens, boolean exact) {
        this.promptTokens = tokens;
        this.promptCountedExactly = exact;
    }

    /** Prompt tokens: an upper bound unless {@link #promptCountedExactly}. */
    public long promptTokens() {
        return promptTokens;
    }

    /** Whether the model's own tokenizer counted the prompt. */
    public boolean promptCountedExactly() {
        return promptCountedExactly;
    }

    /** Notes that the call's row is being written. */
    public void recording() {
        this.recorded = true;
    }

    /** Whether the call's row was written, or could not be. */
    public boolean recorded() {
        return recorded;
    }

    /** The best guess at the prompt's tokens: the exact count, else a token for each four bytes of the bound. */
    public long likelyPromptTokens() {
        return promptCountedExactly ? promptTokens : (promptTokens + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    }

    private static <T> T known(@Nullable T value, String what) {
        if (value == null) {
            throw new IllegalStateException("no stage has found the " + what + " yet");
        }
        return value;
    }
}
