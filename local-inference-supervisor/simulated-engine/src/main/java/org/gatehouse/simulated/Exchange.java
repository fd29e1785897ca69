package org.gatehouse.simulated;

import java.io.IOException;

import com.fasterxml.jackson.databind.JsonNode;

/** One request and the way to answer it. Belongs to the connection's thread; used for one request after the other. */
final class Exchange {
    static final String JSON = "application/json";
    private static final LedgerEntry NOBODY = new LedgerEntry("", "", 0, 0);

    private final Engine engine;
    private final Reply reply;
    private final Caller caller;
    private final Bytes scratch = new Bytes(2048);
    private Request request = new Request();
    private LedgerEntry entry = NOBODY;
    private long startedNanos;
    private LedgerEntry.State end = LedgerEntry.State.FINISHED;

    Exchange(Engine engine, Reply reply, Caller caller) {
        this.engine = engine;
        this.reply = reply;
        this.caller = caller;
    }

    void start(Request received) {
        request = received;
        entry = NOBODY;
        startedNanos = engine.nanos();
        end = LedgerEntry.State.FINISHED;
        reply.start(received, this::aboutToEnd);
    }

    /** Gives this request a line in the ledger. */
    void record() {
        String seen = request.header("x-request-id");
        LedgerEntry made = new LedgerEntry(seen == null ? engine.newId() : seen, request.path(), engine.epochMillis(),
                startedNanos);
        if (engine.options().ledgerBodies()) {
            made.copied(request.headersForLedger(), request.bodyForLedger());
        }
        entry = made;
        engine.ledger().add(made);
    }

    Engine engine() {
        return engine;
    }

    Request request() {
        return request;
    }

    Reply reply() {
        return reply;
    }

    Caller caller() {
        return caller;
    }

    LedgerEntry entry() {
        return entry;
    }

    long startedNanos() {
        return startedNanos;
    }

    /** An empty buffer for the reply's body; its former content is gone. */
    Bytes scratch() {
        return scratch.clear();
    }

    /** The request's body as a whole, for the surfaces that nobody calls often. An empty body is an empty object. */
    JsonNode jsonBody() throws IOException, Refused {
        if (request.bodyLength() == 0) {
            return engine.json().createObjectNode();
        }
        try (JsonReader json = new JsonReader(engine.json(), request)) {
            json.begin();
            JsonNode body = json.tree();
            json.end();
            return body;
        }
    }

    void json(int status, Bytes body) throws IOException {
        reply.whole(status, JSON, body);
    }

    /** Whoever has the whole reply finds it in the ledger as ended, however fast they look. */
    private void aboutToEnd() {
        boolean spoilt = reply.fault().spoils() && end != LedgerEntry.State.REFUSED;
        ended(spoilt ? LedgerEntry.State.FAULTED : end);
    }

    void refuse(Problem problem) throws IOException {
        end = LedgerEntry.State.REFUSED;
        problem(problem);
    }

    void problem(Problem problem) throws IOException {
        Bytes body = scratch();
        problem.write(engine.personality(), body);
        json(problem.status(), body);
    }

    void ended(LedgerEntry.State state) {
        end = state;
        entry.status(reply.status());
        entry.ended(state, engine.nanos());
    }
}
