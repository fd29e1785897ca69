package org.gatehouse.setup.wizard.box;

import java.net.URI;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/** Asks one box how it does, and tells it what somebody who signed in wants. Every call ends within its deadline. Thread-safe. */
public final class BoxClient implements AutoCloseable {
    private static final Duration QUICK = Duration.ofSeconds(10);
    private static final Duration LOGIN = Duration.ofSeconds(30);

    private final BoxCalls calls;

    /** A client of the box at an address such as {@code https://127.0.0.1}. */
    public BoxClient(URI server) {
        this.calls = new BoxCalls(server);
    }

    /** Trusts the certificate with this SHA-256 fingerprint, in any usual writing. */
    public void pin(String fingerprint) {
        calls.trust().pin(fingerprint);
    }

    /** Sends this admin token from now on; none where empty. */
    public void as(String bearer) {
        calls.as(bearer);
    }

    /** The box's address. */
    public URI server() {
        return calls.server();
    }

    /** Where set-up stands. */
    public Reply<SetupView> setup() {
        return calls.json("GET", "/api/v1/setup", null, null, QUICK).map(SetupView::of);
    }

    /** Whether the box can carry calls. */
    public Reply<Readiness> readiness() {
        return calls.text("/readyz", QUICK, Readiness::of);
    }

    /** Everything that runs, and what is wrong with it. Needs a token or a session. */
    public Reply<JsonNode> status() {
        return calls.json("GET", "/api/v1/system/status", null, null, QUICK);
    }

    /** The local models and the GPUs. Needs a token or a session. */
    public Reply<JsonNode> fleet() {
        return calls.json("GET", "/api/v1/deployments/status", null, null, QUICK);
    }

    /** Which ways to sign in there are. */
    public Reply<JsonNode> signInOptions() {
        return calls.json("GET", "/api/v1/session/options", null, null, QUICK);
    }

    /** Signs in with a password of the box's own; the session comes along with each call from then on. Gives the name. */
    public Reply<String> signIn(String name, String password, String oneTimeCode) {
        return calls.json("POST", "/api/v1/session", JsonNodeFactory.instance.objectNode().put("username", name)
                .put("password", password).put("otp", oneTimeCode), null, LOGIN)
                .map(session -> session.path("name").asText(name));
    }

    /** Ends that session. */
    public Reply<JsonNode> signOut() {
        return calls.json("DELETE", "/api/v1/session", null, null, QUICK);
    }

    /** Ends the daemon and starts it again. Needs a session of the last minutes. */
    public Reply<JsonNode> restart() {
        return calls.json("POST", "/api/v1/system/restart", null, null, QUICK);
    }

    /** The machine under the box: its name, and whether its operating system is the appliance's. Needs a session. */
    public Reply<JsonNode> machine() {
        return calls.json("GET", "/api/v1/system/machine", null, null, QUICK);
    }

    /**
     * Ends everything that runs on the machine. Needs a session of the last minutes.
     *
     * @param wish {@code restart}, {@code off}, or {@code reset}, which overwrites everything
     * @param name the box's name, to say that this one is meant
     */
    public Reply<JsonNode> power(String wish, String name) {
        return calls.json("POST", "/api/v1/system/machine/" + wish,
                JsonNodeFactory.instance.objectNode().put("name", name), null, LOGIN);
    }

    /** The set-up's steps with the same credentials, for those that can be answered again; closed with this. */
    public SetupClient steps() {
        return new SetupClient(calls);
    }

    @Override
    public void close() {
        calls.close();
    }
}
