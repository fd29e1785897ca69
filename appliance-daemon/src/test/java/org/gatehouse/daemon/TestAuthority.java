package org.gatehouse.daemon;

import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

import org.gatehouse.listen.TrustAnybody;

/** A company's authority for the certificates of its programs. */
final class TestAuthority {
    private final KeyPair pair = newPair();
    private final X500Name name = new X500Name("CN=authority");
    private final X509Certificate own;

    TestAuthority() {
        own = certificate(name, pair.getPublic(), true, null, Duration.ofDays(1));
    }

    /** A program's certificate with its key. */
    record Issued(X509Certificate certificate, KeyPair pair) {

        /** What a client that shows it speaks TLS with; it trusts every server. */
        SSLContext context() {
            try {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry("own", pair.getPrivate(), new char[0], new Certificate[]{certificate});
                KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                keys.init(store, new char[0]);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keys.getKeyManagers(), new TrustManager[]{new TrustAnybody()}, null);
                return context;
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** The certificate's own bytes. */
        byte[] encodedCertificate() {
            return encoded(certificate);
        }
    }

    /** Its own certificate as a PEM file. */
    Path file(Path directory) {
        try {
            return Files.writeString(directory.resolve("authority.pem"), pem());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its own certificate as PEM. */
    String pem() {
        return pem("CERTIFICATE", encoded(own));
    }

    /** Bytes in the armour of PEM (RFC 7468). */
    static String pem(String label, byte[] bytes) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder(64, new byte[]{'\n'}).encodeToString(bytes)
                + "\n-----END " + label + "-----\n";
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signs a request (PKCS #10, PEM): a certificate for the names that it asks for, for a day, as PEM. */
    String sign(String request) {
        try (PEMParser parser = new PEMParser(new StringReader(request))) {
            JcaPKCS10CertificationRequest asked = new JcaPKCS10CertificationRequest(
                    (PKCS10CertificationRequest) parser.readObject());
            return pem("CERTIFICATE", encoded(certificate(asked.getSubject(), asked.getPublicKey(), false,
                    GeneralNames.fromExtensions(asked.getRequestedExtensions(), Extension.subjectAlternativeName),
                    Duration.ofDays(1))));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One that holds for a day, or ended a while ago. */
    Issued issue(String subject, GeneralName alternative, Duration ends) {
        KeyPair keys = newPair();
        return new Issued(
                certificate(new X500Name(subject), keys.getPublic(), false, new GeneralNames(alternative), ends),
                keys);
    }

    private X509Certificate certificate(X500Name subject, PublicKey key, boolean authority,
            @org.jspecify.annotations.Nullable GeneralNames alternative, Duration ends) {
        try {
            Instant now = Instant.now();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(name,
                    BigInteger.valueOf(now.toEpochMilli()), Date.from(now.minus(Duration.ofDays(2))),
                    Date.from(now.plus(ends)), subject, key);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (alternative != null) {
                builder.addExtension(Extension.subjectAlternativeName, false, alternative);
            }
            return new JcaX509CertificateConverter().getCertificate(
                    builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
