package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority that lives for one test. */
public final class TestAuthority {
    private static final X500Name NAME = new X500Name("CN=Test Authority");

    private final KeyPair keys;
    private final X509Certificate certificate;

    /** With keys of its own. */
    public TestAuthority() throws GeneralSecurityException, IOException, OperatorCreationException {
        keys = newKeys();
        X509v3CertificateBuilder builder = builder(NAME, keys, Instant.now().plus(1, ChronoUnit.DAYS));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        certificate = sign(builder, keys.getPrivate());
    }

    /** What a client must trust. */
    public String pem() throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(certificate);
        }
        return text.toString();
    }

    /** A listener on loopback whose certificate is for this name or address until this time. */
    SSLServerSocket listener(GeneralName subject, Instant until)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        return (SSLServerSocket) context(subject, until).getServerSocketFactory().createServerSocket(0, 100,
                InetAddress.getLoopbackAddress());
    }

    /** What a server speaks TLS with whose certificate is for this name or address until this time. */
    public SSLContext context(GeneralName subject, Instant until)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        KeyPair own = newKeys();
        X509v3CertificateBuilder builder = builder(new X500Name("CN=server"), own, until);
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(subject));
        X509Certificate ownCertificate = sign(builder, keys.getPrivate());
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", own.getPrivate(), new char[0], new Certificate[]{ownCertificate, certificate});
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private static X509v3CertificateBuilder builder(X500Name subject, KeyPair own, Instant until) {
        return new JcaX509v3CertificateBuilder(NAME, BigInteger.valueOf(System.nanoTime()),
                Date.from(Instant.now().minus(2, ChronoUnit.DAYS)), Date.from(until), subject, own.getPublic());
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }
}
