package org.gatehouse.identity;

import java.io.IOException;
import java.io.InputStream;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

import javax.xml.crypto.KeySelector;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;

import org.w3c.dom.Element;

/**
 * Checks the signature of a SAML element with the JDK's XML signatures, and gives out exactly the bytes that were signed.
 * Whatever is read of an answer afterwards is read from these, so that there is nothing to wrap the signed part in.
 * Stateless.
 */
final class SamlSignature {
    private static final String MORE = "http://www.w3.org/2001/04/xmldsig-more#";
    private static final String PSS = "http://www.w3.org/2007/05/xmldsig-more#";
    private static final Set<String> ALGORITHMS = Set.of(MORE + "rsa-sha256", MORE + "rsa-sha384", MORE + "rsa-sha512",
            MORE + "ecdsa-sha256", MORE + "ecdsa-sha384", MORE + "ecdsa-sha512", PSS + "sha256-rsa-MGF1",
            PSS + "sha384-rsa-MGF1", PSS + "sha512-rsa-MGF1");
    private static final Set<String> DIGESTS = Set.of("http://www.w3.org/2001/04/xmlenc#sha256", MORE + "sha384",
            "http://www.w3.org/2001/04/xmlenc#sha512");

    private SamlSignature() {}

    /**
     * The bytes of an element that its own signature, by one of these keys, stands for.
     *
     * @param signature a child of {@code element}
     */
    static byte[] signedBytes(Element element, Element signature, List<X509Certificate> certificates)
            throws SignOnProblem.Stopped {
        String id = SamlXml.attribute(element, "ID");
        if (id == null || id.isEmpty()) {
            throw new SignOnProblem.Stopped(SignOnProblem.SIGNATURE);
        }
        // Nothing may hide within a signature: neither objects nor a second reference.
        OidcTokens.require(SamlXml.children(signature, SamlXml.SIGNATURE, "Object").isEmpty(), SignOnProblem.SIGNATURE);
        // Before the library looks at it: whatever it takes, only these count.
        Element info = SamlXml.need(signature, SamlXml.SIGNATURE, "SignedInfo");
        requireKnown(SamlXml.need(info, SamlXml.SIGNATURE, "SignatureMethod"), ALGORITHMS);
        Element reference = SamlXml.need(info, SamlXml.SIGNATURE, "Reference");
        requireKnown(SamlXml.need(reference, SamlXml.SIGNATURE, "DigestMethod"), DIGESTS);
        for (X509Certificate certificate : certificates) {
            byte[] signed = bytesSignedBy(certificate, element, signature, id);
            if (signed.length > 0) {
                return signed;
            }
        }
        throw new SignOnProblem.Stopped(SignOnProblem.SIGNATURE);
    }

    private static void requireKnown(Element method, Set<String> known) throws SignOnProblem.Stopped {
        String algorithm = SamlXml.attribute(method, "Algorithm");
        OidcTokens.require(algorithm != null && known.contains(algorithm), SignOnProblem.ALGORITHM);
    }

    /** Empty when the signature is not by that key. What the signature says of its key (KeyInfo) is never looked at. */
    private static byte[] bytesSignedBy(X509Certificate certificate, Element element, Element signature, String id)
            throws SignOnProblem.Stopped {
        DOMValidateContext context = new DOMValidateContext(
                KeySelector.singletonKeySelector(certificate.getPublicKey()), signature);
        context.setIdAttributeNS(element, null, "ID");
        context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
        context.setProperty("javax.xml.crypto.dsig.cacheReference", Boolean.TRUE);
        try {
            XMLSignature read = XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
            Reference reference = onlyReference(read.getSignedInfo(), id);
            if (!read.validate(context)) {
                return new byte[0];
            }
            try (InputStream bytes = reference.getDigestInputStream()) {
                if (bytes == null) {
                    throw new IllegalStateException("the JDK keeps what it digested when it is told to");
                }
                return bytes.readAllBytes();
            }
        } catch (XMLSignatureException _) {
            // A key of that kind can't have made this signature, or its form is wrong.
            return new byte[0];
        } catch (MarshalException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.SIGNATURE, e);
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory can be read", e);
        }
    }

    /** SAML Core 5.4: one reference, to the element that the signature stands in, and two transforms at most. */
    private static Reference onlyReference(SignedInfo info, String id) throws SignOnProblem.Stopped {
        OidcTokens.require(CanonicalizationMethod.EXCLUSIVE.equals(info.getCanonicalizationMethod().getAlgorithm()),
                SignOnProblem.ALGORITHM);
        OidcTokens.require(info.getReferences().size() == 1, SignOnProblem.SIGNATURE);
        Reference reference = info.getReferences().getFirst();
        OidcTokens.require(("#" + id).equals(reference.getURI()), SignOnProblem.SIGNATURE);
        // The one without comments: two texts that differ in comments have one meaning here.
        OidcTokens.require(reference.getTransforms().stream().map(Transform::getAlgorithm).toList()
                .equals(List.of(Transform.ENVELOPED, CanonicalizationMethod.EXCLUSIVE)), SignOnProblem.ALGORITHM);
        return reference;
    }
}
