package org.gatehouse.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

import org.gatehouse.governance.SignOnDraft.SamlTerms;

/**
 * What a signed assertion says, after everything that SAML Profiles 4.1.4.3 asks for was checked, with a reason for each
 * way in which it can be wrong. Immutable.
 *
 * @param id the provider gives each of its assertions another
 * @param subject the NameID; {@code null} when there is none that could name somebody for ever
 * @param authenticatedAt when the provider asked them who they are
 * @param session what the provider calls its session; {@code null} when it does not say
 * @param attributes by name, and by friendly name
 */
record SamlAssertion(String id, @Nullable String subject, Instant authenticatedAt, @Nullable String session,
        Map<String, List<String>> attributes) {
    /** How old an assertion may be; an older one was kept by somebody. */
    static final Duration OLDEST = Duration.ofMinutes(10);
    private static final String BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
    private static final String TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    /** SAML Core 2.5.1: whatever else stands there may be a condition that is not kept. */
    private static final Set<String> CONDITIONS = Set.of("AudienceRestriction", "OneTimeUse", "ProxyRestriction");

    /**
     * To whom an assertion must be addressed.
     *
     * @param entityId what the provider calls this box
     * @param address where its answers come to
     * @param request what the answer must answer
     */
    record Addressee(String entityId, String address, String request) {}

    /** Checks an answer. */
    static SamlAssertion checked(SamlAnswer answer, SamlTerms terms, Addressee own, Instant now)
            throws SignOnProblem.Stopped {
        if (answer.destination() == null) {
            // SAML Bindings 3.5.5.2: a signed message says where it goes.
            OidcTokens.require(!answer.responseSigned(), SignOnProblem.RECIPIENT);
        } else {
            OidcTokens.require(own.address().equals(answer.destination()), SignOnProblem.RECIPIENT);
        }
        OidcTokens.require(answer.issuer() == null || terms.entityId().equals(answer.issuer()), SignOnProblem.ISSUER);
        OidcTokens.require(answer.inResponseTo() == null || own.request().equals(answer.inResponseTo()),
                SignOnProblem.NONCE);
        Element assertion = answer.assertion();
        String id = SamlXml.attribute(assertion, "ID");
        OidcTokens.require("2.0".equals(SamlXml.attribute(assertion, "Version")), SignOnProblem.BAD_ANSWER);
        OidcTokens.require(terms.entityId().equals(text(SamlXml.need(assertion, SamlXml.ASSERTION, "Issuer"))),
                SignOnProblem.ISSUER);
        Instant issued = time(assertion, "IssueInstant");
        if (id == null || issued == null) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER);
        }
        notAhead(issued, now);
        OidcTokens.require(!issued.isBefore(now.minus(OLDEST)), SignOnProblem.EXPIRED);
        conditions(SamlXml.need(assertion, SamlXml.ASSERTION, "Conditions"), own, now);
        Element subject = SamlXml.need(assertion, SamlXml.ASSERTION, "Subject");
        confirmed(subject, own, now);
        Element statement = statement(assertion, now);
        Instant asked = time(statement, "AuthnInstant");
        if (asked == null) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER);
        }
        notAhead(asked, now);
        return new SamlAssertion(id, named(subject), asked, SamlXml.attribute(statement, "SessionIndex"),
                attributes(assertion));
    }

    private static void conditions(Element conditions, Addressee own, Instant now) throws SignOnProblem.Stopped {
        window(conditions, now);
        List<Element> audiences = new ArrayList<>();
        for (Element condition : SamlXml.children(conditions)) {
            OidcTokens.require(SamlXml.ASSERTION.equals(condition.getNamespaceURI())
                    && CONDITIONS.contains(condition.getLocalName()), SignOnProblem.BAD_ANSWER);
            if (condition.getLocalName().equals("AudienceRestriction")) {
                audiences.add(condition);
            }
        }
        // Each restriction holds by itself (SAML Core 2.5.1.4), and without any an assertion is for everybody.
        OidcTokens.require(!audiences.isEmpty(), SignOnProblem.AUDIENCE);
        for (Element restriction : audiences) {
            OidcTokens.require(SamlXml.children(restriction, SamlXml.ASSERTION, "Audience").stream()
                    .anyMatch(audience -> SamlXml.text(audience).filter(own.entityId()::equals).isPresent()),
                    SignOnProblem.AUDIENCE);
        }
    }

    /** One bearer confirmation that is right is enough; what is wrong with the last one is the reason when none is. */
    private static void confirmed(Element subject, Addressee own, Instant now) throws SignOnProblem.Stopped {
        SignOnProblem.Stopped wrong = new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER);
        for (Element confirmation : SamlXml.children(subject, SamlXml.ASSERTION, "SubjectConfirmation")) {
            if (!BEARER.equals(SamlXml.attribute(confirmation, "Method"))) {
                continue;
            }
            try {
                Element data = SamlXml.need(confirmation, SamlXml.ASSERTION, "SubjectConfirmationData");
                OidcTokens.require(own.address().equals(SamlXml.attribute(data, "Recipient")),
                        SignOnProblem.RECIPIENT);
                // Required, so that nobody can be signed in by an answer that their browser did not ask for.
                OidcTokens.require(own.request().equals(SamlXml.attribute(data, "InResponseTo")),
                        SignOnProblem.NONCE);
                OidcTokens.require(SamlXml.attribute(data, "NotOnOrAfter") != null, SignOnProblem.BAD_ANSWER);
                window(data, now);
                return;
            } catch (SignOnProblem.Stopped e) {
                wrong = e;
            }
        }
        throw wrong;
    }

    private static Element statement(Element assertion, Instant now) throws SignOnProblem.Stopped {
        Element statement = SamlXml.need(assertion, SamlXml.ASSERTION, "AuthnStatement");
        Instant end = time(statement, "SessionNotOnOrAfter");
        OidcTokens.require(end == null || now.isBefore(end.plus(OidcTokens.SKEW)), SignOnProblem.EXPIRED);
        return statement;
    }

    private static void window(Element element, Instant now) throws SignOnProblem.Stopped {
        Instant begins = time(element, "NotBefore");
        if (begins != null) {
            notAhead(begins, now);
        }
        Instant end = time(element, "NotOnOrAfter");
        OidcTokens.require(end == null || now.isBefore(end.plus(OidcTokens.SKEW)), SignOnProblem.EXPIRED);
    }

    private static void notAhead(Instant time, Instant now) throws SignOnProblem.Stopped {
        OidcTokens.require(!time.isAfter(now.plus(OidcTokens.SKEW)), SignOnProblem.FROM_THE_FUTURE);
    }

    private static @Nullable Instant time(Element element, String name) throws SignOnProblem.Stopped {
        String text = SamlXml.attribute(element, name);
        try {
            // SAML Core 1.3.3: UTC, and nothing else.
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER, e);
        }
    }

    private static @Nullable String named(Element subject) throws SignOnProblem.Stopped {
        Element name = SamlXml.child(subject, SamlXml.ASSERTION, "NameID").orElse(null);
        // A transient one is another at each login.
        return name == null || TRANSIENT.equals(SamlXml.attribute(name, "Format")) ? null : text(name);
    }

    private static Map<String, List<String>> attributes(Element assertion) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        for (Element statement : SamlXml.children(assertion, SamlXml.ASSERTION, "AttributeStatement")) {
            for (Element attribute : SamlXml.children(statement, SamlXml.ASSERTION, "Attribute")) {
                List<String> values = SamlXml.children(attribute, SamlXml.ASSERTION, "AttributeValue").stream()
                        .flatMap(value -> SamlXml.text(value).stream()).filter(text -> !text.isEmpty()).toList();
                for (String named : List.of("Name", "FriendlyName")) {
                    String name = SamlXml.attribute(attribute, named);
                    if (name != null) {
                        found.computeIfAbsent(name, _ -> new ArrayList<>()).addAll(values);
                    }
                }
            }
        }
        return found;
    }

    private static String text(Element element) throws SignOnProblem.Stopped {
        return SamlXml.text(element).filter(text -> !text.isEmpty())
                .orElseThrow(() -> new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER));
    }

    /** Leaves the values out. */
    @Override
    public String toString() {
        return "SamlAssertion[" + id + "]";
    }
}
