package org.gatehouse.listen;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A server's certificate chain and the private key that belongs to it. Immutable.
 *
 * @param chain the server's own certificate first; never empty
 * @param key   matches the first certificate
 */
record TlsMaterial(List<X509Certificate> chain, PrivateKey key) {

    TlsMaterial {
        chain = List.copyOf(chain);
    }

    /**
     * Checks that the parts fit each other.
     *
     * @param source named in the message of a failure
     * @throws IOException if the key is another certificate's
     */
    TlsMaterial checked(String source) throws IOException {
        if (!keyFits()) {
            throw new IOException("The private key does not belong to the certificate in " + source
                    + ": give the key that the certificate was made for");
        }
        return this;
    }

    /** The end of the own certificate's validity. */
    Instant expires() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** Whether clients that look at the date refuse it by then. */
    boolean expiredBy(Instant now) {
        return now.isAfter(expires());
    }

    /** SHA-256 over the own certificate as people compare it: {@code AB:CD:…}, 32 bytes. */
    String fingerprint() {
        return fingerprint(chain.getFirst());
    }

    /** The same of any certificate. */
    static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest).toUpperCase(Locale.ROOT);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    /**
     * A TLS context that shows this certificate.
     *
     * @param authorities whose certificates clients may show; none to trust none
     */
    SSLContext context(List<X509Certificate> authorities) throws IOException {
        try {
            char[] noPassword = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", key, noPassword, chain.toArray(Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, noPassword);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), authorities.isEmpty() ? null : trust(authorities), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("This certificate or key is of a kind that the JVM cannot use: take RSA or EC", e);
        }
    }

    private static TrustManager[] trust(List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private boolean keyFits() throws IOException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            byte[] probe = {1, 2, 3};
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(probe);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(chain.getFirst().getPublicKey());
            verifier.update(probe);
            return verifier.verify(signature);
        } catch (java.security.InvalidKeyException | java.security.SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "The JVM cannot sign with keys of the kind " + key.getAlgorithm() + ": take an RSA or EC key", e);
        }
    }
}
