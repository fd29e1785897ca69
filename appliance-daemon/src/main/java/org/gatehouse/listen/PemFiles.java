package org.gatehouse.listen;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;

/** Certificates and keys as PEM text (RFC 7468), in the forms that OpenSSL and certificate authorities hand out. */
final class PemFiles {

    private PemFiles() {}

    /**
     * Reads a certificate chain.
     *
     * @throws IOException if the file is absent, unreadable or without a certificate
     */
    static List<X509Certificate> certificates(Path file) throws IOException {
        return certificates(parts(file, "certificate"), file.toString());
    }

    /** The same from text. */
    static List<X509Certificate> certificates(String pem, String source) throws IOException {
        return certificates(parts(pem, source), source);
    }

    private static List<X509Certificate> certificates(List<Object> parts, String source) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        JcaX509CertificateConverter converter = new JcaX509CertificateConverter();
        for (Object part : parts) {
            if (part instanceof X509CertificateHolder holder) {
                try {
                    chain.add(converter.getCertificate(holder));
                } catch (CertificateException e) {
                    throw new IOException(
                            "A certificate in " + source + " is damaged: get the file again from whoever issued it", e);
                }
            }
        }
        if (chain.isEmpty()) {
            throw new IOException(
                    "There is no certificate in " + source + ": it must be PEM text with -----BEGIN CERTIFICATE-----");
        }
        return chain;
    }

    /**
     * Reads a private key: PKCS#8, or the older PKCS#1 and EC forms.
     *
     * @throws IOException if the file is absent, unreadable, without a key, or the key is encrypted
     */
    static PrivateKey privateKey(Path file) throws IOException {
        return privateKey(parts(file, "private key"), file.toString());
    }

    /** The same from text. */
    static PrivateKey privateKey(String pem, String source) throws IOException {
        return privateKey(parts(pem, source), source);
    }

    private static PrivateKey privateKey(List<Object> parts, String file) throws IOException {
        for (Object part : parts) {
            switch (part) {
                case PrivateKeyInfo plain -> {
                    return converted(plain, file);
                }
                case PEMKeyPair pair -> {
                    return converted(pair.getPrivateKeyInfo(), file);
                }
                case PEMEncryptedKeyPair _,PKCS8EncryptedPrivateKeyInfo _ -> throw new IOException("The private key in "
                        + file
                        + " is encrypted: store it decrypted and readable by the daemon's user alone (openssl pkey -in … -out …)");
                default -> {
                    // Certificates and EC parameters may stand in the same file.
                }
            }
        }
        throw new IOException(
                "There is no private key in " + file + ": it must be PEM text with -----BEGIN PRIVATE KEY-----");
    }

    private static PrivateKey converted(PrivateKeyInfo key, String file) throws IOException {
        try {
            return new JcaPEMKeyConverter().getPrivateKey(key);
        } catch (PEMException e) {
            throw new IOException(
                    "The private key in " + file
                            + " is of a kind that the JVM cannot use: take RSA or EC, as PKCS#8 (openssl pkey -in …)",
                    e);
        }
    }

    /** The certificates as PEM text. */
    static String text(List<X509Certificate> chain) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            for (X509Certificate certificate : chain) {
                writer.writeObject(certificate);
            }
        }
        return text.toString();
    }

    /** The public half of a key that the box made itself, from the file that has both. */
    static PublicKey publicKey(Path file) throws IOException {
        for (Object part : parts(file, "public key")) {
            if (part instanceof SubjectPublicKeyInfo info) {
                return new JcaPEMKeyConverter().getPublicKey(info);
            }
        }
        throw new IOException("There is no public key in " + file + ": remove the file, it is made again");
    }

    /** The key as PEM text. */
    static String text(PublicKey key) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(key);
        }
        return text.toString();
    }

    /** The key as PEM text, PKCS#8, not encrypted. */
    static String text(PrivateKey key) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(new JcaPKCS8Generator(key, null));
        }
        return text.toString();
    }

    private static List<Object> parts(String pem, String source) throws IOException {
        List<Object> parts = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                parts.add(part);
            }
            return parts;
        } catch (IOException | RuntimeException e) {
            throw new IOException(source + " is no PEM text: give it whole, with its BEGIN and END lines", e);
        }
    }

    private static List<Object> parts(Path file, String what) throws IOException {
        List<Object> parts = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(file); PEMParser parser = new PEMParser(reader)) {
            for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
                parts.add(part);
            }
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "The " + what + " file " + file + " does not exist: check the path in the listener's TLS settings",
                    e);
        } catch (IOException | RuntimeException e) {
            throw new IOException("The " + what + " file " + file
                    + " cannot be read: it must be PEM text readable by the daemon's user ("
                    + e.getClass().getSimpleName() + ")", e);
        }
        return parts;
    }
}
