package org.gatehouse.identity;

import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Certificates;
import org.gatehouse.governance.SignOnDraft.NameFormat;
import org.gatehouse.governance.SignOnDraft.SamlTerms;
import org.gatehouse.governance.SignOnProvider;

/**
 * Speaks SAML 2.0 as a service provider: asks by redirect, hears by POST. It calls nobody: everything goes by the browser.
 * Thread-safe.
 */
final class Saml {
    private final UsedAssertions used;
    private final Clock clock;

    Saml(UsedAssertions used, Clock clock) {
        this.used = used;
        this.clock = clock;
    }

    /** Where a provider's answers come to. */
    static String answerTo(SignOnProvider provider) {
        return address(provider, "acs");
    }

    /** What a provider calls this box. */
    static String entityId(SignOnProvider provider) {
        String own = terms(provider).ownEntityId();
        return own == null ? address(provider, "metadata") : own;
    }

    private static String address(SignOnProvider provider, String last) {
        return Objects.requireNonNull(provider.publicUrl(), "settings of the kind saml have it") + "/api/v1/sign-on/"
                + provider.name() + "/" + last;
    }

    /** Where to send the browser. The flow's nonce is the request's id, its state the relay state. */
    URI begin(SignOnProvider provider, Flow flow) {
        SamlTerms terms = terms(provider);
        return SamlMessages.redirect(new SamlMessages.Request(requestId(flow), terms.ssoUrl(), entityId(provider),
                flow.redirect(), terms.nameFormat(), flow.careful(), flow.at()), flow.state());
    }

    /** An xs:ID begins with a letter or an underscore. */
    private static String requestId(Flow flow) {
        return "_" + flow.nonce();
    }

    /** Reads the answer that a browser posted. */
    Vouched finish(SignOnProvider provider, Flow flow, String posted) throws SignOnProblem.Stopped {
        SamlTerms terms = terms(provider);
        Instant now = clock.instant();
        SamlAnswer answer = SamlAnswer.read(posted, certificates(terms));
        SamlAssertion assertion = SamlAssertion.checked(answer, terms,
                new SamlAssertion.Addressee(entityId(provider), flow.redirect(), requestId(flow)), now);
        OidcTokens.require(used.first(provider.id(), assertion.id()), SignOnProblem.REPLAYED);
        String subject = terms.subjectAttribute() == null
                ? assertion.subject()
                : first(List.of(terms.subjectAttribute()), assertion);
        if (subject == null || subject.isBlank() || subject.length() > Vouched.LONGEST_SUBJECT) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER, new SamlNameMissing());
        }
        ClaimNames names = ClaimNames.of(provider);
        String name = Objects.requireNonNullElse(first(names.name(), assertion), subject);
        String email = first(names.email(), assertion);
        if (email == null && terms.nameFormat() == NameFormat.EMAIL) {
            email = assertion.subject();
        }
        // Nothing in SAML says that an address was verified, so none is.
        return new Vouched(subject, name, email, false, all(names.groups(), assertion), assertion.authenticatedAt(),
                assertion.session(), null);
    }

    /** For the log: it is the mistake that most set-ups begin with. */
    private static final class SamlNameMissing extends Exception {
        private static final long serialVersionUID = 1L;

        SamlNameMissing() {
            super("the assertion holds no name that stays: have the provider send a persistent NameID, or set"
                    + " saml.subjectAttribute", null, false, false);
        }
    }

    private static @Nullable String first(List<String> names, SamlAssertion assertion) {
        return names.stream().flatMap(name -> assertion.attributes().getOrDefault(name, List.of()).stream())
                .findFirst().orElse(null);
    }

    private static List<String> all(List<String> names, SamlAssertion assertion) {
        return names.stream().flatMap(name -> assertion.attributes().getOrDefault(name, List.of()).stream())
                .distinct().limit(2_000).toList();
    }

    /** What a provider must know of this box, as XML. */
    String metadata(SignOnProvider provider) {
        return SamlMessages.metadata(entityId(provider), answerTo(provider), terms(provider).nameFormat());
    }

    /** Looks at what can be looked at: nobody is asked. In words. */
    String test(SignOnProvider provider) throws SignOnProblem.Stopped {
        List<X509Certificate> certificates = certificates(terms(provider));
        Date last = certificates.stream().map(X509Certificate::getNotAfter).max(Date::compareTo).orElseThrow();
        String end = last.toInstant().isBefore(clock.instant())
                ? "all of them are past their end (" + last.toInstant() + "); their keys still count"
                : "the last one ends at " + last.toInstant();
        return "Its settings hold " + certificates.size() + " certificate(s); " + end
                + ". Whether it knows this box shows when somebody signs on. It must know the audience "
                + entityId(provider) + ".";
    }

    private static List<X509Certificate> certificates(SamlTerms terms) throws SignOnProblem.Stopped {
        try {
            return Certificates.read(terms.certificates());
        } catch (CertificateException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER, e);
        }
    }

    private static SamlTerms terms(SignOnProvider provider) {
        return Objects.requireNonNull(provider.saml(), "only for providers of the kind saml");
    }
}
