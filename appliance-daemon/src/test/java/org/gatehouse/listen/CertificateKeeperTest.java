package org.gatehouse.listen;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;

import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class CertificateKeeperTest {
    private static final Instant NOW = Instant.now();
    private static final String NAME = "gatehouse.example.com";
    @TempDir
    Path directory;
    private CertificateKeeper keeper;
    private KeyPair authority;

    @BeforeEach
    void make() throws Exception {
        keeper = new CertificateKeeper(directory.resolve("tls"), InstantSource.fixed(NOW));
        authority = pair();
    }

    private static KeyPair pair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private String issued(java.security.PublicKey key, Instant end) throws Exception {
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(new X500Name("CN=Authority"),
                java.math.BigInteger.valueOf(end.toEpochMilli()), Date.from(NOW.minus(Duration.ofDays(30))),
                Date.from(end), new X500Name("CN=" + NAME), key);
        builder.addExtension(Extension.subjectAlternativeName, false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, "*.example.com")));
        return PemFiles.text(List.of(new JcaX509CertificateConverter().getCertificate(
                builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate())))));
    }

    @Test
    void givenCertificateIsKeptWithItsKeyForItsOwnerAlone() throws Exception {
        KeyPair own = pair();
        String chain = issued(own.getPublic(), NOW.plus(Duration.ofDays(90)));
        String key = PemFiles.text(own.getPrivate());
        assertThat(keeper.objection(chain, key, List.of(NAME))).isEmpty();
        assertThat(keeper.give(chain, key)).isTrue();
        assertThat(keeper.give(chain, key)).isFalse();
        assertThat(keeper.kept().orElseThrow().given()).isTrue();
        Path file = CertificateKeeper.given(directory.resolve("tls"));
        assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
        ServerCertificate shown = ServerCertificate.open(
                new ListenerSettings.Tls.SelfSigned(directory.resolve("tls")), InstantSource.fixed(NOW));
        assertThat(shown.material()).isNotNull().extracting(TlsMaterial::fingerprint)
                .isEqualTo(keeper.kept().orElseThrow().fingerprint());

        assertThat(keeper.makeOwn(List.of(NAME))).isTrue();
        assertThat(file).doesNotExist();
        assertThat(keeper.kept().orElseThrow().names()).contains(NAME);
    }

    @Test
    void whatIsWrongWithACertificateIsSaid() throws Exception {
        KeyPair own = pair();
        String key = PemFiles.text(own.getPrivate());
        String good = issued(own.getPublic(), NOW.plus(Duration.ofDays(90)));
        assertThat(keeper.objection("nonsense", key, List.of()).orElseThrow()).contains("no certificate");
        assertThat(keeper.objection(good, PemFiles.text(pair().getPrivate()), List.of()).orElseThrow())
                .contains("does not belong");
        assertThat(keeper.objection(good, null, List.of()).orElseThrow()).contains("private key is missing");
        assertThat(keeper.objection(good, key, List.of("other.example.org")).orElseThrow())
                .contains("not for other.example.org");
        assertThat(keeper.objection(issued(own.getPublic(), NOW.minus(Duration.ofDays(1))), key, List.of())
                .orElseThrow()).contains("expired");
        assertThat(directory.resolve("tls")).doesNotExist();
    }

    @Test
    void requestIsAnsweredByACertificateAlone() throws Exception {
        String request = keeper.request(List.of(NAME, "192.0.2.7"));
        assertThat(publicKey(keeper.request(List.of(NAME)))).as("the same key").isEqualTo(publicKey(request));
        String chain = issued(publicKey(request), NOW.plus(Duration.ofDays(90)));
        assertThat(keeper.objection(chain, null, List.of(NAME))).isEmpty();
        assertThat(keeper.give(chain, null)).isTrue();
        assertThat(keeper.objection(chain, null, List.of(NAME))).as("the same again").isEmpty();
        assertThat(keeper.give(chain, null)).isFalse();
    }

    private static java.security.PublicKey publicKey(String pem) throws Exception {
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            return new JcaPKCS10CertificationRequest((PKCS10CertificationRequest) parser.readObject())
                    .getPublicKey();
        } catch (IOException e) {
            throw new AssertionError(pem, e);
        }
    }

    @Test
    void starStandsForOneLabel() {
        assertThat(CertificateNames.cover(List.of("*.example.com"), "a.example.com")).isTrue();
        assertThat(CertificateNames.cover(List.of("*.example.com"), "a.b.example.com")).isFalse();
        assertThat(CertificateNames.cover(List.of("*.example.com"), "example.com")).isFalse();
        assertThat(CertificateNames.cover(List.of("2001:db8:0:0::7"), "2001:db8::7")).isTrue();
    }
}
