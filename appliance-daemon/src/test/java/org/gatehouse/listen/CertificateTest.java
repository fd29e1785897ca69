package org.gatehouse.listen;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class CertificateTest {
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    @TempDir
    private Path directory;

    @Test
    void selfSignedCertificateNamesTheBoxAndIsReadableByTheDaemonAlone() throws Exception {
        TlsMaterial made = SelfSignedCertificate.obtain(directory.resolve("tls"), NOW);
        X509Certificate certificate = made.chain().getFirst();
        certificate.verify(certificate.getPublicKey());
        assertThat(certificate.getSubjectAlternativeNames()).extracting(name -> String.valueOf(name.get(1))).contains(
                "localhost",
                "127.0.0.1",
                "0:0:0:0:0:0:0:1");
        assertThat(certificate.getPublicKey().getAlgorithm()).isEqualTo("EC");
        assertThat(Duration.between(NOW, made.expires())).isEqualTo(Duration.ofDays(825));
        assertThat(made.fingerprint()).matches("([0-9A-F]{2}:){31}[0-9A-F]{2}");
        assertThat(
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("tls/self-signed.pem"))))
                .isEqualTo("rw-------");
        assertThat(Files.readString(directory.resolve("tls/certificate.pem"))).contains("BEGIN CERTIFICATE")
                .doesNotContain("PRIVATE");
    }

    @Test
    void selfSignedCertificateIsKeptOverRestartsAndRenewedNearItsEnd() throws Exception {
        TlsMaterial first = SelfSignedCertificate.obtain(directory, NOW);
        assertThat(SelfSignedCertificate.obtain(directory, NOW.plus(Duration.ofDays(790))).fingerprint())
                .isEqualTo(first.fingerprint());
        TlsMaterial renewed = SelfSignedCertificate.obtain(directory, NOW.plus(Duration.ofDays(800)));
        assertThat(renewed.fingerprint()).isNotEqualTo(first.fingerprint());
        Files.writeString(directory.resolve("self-signed.pem"), "damaged");
        assertThat(SelfSignedCertificate.obtain(directory, NOW).fingerprint()).isNotEqualTo(renewed.fingerprint());
    }

    @Test
    void keysAreReadInEveryCommonForm() throws Exception {
        for (String algorithm : List.of("RSA", "EC")) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
            KeyPair pair = generator.generateKeyPair();
            Path pkcs8 = Files.writeString(directory.resolve(algorithm + ".pkcs8"), PemFiles.text(pair.getPrivate()));
            String older = pair.getPrivate() instanceof ECPrivateKey ec ? sec1(ec) : pkcs1(pair);
            assertThat(older).contains("BEGIN " + algorithm + " PRIVATE KEY");
            Path traditional = Files.writeString(directory.resolve(algorithm + ".old"), older);
            assertThat(PemFiles.privateKey(pkcs8).getEncoded()).isEqualTo(pair.getPrivate().getEncoded());
            assertThat(PemFiles.privateKey(traditional).getAlgorithm()).isEqualTo(algorithm);
        }
    }

    @Test
    void unusableFilesAreExplained() throws Exception {
        TlsMaterial one = SelfSignedCertificate.obtain(directory.resolve("one"), NOW);
        TlsMaterial other = SelfSignedCertificate.obtain(directory.resolve("other"), NOW);
        Path certificate = write("certificate.pem", PemFiles.text(one.chain()));
        Path key = write("key.pem", PemFiles.text(one.key()));
        Path otherKey = write("other-key.pem", PemFiles.text(other.key()));
        Path empty = write("empty.pem", "nothing here");
        Path absent = directory.resolve("absent.pem");

        assertThatThrownBy(() -> open(absent, key, NOW)).isInstanceOf(IOException.class)
                .hasMessageContaining("absent.pem does not exist");
        assertThatThrownBy(() -> open(certificate, absent, NOW)).hasMessageContaining("private key file")
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> open(certificate, otherKey, NOW))
                .hasMessageContaining("does not belong to the certificate");
        assertThatThrownBy(() -> open(empty, key, NOW)).hasMessageContaining("There is no certificate in");
        assertThatThrownBy(() -> open(certificate, empty, NOW)).hasMessageContaining("There is no private key in");
        assertThat(open(certificate, key, NOW).material()).isNotNull();
    }

    @Test
    void replacedFilesAreShownToNewConnectionsWhileAStreamGoesOn() throws Exception {
        Path certificate = directory.resolve("certificate.pem");
        Path key = directory.resolve("key.pem");
        TlsMaterial first = SelfSignedCertificate.obtain(directory.resolve("first"), Instant.now());
        TlsMaterial second = SelfSignedCertificate.obtain(directory.resolve("second"), Instant.now());
        show(first, certificate, key);
        ListenerSettings settings = ListenerSettings.onLoopback(0)
                .with(new ListenerSettings.Tls.Files(certificate, key));
        try (TestServer server = TestServer.with(settings); RawClient streaming = RawClient.tls(server.port())) {
            assertThat(server.listeners().certificateFingerprint()).contains(first.fingerprint());
            streaming.send("GET /stream HTTP/1.1\r\nHost: box\r\n\r\n");
            assertThat(server.begun.poll(5, SECONDS)).isNotNull();

            show(second, certificate, key);
            server.listeners().reloadTls();
            try (RawClient later = RawClient.tls(server.port())) {
                assertThat(later.certificate()).isEqualTo(second.chain().getFirst());
                assertThat(later.send("GET /hello HTTP/1.1\r\nHost: box\r\n\r\n").answer().body()).isEqualTo("hello");
            }
            assertThat(streaming.certificate()).isEqualTo(first.chain().getFirst());

            Files.writeString(key, "damaged");
            assertThatThrownBy(() -> server.listeners().reloadTls()).isInstanceOf(IOException.class);
            assertThat(server.listeners().certificateFingerprint()).as("the last good one stays")
                    .contains(second.fingerprint());

            server.go.countDown();
            assertThat(streaming.answer().body()).endsWith("end\n");
        }
    }

    @Test
    void changedFilesAreFoundWithoutBeingTold() throws Exception {
        Path certificate = directory.resolve("certificate.pem");
        Path key = directory.resolve("key.pem");
        TlsMaterial first = SelfSignedCertificate.obtain(directory.resolve("first"), NOW);
        TlsMaterial second = SelfSignedCertificate.obtain(directory.resolve("second"), NOW);
        show(first, certificate, key);
        ServerCertificate shown = open(certificate, key, NOW);
        shown.refresh();
        assertThat(shown.material()).isEqualTo(first);
        Files.writeString(certificate, PemFiles.text(second.chain()));
        shown.refresh();
        assertThat(shown.material()).as("half of a change is not used").isEqualTo(first);
        Files.writeString(key, PemFiles.text(second.key()));
        shown.refresh();
        assertThat(shown.material()).extracting(TlsMaterial::fingerprint).isEqualTo(second.fingerprint());
    }

    @Test
    void expiredCertificateIsShownWhenThereIsNoBetterOne() throws Exception {
        TlsMaterial old = SelfSignedCertificate.obtain(directory.resolve("old"), NOW.minus(Duration.ofDays(900)));
        TlsMaterial good = SelfSignedCertificate.obtain(directory.resolve("good"), NOW);
        Path certificate = directory.resolve("certificate.pem");
        Path key = directory.resolve("key.pem");
        show(old, certificate, key);
        ServerCertificate shown = open(certificate, key, NOW);
        assertThat(shown.context()).isNotNull();
        assertThat(shown.material()).isEqualTo(old);

        show(good, certificate, key);
        shown.refresh();
        assertThat(shown.material()).as("replaced without a restart").isEqualTo(good);

        show(old, certificate, key);
        assertThatThrownBy(shown::reload).isInstanceOf(IOException.class).hasMessageContaining("expired at");
        assertThat(shown.material()).as("a good one is never given up for an expired one").isEqualTo(good);
    }

    private static String pkcs1(KeyPair pair) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(pair);
        }
        return text.toString();
    }

    /** As OpenSSL writes it: the curve in a block of its own, and once more inside the key. */
    private static String sec1(ECPrivateKey key) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject("EC PARAMETERS", SECObjectIdentifiers.secp256r1.getEncoded()));
            writer.writeObject(new PemObject("EC PRIVATE KEY",
                    new org.bouncycastle.asn1.sec.ECPrivateKey(256, key.getS(), SECObjectIdentifiers.secp256r1)
                            .getEncoded()));
        }
        return text.toString();
    }

    private static ServerCertificate open(Path certificate, Path key, Instant now) throws IOException {
        return ServerCertificate.open(new ListenerSettings.Tls.Files(certificate, key), () -> now);
    }

    private static void show(TlsMaterial material, Path certificate, Path key) throws IOException {
        PrivateKey secret = material.key();
        Files.writeString(certificate, PemFiles.text(material.chain()));
        Files.writeString(key, PemFiles.text(secret));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
