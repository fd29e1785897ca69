package org.gatehouse.identity;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

import org.gatehouse.governance.Certificates;

/**
 * What a SAML provider says of itself: everything that settings need of it. Its signature is not looked at: whoever hands
 * it in vouches for it. Immutable.
 *
 * @param certificates PEM, one after the other
 */
public record SamlMetadata(String entityId, String ssoUrl, String certificates) {
    private static final String REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

    /** What came of reading. */
    public sealed interface Result {

        /** It says all that is needed. */
        record Found(SamlMetadata metadata) implements Result {}

        /** It does not, and why. */
        record Objection(String message) implements Result {}
    }

    /** Reads metadata of a provider, or of a federation with one provider in it. */
    public static Result read(String xml) {
        try {
            return read(SamlXml.parse(xml.strip().getBytes(StandardCharsets.UTF_8)));
        } catch (SignOnProblem.Stopped | CertificateException _) {
            return new Result.Objection("is no SAML metadata that can be read, or holds a document type or a broken"
                    + " certificate; paste the XML as the provider gives it");
        }
    }

    private static Result read(Document document) throws SignOnProblem.Stopped, CertificateException {
        List<Element> providers = SamlXml.all(document).stream()
                .filter(element -> SamlXml.is(element, SamlXml.METADATA, "IDPSSODescriptor")).toList();
        if (providers.size() != 1) {
            return new Result.Objection("must describe one identity provider (IDPSSODescriptor), and describes "
                    + providers.size());
        }
        Element provider = providers.getFirst();
        String entityId = provider.getParentNode() instanceof Element parent
                ? SamlXml.attribute(parent, "entityID")
                : null;
        String address = address(provider);
        if (entityId == null || address == null) {
            return new Result.Objection(entityId == null
                    ? "names no entityID"
                    : "names no SingleSignOnService with the binding HTTP-Redirect, which this box needs");
        }
        String certificates = certificates(provider);
        return certificates.isEmpty()
                ? new Result.Objection("holds no certificate to check signatures with (KeyDescriptor)")
                : new Result.Found(new SamlMetadata(entityId, address, certificates));
    }

    private static @Nullable String address(Element provider) {
        return SamlXml.children(provider, SamlXml.METADATA, "SingleSignOnService").stream()
                .filter(service -> REDIRECT.equals(SamlXml.attribute(service, "Binding")))
                .map(service -> SamlXml.attribute(service, "Location")).filter(Objects::nonNull).findFirst()
                .orElse(null);
    }

    private static String certificates(Element provider) throws SignOnProblem.Stopped, CertificateException {
        List<String> found = new ArrayList<>();
        for (Element key : SamlXml.children(provider, SamlXml.METADATA, "KeyDescriptor")) {
            String use = SamlXml.attribute(key, "use");
            if (use != null && !use.equals("signing")) {
                continue;
            }
            Element info = SamlXml.need(key, SamlXml.SIGNATURE, "KeyInfo");
            for (Element data : SamlXml.children(info, SamlXml.SIGNATURE, "X509Data")) {
                for (Element certificate : SamlXml.children(data, SamlXml.SIGNATURE, "X509Certificate")) {
                    String pem = "-----BEGIN CERTIFICATE-----\n"
                            + wrapped(SamlXml.text(certificate).orElse("").replaceAll("\\s", ""))
                            + "-----END CERTIFICATE-----\n";
                    if (!Certificates.read(pem).isEmpty() && !found.contains(pem)) {
                        found.add(pem);
                    }
                }
            }
        }
        return String.join("", found);
    }

    private static String wrapped(String base64) {
        return base64.replaceAll("(.{1,64})", "$1\n");
    }
}
