package org.gatehouse.setup.wizard.box;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Calls the set-up API of one box. Every call ends within its deadline and gives a {@link Reply}. Thread-safe. */
public final class SetupClient implements AutoCloseable {
    private static final Duration QUICK = Duration.ofSeconds(20);
    /** Checks call providers, servers and disks, one after the other. */
    private static final Duration LIVE = Duration.ofMinutes(3);

    private final BoxCalls calls;

    /** A client of the box at an address such as {@code https://192.0.2.10:8443}. */
    public SetupClient(URI server) {
        this(new BoxCalls(server));
    }

    SetupClient(BoxCalls calls) {
        this.calls = calls;
    }

    /** Trusts the certificate with this SHA-256 fingerprint, in any usual writing. */
    public void pin(String fingerprint) {
        calls.trust().pin(fingerprint);
    }

    /** Sends this token from now on: a set-up token, or an admin token. */
    public void as(String bearer) {
        calls.as(bearer);
    }

    /** The box's address. */
    public URI server() {
        return calls.server();
    }

    /** Where set-up stands; strangers are told less. */
    public Reply<SetupView> view() {
        return send("GET", "", null, null, QUICK).map(SetupView::of);
    }

    /** Claims the box and goes on with the token that it gave; gives the token. */
    public Reply<String> claim(String code) {
        Reply<String> claimed = send("POST", "/claim",
                object().put("code", code).put("program", true), null, QUICK)
                .map(answer -> answer.path("token").asText(""));
        if (claimed instanceof Reply.Good<String>(String given)) {
            as(given);
        }
        return claimed;
    }

    /** Asks for a fresh claim code; whoever claims with it takes over. Needs the admin token. */
    public Reply<String> freshCode() {
        return send("POST", "/code", null, null, QUICK).map(answer -> answer.path("code").asText(""));
    }

    /** A step with what the box found that helps to answer. */
    public Reply<StepView> step(String name) {
        return send("GET", "/steps/" + name, null, null, QUICK).map(StepView::of);
    }

    /** Tries an answer; changes nothing. */
    public Reply<List<Check>> check(String name, JsonNode answer) {
        return send("POST", "/steps/" + name + "/check", object().set("answer", answer), null, LIVE)
                .map(reply -> Check.list(reply.path("checks")));
    }

    /**
     * Gives a step's answer for good.
     *
     * @param version the step's version that the answer is based on; any where null
     */
    public Reply<StepView> answer(String name, JsonNode answer, @Nullable Long version) {
        Reply<StepView> accepted = send("PUT", "/steps/" + name, object().set("answer", answer), version, LIVE)
                .map(StepView::of);
        if (accepted instanceof Reply.Good<StepView>(StepView step)) {
            // The box may show another certificate from the next connection on, and says which.
            String fresh = step.result().path("fingerprint").asText("");
            if (!fresh.isEmpty() && !calls.trust().shown().isEmpty()) {
                calls.trust().pin(calls.trust().shown());
                calls.trust().pin(fresh);
            }
        }
        return accepted;
    }

    /** Leaves a step out, for now or for good. */
    public Reply<StepView> skip(String name, String reason) {
        return send("POST", "/steps/" + name + "/skip", object().put("reason", reason), null, QUICK)
                .map(StepView::of);
    }

    /** Ends set-up. */
    public Reply<SetupView> finish() {
        return send("POST", "/finish", null, null, LIVE).map(SetupView::of);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private Reply<JsonNode> send(String method, String path, @Nullable JsonNode body, @Nullable Long version,
            Duration within) {
        return calls.json(method, "/api/v1/setup" + path, body, version, within);
    }

    @Override
    public void close() {
        calls.close();
    }
}
