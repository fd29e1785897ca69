package org.gatehouse.acceptance.box;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Sets a box up from elsewhere as an administrator of many would: {@code gatehouse setup --answers} with what the console showed, by the
 * {@link Checkout}'s program. One use.
 */
public final class Unattended {
    /** The one that the simulated provider takes. */
    public static final String PROVIDER_KEY = "simulated-key";
    /** What the box is called. */
    public static final String NAME = "gatehouse-1";

    private final Path folder;
    private final URI provider;
    private final String model;

    /**
     * Answers for a box.
     *
     * @param folder for the file, the key and what the program remembers; made
     * @param provider as the box sees it, without {@code /v1}
     */
    public Unattended(Path folder, URI provider, String model) {
        this.folder = folder;
        this.provider = provider;
        this.model = model;
    }

    /** The answers: one provider, one department with a project, a key of it that has proven itself. */
    String answers() {
        return """
                apiVersion: gatehouse/setup/v1
                steps:
                  machine: {name: %s, timeZone: Europe/Berlin}
                  certificate: {skip: the box's own is pinned}
                  administrator:
                    name: %s
                    password: {fromEnv: ADMIN_PASSWORD}
                    oneTimeCodeSecret: {fromEnv: ADMIN_CODE_SECRET}
                  sign-on: {skip: there is no identity provider here}
                  organization:
                    departments:
                      - {name: Research, monthlyBudget: 5000, projects: [search]}
                    currency: EUR
                    preset: open
                  providers:
                    upstreams:
                      - name: main
                        kind: openai
                        baseUrl: %s/v1
                        apiKey: %s
                        privateAddressesAllowed: true
                        simulated: true
                        models:
                          - {name: %s, inputPerMillion: 2.50, outputPerMillion: 10}
                  safekeeping: {skip: there is no second disk}
                  first-key: {department: Research, project: search, name: first, models: [%s]}
                """.formatted(NAME, Administrator.OF_TESTS.name(), provider, PROVIDER_KEY, model, model);
    }

    /**
     * Runs it and gives what it said.
     *
     * @throws IOException if the program can't be run
     * @throws AssertionError if it ends with another status than 0
     */
    public String setUp(URI box, Claim claim) throws IOException {
        Files.createDirectories(folder);
        Path file = Files.writeString(folder.resolve("answers.yaml"), answers());
        Checkout.Outcome outcome = Checkout.run(folder,
                Map.of("ADMIN_PASSWORD", Administrator.OF_TESTS.password(), "ADMIN_CODE_SECRET",
                        Administrator.OF_TESTS.codeSecret()),
                "setup", "--answers", file.toString(), "--url", box.toString(), "--claim-code", claim.code(),
                "--fingerprint", claim.fingerprint(), "--key-out", folder.resolve("first.key").toString());
        if (outcome.status() != 0) {
            throw new AssertionError("gatehouse setup ended with " + outcome.status() + ": " + outcome.said());
        }
        return outcome.said();
    }

    /** The key that was made. */
    public String key() throws IOException {
        return Files.readString(folder.resolve("first.key")).strip();
    }
}
