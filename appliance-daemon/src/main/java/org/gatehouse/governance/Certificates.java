package org.gatehouse.governance;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.List;

/** Certificates in settings. Stateless. */
public final class Certificates {
    private static final int SHORTEST_RSA = 2048;
    private static final int SHORTEST_EC = 256;

    private Certificates() {}

    /**
     * Those of a PEM text, in its order.
     *
     * @throws CertificateException when it holds anything else
     */
    public static List<X509Certificate> read(String pem) throws CertificateException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))).stream()
                .map(X509Certificate.class::cast).toList();
    }

    /** Whether its key is long enough to believe (NIST SP 800-57: 112 bits of security). */
    static boolean isStrong(X509Certificate certificate) {
        PublicKey key = certificate.getPublicKey();
        return switch (key) {
            case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= SHORTEST_RSA;
            case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= SHORTEST_EC;
            default -> false;
        };
    }
}
