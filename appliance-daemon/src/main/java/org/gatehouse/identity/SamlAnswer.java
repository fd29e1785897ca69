package org.gatehouse.identity;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * What of a SAML response can be believed: its assertion, read from signed bytes alone. The answer must have the one
 * shape that honest providers send, because every known way of wrapping a signed assertion (Somorovsky et al., On
 * Breaking SAML, 2012) needs a second assertion, or a signature somewhere else. Immutable.
 *
 * @param assertion the signed assertion, in a document of its own
 * @param destination to which address the response says that it goes; {@code null} when it does not
 * @param responseSigned whether all of the response is signed and not its assertion alone
 * @param inResponseTo which request the response answers; {@code null} when it does not say. Not signed unless
 *        {@code responseSigned}
 * @param issuer who the response says it is by; {@code null} when it does not say
 */
record SamlAnswer(Element assertion, @Nullable String destination, boolean responseSigned,
        @Nullable String inResponseTo, @Nullable String issuer) {
    private static final String SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success";
    /** Of the XML; a person in 2,000 groups with long names takes 300 kB. */
    static final int LARGEST = 384 << 10;

    /** Reads what a browser posted. */
    static SamlAnswer read(String posted, List<X509Certificate> certificates) throws SignOnProblem.Stopped {
        Document document = SamlXml.parse(decoded(posted));
        Element response = document.getDocumentElement();
        OidcTokens.require(SamlXml.is(response, SamlXml.PROTOCOL, "Response")
                && "2.0".equals(SamlXml.attribute(response, "Version")), SignOnProblem.BAD_ANSWER);
        Element status = SamlXml.need(SamlXml.need(response, SamlXml.PROTOCOL, "Status"), SamlXml.PROTOCOL,
                "StatusCode");
        // Whether signed or not: it can only make a good answer a bad one.
        OidcTokens.require(SUCCESS.equals(SamlXml.attribute(status, "Value")), SignOnProblem.REFUSED_BY_PROVIDER);
        Element assertion = onlyAssertion(document, response);
        Element ofResponse = null;
        Element ofAssertion = null;
        for (Element signature : SamlXml.all(document)) {
            if (!SamlXml.is(signature, SamlXml.SIGNATURE, "Signature")) {
                continue;
            }
            if (signature.getParentNode() == response && ofResponse == null) {
                ofResponse = signature;
            } else if (signature.getParentNode() == assertion && ofAssertion == null) {
                ofAssertion = signature;
            } else {
                throw new SignOnProblem.Stopped(SignOnProblem.SIGNATURE);
            }
        }
        // The outer one stands for the inner one's bytes, too: both must be right where there are both.
        byte[] inner = ofAssertion == null
                ? new byte[0]
                : SamlSignature.signedBytes(assertion, ofAssertion, certificates);
        if (ofResponse != null) {
            byte[] outer = SamlSignature.signedBytes(response, ofResponse, certificates);
            Element signed = SamlXml.parse(outer).getDocumentElement();
            OidcTokens.require(SamlXml.is(signed, SamlXml.PROTOCOL, "Response"), SignOnProblem.SIGNATURE);
            return of(SamlXml.need(signed, SamlXml.ASSERTION, "Assertion"), signed, true);
        }
        OidcTokens.require(ofAssertion != null, SignOnProblem.UNSIGNED);
        Element signed = SamlXml.parse(inner).getDocumentElement();
        OidcTokens.require(SamlXml.is(signed, SamlXml.ASSERTION, "Assertion"), SignOnProblem.SIGNATURE);
        return of(signed, response, false);
    }

    private static SamlAnswer of(Element assertion, Element response, boolean signed) throws SignOnProblem.Stopped {
        Element issuer = SamlXml.child(response, SamlXml.ASSERTION, "Issuer").orElse(null);
        return new SamlAnswer(assertion, SamlXml.attribute(response, "Destination"), signed,
                SamlXml.attribute(response, "InResponseTo"),
                issuer == null ? null : SamlXml.text(issuer).orElse(""));
    }

    private static byte[] decoded(String posted) throws SignOnProblem.Stopped {
        try {
            byte[] xml = Base64.getMimeDecoder().decode(posted);
            OidcTokens.require(xml.length > 0 && xml.length <= LARGEST, SignOnProblem.BAD_ANSWER);
            return xml;
        } catch (IllegalArgumentException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER, e);
        }
    }

    /** The only assertion anywhere in the document, right below the response; and no two elements share an id. */
    private static Element onlyAssertion(Document document, Element response) throws SignOnProblem.Stopped {
        List<Element> found = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Element element : SamlXml.all(document)) {
            String name = element.getLocalName();
            if (name.equals("EncryptedAssertion") || name.equals("EncryptedID") || name.equals("EncryptedAttribute")) {
                throw new SignOnProblem.Stopped(SignOnProblem.ENCRYPTED);
            }
            if (name.equals("Assertion")) {
                found.add(element);
            }
            OidcTokens.require(!name.equals("Response") || element == response, SignOnProblem.BAD_ANSWER);
            for (String attribute : List.of("ID", "Id", "id")) {
                String id = SamlXml.attribute(element, attribute);
                OidcTokens.require(id == null || ids.add(id), SignOnProblem.BAD_ANSWER);
            }
        }
        OidcTokens.require(found.size() == 1 && SamlXml.is(found.getFirst(), SamlXml.ASSERTION, "Assertion")
                && found.getFirst().getParentNode() == response, SignOnProblem.BAD_ANSWER);
        return found.getFirst();
    }
}
