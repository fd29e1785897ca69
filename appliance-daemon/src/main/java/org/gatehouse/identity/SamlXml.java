package org.gatehouse.identity;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** Reads XML of strangers: no document types, hence no entities, and nothing from elsewhere. Stateless. */
final class SamlXml {
    /** SAML's own elements. */
    static final String ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
    /** SAML's messages. */
    static final String PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
    /** SAML's descriptions of parties. */
    static final String METADATA = "urn:oasis:names:tc:SAML:2.0:metadata";
    /** XML signatures. */
    static final String SIGNATURE = "http://www.w3.org/2000/09/xmldsig#";
    /** Keycloak's answers have some 40; a directory's person in 2,000 groups some 4,000. */
    private static final int MOST_ELEMENTS = 20_000;
    private static final int DEEPEST = 50;

    private SamlXml() {}

    /** The document of these bytes. */
    static Document parse(byte[] bytes) throws SignOnProblem.Stopped {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            // OWASP, XML External Entity Prevention: without a document type there are no entities at all.
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
            factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
            factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setAttribute("jdk.xml.maxElementDepth", DEEPEST);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Strict());
            Document document = builder.parse(new ByteArrayInputStream(bytes));
            OidcTokens.require(document.getElementsByTagNameNS("*", "*").getLength() <= MOST_ELEMENTS,
                    SignOnProblem.BAD_ANSWER);
            return document;
        } catch (SAXException | IOException e) {
            throw new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER, e);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the JDK's own XML parser can do this", e);
        }
    }

    /** Prints nothing and forgives nothing. */
    private static final class Strict implements ErrorHandler {
        @Override
        public void warning(SAXParseException problem) throws SAXException {
            throw problem;
        }

        @Override
        public void error(SAXParseException problem) throws SAXException {
            throw problem;
        }

        @Override
        public void fatalError(SAXParseException problem) throws SAXException {
            throw problem;
        }
    }

    /** Every element of a document, in its order. */
    static List<Element> all(Document document) {
        List<Element> found = new ArrayList<>();
        var nodes = document.getElementsByTagNameNS("*", "*");
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    static boolean is(Element element, String namespace, String name) {
        return namespace.equals(element.getNamespaceURI()) && name.equals(element.getLocalName());
    }

    /** The elements right below one. */
    static List<Element> children(Element parent) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element) {
                found.add(element);
            }
        }
        return found;
    }

    /** Those of that name right below one. */
    static List<Element> children(Element parent, String namespace, String name) {
        return children(parent).stream().filter(element -> is(element, namespace, name)).toList();
    }

    /** The only one of that name right below one; empty when there is none, a problem when there are more. */
    static Optional<Element> child(Element parent, String namespace, String name) throws SignOnProblem.Stopped {
        List<Element> found = children(parent, namespace, name);
        OidcTokens.require(found.size() <= 1, SignOnProblem.BAD_ANSWER);
        return found.stream().findFirst();
    }

    /** The only one of that name right below one. */
    static Element need(Element parent, String namespace, String name) throws SignOnProblem.Stopped {
        return child(parent, namespace, name)
                .orElseThrow(() -> new SignOnProblem.Stopped(SignOnProblem.BAD_ANSWER));
    }

    /**
     * The whole text of an element that holds text alone. All pieces of it: who stops at a comment reads
     * {@code admin@example.com} out of {@code admin@example.com<!---->.evil.org} (CVE-2018-0489 and its kin).
     */
    static Optional<String> text(Element element) {
        StringBuilder text = new StringBuilder();
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            switch (node.getNodeType()) {
                case Node.TEXT_NODE, Node.CDATA_SECTION_NODE -> text.append(node.getNodeValue());
                case Node.COMMENT_NODE -> {
                }
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(text.toString().strip());
    }

    /** An attribute; {@code null} without. */
    static @Nullable String attribute(Element element, String name) {
        return element.hasAttributeNS(null, name) ? element.getAttributeNS(null, name) : null;
    }
}
