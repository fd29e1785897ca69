package org.gatehouse.identity;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

import org.gatehouse.governance.SignOnDraft.NameFormat;

/** Writes what this box says as a SAML service provider: its request, and its description of itself. Stateless. */
final class SamlMessages {
    private static final String POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

    private SamlMessages() {}

    /**
     * What is asked.
     *
     * @param id the answer must name it
     * @param at the provider's address
     * @param entityId what the provider calls this box
     * @param answerTo where the answer is to come to
     * @param careful whether the provider must ask for the password even if it knows the browser
     */
    record Request(String id, String at, String entityId, String answerTo, NameFormat format, boolean careful,
            Instant now) {}

    /** Where to send the browser (SAML Bindings 3.4: deflated, in the query). */
    static URI redirect(Request request, String relayState) {
        String query = "SAMLRequest=" + encoded(Base64.getEncoder().encodeToString(deflated(xml(request))))
                + "&RelayState=" + encoded(relayState);
        return URI.create(request.at() + (request.at().contains("?") ? "&" : "?") + query);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static byte[] deflated(String xml) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
            out.write(xml.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException("memory can be written to", e);
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }

    /** Writes one document. */
    private interface Content {
        void write(XMLStreamWriter out) throws XMLStreamException;
    }

    private static String document(Content content) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter out = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            content.write(out);
            out.writeEndDocument();
            out.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a document of ours can be written", e);
        }
        return text.toString();
    }

    private static String xml(Request request) {
        return document(out -> {
            out.writeStartElement("samlp", "AuthnRequest", SamlXml.PROTOCOL);
            out.writeNamespace("samlp", SamlXml.PROTOCOL);
            out.writeNamespace("saml", SamlXml.ASSERTION);
            out.writeAttribute("ID", request.id());
            out.writeAttribute("Version", "2.0");
            out.writeAttribute("IssueInstant", request.now().truncatedTo(ChronoUnit.SECONDS).toString());
            out.writeAttribute("Destination", request.at());
            out.writeAttribute("AssertionConsumerServiceURL", request.answerTo());
            out.writeAttribute("ProtocolBinding", POST);
            if (request.careful()) {
                out.writeAttribute("ForceAuthn", "true");
            }
            out.writeStartElement("saml", "Issuer", SamlXml.ASSERTION);
            out.writeCharacters(request.entityId());
            out.writeEndElement();
            if (request.format() != NameFormat.UNSPECIFIED) {
                out.writeEmptyElement("samlp", "NameIDPolicy", SamlXml.PROTOCOL);
                out.writeAttribute("Format", uri(request.format()));
                out.writeAttribute("AllowCreate", "true");
            }
            out.writeEndElement();
        });
    }

    private static String uri(NameFormat format) {
        return switch (format) {
            case PERSISTENT -> "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
            case EMAIL -> "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
            case UNSPECIFIED -> "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
        };
    }

    /** What a provider must know of this box. */
    static String metadata(String entityId, String answerTo, NameFormat format) {
        return document(out -> {
            out.writeStartDocument("UTF-8", "1.0");
            out.writeStartElement("md", "EntityDescriptor", SamlXml.METADATA);
            out.writeNamespace("md", SamlXml.METADATA);
            out.writeAttribute("entityID", entityId);
            out.writeStartElement("md", "SPSSODescriptor", SamlXml.METADATA);
            out.writeAttribute("AuthnRequestsSigned", "false");
            out.writeAttribute("WantAssertionsSigned", "true");
            out.writeAttribute("protocolSupportEnumeration", SamlXml.PROTOCOL);
            out.writeStartElement("md", "NameIDFormat", SamlXml.METADATA);
            out.writeCharacters(uri(format));
            out.writeEndElement();
            out.writeEmptyElement("md", "AssertionConsumerService", SamlXml.METADATA);
            out.writeAttribute("Binding", POST);
            out.writeAttribute("Location", answerTo);
            out.writeAttribute("index", "0");
            out.writeAttribute("isDefault", "true");
            out.writeEndElement();
            out.writeEndElement();
        });
    }
}
