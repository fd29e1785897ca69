package org.gatehouse.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLObject;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** A SAML provider that says what a test tells it, right or wrong, and can wrap what it signed in every known way. */
public final class ScriptedSamlProvider {
    public static final String RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    public static final String ENTITY = "https://idp.example.com/saml";
    private static final String EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE;
    private static final String ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
    private static final String DSIG = "http://www.w3.org/2000/09/xmldsig#";

    /** A signing key with its certificate. */
    public record Signer(KeyPair pair, X509Certificate certificate) {

        public static Signer rsa(int bits) {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(bits);
                KeyPair pair = generator.generateKeyPair();
                X500Name name = new X500Name("CN=idp");
                Instant now = Instant.now();
                return new Signer(pair, new JcaX509CertificateConverter().getCertificate(
                        new JcaX509v3CertificateBuilder(name, BigInteger.valueOf(now.toEpochMilli()),
                                Date.from(now.minus(Duration.ofDays(1))), Date.from(now.plus(Duration.ofDays(30))),
                                name, pair.getPublic())
                                .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate()))));
            } catch (GeneralSecurityException | OperatorCreationException e) {
                throw new IllegalStateException(e);
            }
        }

        public String pem() {
            try {
                return "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder(64, new byte[]{'\n'})
                        .encodeToString(certificate.getEncoded()) + "\n-----END CERTIFICATE-----\n";
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** What it was asked: the request that a browser brought. */
    public record Asked(String id, String answerTo, String issuer, String relayState, Element request) {}

    /** What the next answer says; a test may change any of it. */
    public Signer signer;
    public String algorithm = RSA_SHA256;
    public String digest = DigestMethod.SHA256;
    public String canonicalization = EXCLUSIVE;
    public boolean signAssertion = true;
    public boolean signResponse;
    public boolean keyInfo;
    public String issuer = ENTITY;
    public String audience = "";
    public String recipient = "";
    public String destination = "";
    public String inResponseTo = "";
    public String status = "urn:oasis:names:tc:SAML:2.0:status:Success";
    public String nameFormat = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
    /** As XML. */
    public String nameId = "subject-1";
    public List<String> groups = List.of("ai-admins");
    public String assertionId = "";
    public Duration issued = Duration.ZERO;
    public Duration begins = Duration.ofSeconds(-30);
    public Duration ends = Duration.ofMinutes(2);
    public Duration confirmationEnds = Duration.ofMinutes(2);
    public Duration asked = Duration.ofSeconds(-1);
    public String moreConditions = "";
    public String method = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

    /** One with a key of its own. */
    public ScriptedSamlProvider() {
        this(Signer.rsa(2048));
    }

    /** One with that key. */
    public ScriptedSamlProvider(Signer signer) {
        this.signer = signer;
    }

    /** Reads where the box sends the browser. */
    public static Asked read(String location) {
        Map<String, String> query = ScriptedProvider.query(URI.create(location).getRawQuery());
        byte[] deflated = Base64.getDecoder().decode(query.get("SAMLRequest"));
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(deflated), new Inflater(true))) {
            Element request = parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)).getDocumentElement();
            return new Asked(request.getAttribute("ID"), request.getAttribute("AssertionConsumerServiceURL"),
                    request.getElementsByTagNameNS(ASSERTION, "Issuer").item(0).getTextContent(),
                    query.getOrDefault("RelayState", ""), request);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The answer to that, signed as told. */
    public Document answer(Asked to) {
        String responseId = "_r" + UUID.randomUUID();
        String id = assertionId.isEmpty() ? "_a" + UUID.randomUUID() : assertionId;
        Document document = parse(text(to, responseId, id));
        if (signAssertion) {
            sign((Element) document.getElementsByTagNameNS(ASSERTION, "Assertion").item(0), id);
        }
        if (signResponse) {
            sign(document.getDocumentElement(), responseId);
        }
        return document;
    }

    private static String or(String said, String usual) {
        return said.isEmpty() ? usual : said;
    }

    private static String at(Duration from) {
        return Instant.now().plus(from).truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private String text(Asked to, String responseId, String id) {
        StringBuilder values = new StringBuilder();
        groups.forEach(group -> values.append("<saml:AttributeValue>").append(group).append("</saml:AttributeValue>"));
        String answers = inResponseTo.equals("none")
                ? ""
                : "InResponseTo=\"" + or(inResponseTo, to.id()) + "\"";
        return """
                <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="%s" ID="%s" Version="2.0"
                 IssueInstant="%s" %s%s><saml:Issuer>%s</saml:Issuer><samlp:Status><samlp:StatusCode Value="%s"/></samlp:Status>
                <saml:Assertion ID="%s" Version="2.0" IssueInstant="%s"><saml:Issuer>%s</saml:Issuer><saml:Subject><saml:NameID
                 Format="%s">%s</saml:NameID><saml:SubjectConfirmation Method="%s"><saml:SubjectConfirmationData %s
                 Recipient="%s" NotOnOrAfter="%s"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="%s"
                 NotOnOrAfter="%s">%s%s</saml:Conditions><saml:AuthnStatement AuthnInstant="%s" SessionIndex="s-1"><saml:AuthnContext>
                <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>
                </saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>
                <saml:Attribute Name="username"><saml:AttributeValue>grace</saml:AttributeValue></saml:Attribute>
                <saml:Attribute Name="urn:oid:1.2.840.113549.1.9.1" FriendlyName="email"><saml:AttributeValue>grace@example.com</saml:AttributeValue></saml:Attribute>
                <saml:Attribute Name="groups">%s</saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>"""
                .formatted(ASSERTION, responseId, at(issued), answers,
                        destination.equals("none")
                                ? ""
                                : " Destination=\"" + or(destination, to.answerTo()) + "\"",
                        issuer, status, id, at(issued), issuer, nameFormat, nameId, method, answers,
                        or(recipient, to.answerTo()), at(confirmationEnds), at(begins), at(ends),
                        audience.equals("none")
                                ? ""
                                : "<saml:AudienceRestriction><saml:Audience>" + or(audience, to.issuer())
                                        + "</saml:Audience></saml:AudienceRestriction>",
                        moreConditions, at(asked), values);
    }

    /** Signs an element behind its issuer, as it should be. */
    public void sign(Element element, String id) {
        sign(element, id, List.of());
    }

    private void sign(Element element, String id, List<XMLObject> objects) {
        try {
            XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
            SignedInfo info = factory.newSignedInfo(
                    factory.newCanonicalizationMethod(EXCLUSIVE, (C14NMethodParameterSpec) null),
                    factory.newSignatureMethod(algorithm, null),
                    List.of(factory.newReference("#" + id, factory.newDigestMethod(digest, null),
                            List.of(factory.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
                                    factory.newTransform(canonicalization, (TransformParameterSpec) null)),
                            null, null)));
            KeyInfoFactory keys = factory.getKeyInfoFactory();
            KeyInfo key = keyInfo
                    ? keys.newKeyInfo(List.of(keys.newX509Data(List.of(signer.certificate()))))
                    : null;
            DOMSignContext context = new DOMSignContext(algorithm.contains("hmac")
                    ? new javax.crypto.spec.SecretKeySpec(signer.pair().getPublic().getEncoded(), "HmacSHA256")
                    : signer.pair().getPrivate(), element, element.getFirstChild().getNextSibling());
            context.setIdAttributeNS(element, null, "ID");
            context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.FALSE);
            context.setDefaultNamespacePrefix("ds");
            factory.newXMLSignature(info, key, objects, null, null).sign(context);
        } catch (GeneralSecurityException | javax.xml.crypto.MarshalException
                | javax.xml.crypto.dsig.XMLSignatureException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Wraps a good answer in one of the eight known ways (Somorovsky et al. 2012; as SAML Raider numbers them), so that
     * the signature still holds of what was signed and somebody else stands where a careless reader looks.
     */
    public static Document wrapped(Document good, int variant) {
        Document document = parse(xml(good));
        Element response = document.getDocumentElement();
        Element assertion = (Element) response.getElementsByTagNameNS(ASSERTION, "Assertion").item(0);
        if (variant <= 2) {
            return wrappedResponse(document, response, variant);
        }
        Element signature = (Element) assertion.getElementsByTagNameNS(DSIG, "Signature").item(0);
        Element evil = evil(assertion);
        Element bare = (Element) assertion.cloneNode(true);
        bare.removeChild(bare.getElementsByTagNameNS(DSIG, "Signature").item(0));
        switch (variant) {
            case 3 -> response.insertBefore(evil, assertion);
            case 4 -> {
                response.replaceChild(evil, assertion);
                evil.appendChild(assertion);
            }
            case 5 -> {
                assertion.setAttribute("ID", "_evil");
                name(assertion);
                response.appendChild(bare);
            }
            case 6 -> {
                assertion.setAttribute("ID", "_evil");
                name(assertion);
                signature.appendChild(bare);
            }
            case 7 -> {
                Element extensions = document.createElementNS("urn:oasis:names:tc:SAML:2.0:protocol",
                        "samlp:Extensions");
                extensions.appendChild(evil);
                response.insertBefore(extensions, assertion);
            }
            case 8 -> {
                assertion.setAttribute("ID", "_evil");
                name(assertion);
                Element object = document.createElementNS(DSIG, "ds:Object");
                object.appendChild(bare);
                signature.appendChild(object);
            }
            default -> throw new IllegalArgumentException("no such variant");
        }
        return document;
    }

    private static Document wrappedResponse(Document document, Element response, int variant) {
        Element original = (Element) response.cloneNode(true);
        Element signature = null;
        for (var node = original.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getLocalName().equals("Signature")) {
                signature = element;
            }
        }
        original.removeChild(java.util.Objects.requireNonNull(signature, "a signed response is needed"));
        Element inRoot = null;
        for (var node = response.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getLocalName().equals("Signature")) {
                inRoot = element;
            }
        }
        response.setAttribute("ID", "_evil");
        name((Element) response.getElementsByTagNameNS(ASSERTION, "Assertion").item(0));
        if (variant == 1) {
            java.util.Objects.requireNonNull(inRoot).appendChild(original);
        } else {
            response.insertBefore(original, inRoot);
        }
        return document;
    }

    private static Element evil(Element assertion) {
        Element evil = (Element) assertion.cloneNode(true);
        evil.removeChild(evil.getElementsByTagNameNS(DSIG, "Signature").item(0));
        evil.setAttribute("ID", "_evil");
        name(evil);
        return evil;
    }

    private static void name(Element assertion) {
        assertion.getElementsByTagNameNS(ASSERTION, "NameID").item(0).setTextContent("mallory");
    }

    /** As a browser posts it. */
    public static String posted(Document document) {
        return posted(xml(document));
    }

    /** As a browser posts it. */
    public static String posted(String xml) {
        return Base64.getEncoder().encodeToString(xml.getBytes(StandardCharsets.UTF_8));
    }

    /** The text of a document. */
    public static String xml(Document document) {
        try {
            Transformer transformer = TransformerFactory.newDefaultInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            StringWriter text = new StringWriter();
            transformer.transform(new DOMSource(document), new StreamResult(text));
            return text.toString();
        } catch (javax.xml.transform.TransformerException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The document of a text. */
    public static Document parse(String xml) {
        try {
            return DocumentBuilderFactory.newDefaultNSInstance().newDocumentBuilder()
                    .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        } catch (org.xml.sax.SAXException | IOException | javax.xml.parsers.ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What it says of itself. */
    public String metadata(String ssoUrl) {
        String base64 = signer.pem().replaceAll("-----[A-Z ]+-----|\\s", "");
        return """
                <?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s">
                <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
                <md:KeyDescriptor use="encryption"><ds:KeyInfo xmlns:ds="%s"><ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
                <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="%s"><ds:X509Data><ds:X509Certificate>
                %s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
                <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/post"/>
                <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="%s"/>
                </md:IDPSSODescriptor></md:EntityDescriptor>"""
                .formatted(issuer, DSIG, DSIG, base64, ssoUrl);
    }
}
