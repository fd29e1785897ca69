package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;

import org.gatehouse.identity.ScriptedSamlProvider;
import org.gatehouse.identity.ScriptedSamlProvider.Signer;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.identity.ScriptedSamlProvider.posted;
import static org.gatehouse.identity.ScriptedSamlProvider.wrapped;
import static org.gatehouse.identity.ScriptedSamlProvider.xml;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** SAML answers by everybody who would like to be the provider, and by a provider that is wrong in one way. */
final class SamlForgeryIT {
    @TempDir
    static Path directory;
    private static SamlBox box;
    private static Signer signer;

    @BeforeAll
    static void start() throws IOException {
        box = new SamlBox(Databases.H2, directory);
        signer = box.provider.signer;
    }

    @BeforeEach
    void forget() {
        box.provider = new ScriptedSamlProvider(signer);
    }

    @AfterAll
    static void stop() {
        box.close();
    }

    static Stream<Arguments> wrongs() {
        return Stream.of(wrong("not signed", "unsigned", saml -> saml.signAssertion = false),
                wrong("signed by another, whose certificate comes along", "signature", saml -> {
                    saml.signer = Signer.rsa(2048);
                    saml.keyInfo = true;
                }),
                wrong("response by the provider, assertion by another", "signature",
                        saml -> saml.signAssertion = true, (saml, good) -> {
                            saml.signer = Signer.rsa(2048);
                            return xml(good).replaceAll("(?s)<ds:SignatureValue>.*?</ds:SignatureValue>",
                                    "<ds:SignatureValue>AAAA</ds:SignatureValue>");
                        }),
                wrong("SHA-1 signature", "algorithm",
                        saml -> saml.algorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
                wrong("SHA-1 digest", "algorithm", saml -> saml.digest = "http://www.w3.org/2000/09/xmldsig#sha1"),
                wrong("HMAC with the public key", "algorithm",
                        saml -> saml.algorithm = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
                wrong("comments count for the signature", "algorithm",
                        saml -> saml.canonicalization = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
                wrong("another issuer", "issuer", saml -> saml.issuer = "https://evil.example.com"),
                wrong("another audience", "audience", saml -> saml.audience = "https://other.example.com"),
                wrong("no audience", "audience", saml -> saml.audience = "none"),
                wrong("another audience besides", "audience", saml -> saml.moreConditions = "<saml:AudienceRestriction>"
                        + "<saml:Audience>https://other.example.com</saml:Audience></saml:AudienceRestriction>"),
                wrong("a condition that nobody knows", "bad_answer",
                        saml -> saml.moreConditions = "<saml:Condition/>"),
                wrong("another recipient", "recipient", saml -> saml.recipient = "https://other.example.com/acs"),
                wrong("another destination", "recipient", saml -> saml.destination = "https://other.example.com/acs"),
                wrong("signed response without destination", "recipient", saml -> {
                    saml.signResponse = true;
                    saml.destination = "none";
                }), wrong("answers another request", "nonce", saml -> saml.inResponseTo = "_other"),
                wrong("answers no request", "nonce", saml -> saml.inResponseTo = "none"),
                wrong("expired", "expired", saml -> saml.ends = Duration.ofMinutes(-3)),
                wrong("confirmation expired", "expired", saml -> saml.confirmationEnds = Duration.ofMinutes(-3)),
                wrong("made long ago", "expired", saml -> saml.issued = Duration.ofMinutes(-13)),
                wrong("begins later", "from_the_future", saml -> saml.begins = Duration.ofMinutes(4)),
                wrong("made later", "from_the_future", saml -> saml.issued = Duration.ofMinutes(4)),
                wrong("not a bearer's", "bad_answer",
                        saml -> saml.method = "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
                wrong("a name that does not stay", "bad_answer",
                        saml -> saml.nameFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
                wrong("refused", "refused_by_provider",
                        saml -> saml.status = "urn:oasis:names:tc:SAML:2.0:status:Responder"),
                wrong("changed after it was signed", "signature", _ -> {},
                        (_, good) -> xml(good).replace("subject-1", "mallory")),
                wrong("group added after it was signed", "signature", saml -> saml.groups = List.of("others"),
                        (_, good) -> xml(good).replace(">others<", ">ai-admins<")),
                wrong("signature cut out", "unsigned", _ -> {},
                        (_, good) -> xml(good).replaceAll("(?s)<ds:Signature .*?</ds:Signature>", "")),
                wrong("encrypted", "encrypted", _ -> {},
                        (_, good) -> xml(good).replaceAll("(?s)<saml:Assertion .*</saml:Assertion>",
                                "<saml:EncryptedAssertion/>")),
                wrong("a document type", "bad_answer", _ -> {}, (_, good) -> "<!DOCTYPE x>" + xml(good)),
                wrong("no XML", "bad_answer", _ -> {}, (_, _) -> "hello"),
                wrong("another message", "bad_answer", _ -> {}, (_, _) -> "<a/>"),
                wrong("nested a thousand deep", "bad_answer", _ -> {},
                        (_, _) -> "<a>".repeat(1_000) + "</a>".repeat(1_000)));
    }

    @Test
    void answerThatIsTooLargeIsNotLookedAt() {
        SamlBox.Begun begun = box.begin("");
        assertThat(box.post(begun, "A".repeat(600_000)).status()).isEqualTo(400);
        assertThat(box.post(begun, "A".repeat(800_000)).status()).isEqualTo(413);
    }

    private static Arguments wrong(String what, String problem, Consumer<ScriptedSamlProvider> told) {
        return wrong(what, problem, told, (_, good) -> xml(good));
    }

    private static Arguments wrong(String what, String problem, Consumer<ScriptedSamlProvider> told,
            BiFunction<ScriptedSamlProvider, Document, String> changed) {
        return arguments(what, problem, told, changed);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("wrongs")
    void answerThatIsWrongInOneWayIsRefusedForThat(String what, String problem, Consumer<ScriptedSamlProvider> told,
            BiFunction<ScriptedSamlProvider, Document, String> changed) {
        told.accept(box.provider);
        SamlBox.Begun begun = box.begin("");
        SamlBox.assertProblem(
                box.post(begun, posted(changed.apply(box.provider, box.provider.answer(begun.asked())))), problem);
        assertThat(box.server.governance.users().all()).as(what).isEmpty();
    }

    @ParameterizedTest(name = "wrapped in way {0}, response signed: {1}")
    @MethodSource("wrappings")
    void signedAssertionThatIsWrappedIsRefused(int variant, boolean responseSigned) {
        box.provider.signResponse = responseSigned;
        box.provider.signAssertion = variant > 2;
        SamlBox.Begun begun = box.begin("");
        AdminServer.Reply reply = box.post(begun, posted(wrapped(box.provider.answer(begun.asked()), variant)));
        assertThat(reply.header("location")).matches("/console/\\?sign-on-problem=(bad_answer|signature)");
        assertThat(SamlBox.cookie(reply, "gatehouse-session")).isEmpty();
        assertThat(box.server.governance.users().all()).isEmpty();
    }

    static Stream<Arguments> wrappings() {
        return Stream.concat(Stream.of(1, 2).map(variant -> arguments(variant, true)),
                Stream.of(3, 4, 5, 6, 7, 8)
                        .flatMap(variant -> Stream.of(arguments(variant, false), arguments(variant, true))));
    }

    @Test
    void nothingOfTheMachineGetsIntoAnAnswer() throws IOException {
        Path secret = Files.writeString(directory.resolve("canary"), "ai-admins");
        SamlBox.Begun begun = box.begin("");
        String good = xml(box.provider.answer(begun.asked()));
        for (String type : List.of("<!DOCTYPE r [<!ENTITY x SYSTEM \"" + secret.toUri() + "\">]>",
                "<!DOCTYPE r SYSTEM \"http://127.0.0.1:1/x.dtd\">",
                "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY x \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>")) {
            SamlBox.assertProblem(box.post(begun, posted(type + good.replace(">ai-admins<", ">&x;<"))), "bad_answer");
        }
    }
}
