package org.gatehouse.governance.snapshot;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

import javax.security.auth.x500.X500Principal;

/** The names under which a client's certificate can be bound to a key. Stateless. */
public final class ClientCertificate {
    /** In front of the SHA-256 of a whole certificate, in 64 lower case hexadecimal digits. */
    public static final String FINGERPRINT = "sha256:";
    /** In front of a subject, as RFC 2253 writes it. */
    public static final String SUBJECT = "subject:";
    private static final int EMAIL = 1;
    private static final int DNS = 2;
    private static final int URI = 6;

    private ClientCertificate() {}

    /**
     * All its names: {@code sha256:}, {@code subject:}, and of its alternative names {@code dns:}, {@code uri:} and
     * {@code email:}. The most exact one comes first.
     */
    public static List<String> names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        names.add(FINGERPRINT + fingerprint(certificate));
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    String prefix = switch ((Integer) alternative.get(0)) {
                        case EMAIL -> "email:";
                        case DNS -> "dns:";
                        case URI -> "uri:";
                        default -> "";
                    };
                    if (!prefix.isEmpty()) {
                        names.add(prefix + alternative.get(1));
                    }
                }
            }
        } catch (CertificateParsingException _) {
            // It has the other names.
        }
        names.add(SUBJECT + certificate.getSubjectX500Principal().getName(X500Principal.RFC2253));
        return names;
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that came over TLS can be encoded and hashed", e);
        }
    }
}
