package org.gatehouse.governance.snapshot;

import java.util.Objects;

/**
 * A program that shows a key in another way than by its secret. Immutable.
 *
 * @param proof how it shows it
 * @param key whose limits, budgets, permissions and name hold for its calls
 */
public record MachineClient(String name, Proof proof, KeyRecord key) {

    /** Checks that nothing is missing. */
    public MachineClient {
        Objects.requireNonNull(proof, "proof");
        Objects.requireNonNull(key, "key");
    }

    /** How a program shows who it is. */
    public sealed interface Proof {}

    /**
     * By an access token of an issuer.
     *
     * @param audience that the token must be for
     * @param claim which of its claims names the program, such as {@code sub} or {@code azp}
     * @param value what that claim must say
     */
    public record Token(TokenIssuer issuer, String audience, String claim, String value) implements Proof {}

    /**
     * By the client certificate of its connection.
     *
     * @param name one of {@link ClientCertificate#names}
     */
    public record Certificate(String name) implements Proof {}
}
