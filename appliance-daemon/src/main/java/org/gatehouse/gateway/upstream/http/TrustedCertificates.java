package org.gatehouse.gateway.upstream.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

import org.jspecify.annotations.Nullable;

/** Makes the TLS context of one set of trusted certificates: those of the Java platform, and those an endpoint adds. Stateless. */
public final class TrustedCertificates {

    private TrustedCertificates() {}

    /**
     * The certificates in a PEM text.
     *
     * @throws IllegalArgumentException when there is none or one cannot be read
     */
    static Collection<? extends Certificate> read(String pem) {
        try {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            if (!certificates.isEmpty()) {
                return certificates;
            }
        } catch (CertificateException unreadable) {
            throw new IllegalArgumentException("The certificates to trust cannot be read: " + unreadable.getMessage()
                    + ". Give them as PEM text.", unreadable);
        }
        throw new IllegalArgumentException("The text with certificates to trust holds none. Give them as PEM text.");
    }

    /**
     * A context of its own, and with it a cache of TLS sessions to resume.
     *
     * @param extraPem what is trusted besides the Java platform's certificates; {@code null} for nothing
     * @throws IllegalArgumentException when it can't be read
     */
    public static SSLContext context(@Nullable String extraPem) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, extraPem == null ? null : platformAnd(read(extraPem)), null);
            return context;
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException("This Java platform cannot set up TLS. Check its security configuration.",
                    impossible);
        }
    }

    private static TrustManager[] platformAnd(Collection<? extends Certificate> extra)
            throws GeneralSecurityException, IOException {
        KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
        all.load(null, null);
        int count = 0;
        for (TrustManager manager : managers(null)) {
            if (manager instanceof X509TrustManager platform) {
                for (X509Certificate certificate : platform.getAcceptedIssuers()) {
                    all.setCertificateEntry("platform-" + count++, certificate);
                }
            }
        }
        for (Certificate certificate : extra) {
            all.setCertificateEntry("extra-" + count++, certificate);
        }
        return managers(all);
    }

    private static TrustManager[] managers(@Nullable KeyStore trusted) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }
}
