package org.gatehouse.listen;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that a box makes for itself until its owner gives it a better one: EC P-256, for every name and address of the box, in one file
 * with its key ({@code self-signed.pem}, mode 0600), so that the two can never be of different ages. {@code certificate.pem} beside it is for
 * people who want to trust it. Kept over restarts and renewed a month before it ends.
 */
final class SelfSignedCertificate {
    /** Longer-lived server certificates are refused by Apple's systems, even if trusted by hand. */
    private static final Duration VALIDITY = Duration.ofDays(825);
    /** Clients whose clocks are behind must not find it "not yet valid". */
    private static final Duration CLOCK_SKEW = Duration.ofDays(1);
    private static final Duration RENEW_BEFORE_END = Duration.ofDays(30);

    private SelfSignedCertificate() {}

    /** Where the certificate and its key are kept. */
    static Path file(Path directory) {
        return directory.resolve("self-signed.pem");
    }

    /**
     * Reads the certificate, or makes one if there is none, it is damaged or near its end.
     *
     * @throws IOException if the directory cannot be written or the file in it not be read for want of rights
     */
    static TlsMaterial obtain(Path directory, Instant now) throws IOException {
        Path file = file(directory);
        // A renewed one is for the same names.
        List<String> kept = new ArrayList<>();
        if (Files.exists(file)) {
            try {
                TlsMaterial old = new TlsMaterial(PemFiles.certificates(file), PemFiles.privateKey(file))
                        .checked(file.toString());
                if (!ends(old, now)) {
                    return old;
                }
                kept.addAll(CertificateNames.of(old.chain().getFirst()));
            } catch (IOException e) {
                if (!Files.isReadable(file)) {
                    throw e;
                }
            }
        }
        return remake(directory, now, List.copyOf(kept));
    }

    /** Whether a certificate is to be renewed: less than a month is left. */
    static boolean ends(@Nullable TlsMaterial material, Instant now) {
        return material != null && !now.isBefore(material.expires().minus(RENEW_BEFORE_END));
    }

    /**
     * Makes another one, and keeps it in the place of the one before.
     *
     * @param more names and addresses that it is for besides the box's own
     */
    static TlsMaterial remake(Path directory, Instant now, List<String> more) throws IOException {
        TlsMaterial made = make(now, more);
        store(directory, made);
        return made;
    }

    private static TlsMaterial make(Instant now, List<String> more) throws IOException {
        try {
            KeyPair pair = FreshKey.make();
            X500NameBuilder name = new X500NameBuilder().addRDN(BCStyle.CN, hostName()).addRDN(BCStyle.O,
                    "Gatehouse (self-signed)");
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(name.build(),
                    new BigInteger(127, new SecureRandom()),
                    Date.from(now.minus(CLOCK_SKEW)), Date.from(now.plus(VALIDITY)), name.build(), pair.getPublic());
            builder.addExtension(Extension.subjectAlternativeName, false, names(more));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            X509Certificate certificate = new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
            return new TlsMaterial(List.of(certificate), pair.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException(
                    "The JVM cannot make a self-signed certificate (EC P-256, SHA-256): use a standard JDK 25 or give certificate files",
                    e);
        }
    }

    private static void store(Path directory, TlsMaterial material) throws IOException {
        try {
            Files.createDirectories(directory);
            write(file(directory), PemFiles.text(material.chain()) + PemFiles.text(material.key()), "rw-------");
            write(directory.resolve("certificate.pem"), PemFiles.text(material.chain()), "rw-r--r--");
        } catch (IOException e) {
            throw new IOException(
                    "The self-signed certificate cannot be stored in " + directory
                            + ": make it a directory that the daemon can write to",
                    e);
        }
    }

    private static void write(Path file, String text, String mode) throws IOException {
        Path fresh = Files.createTempFile(file.getParent(), "new-", ".pem",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        try {
            Files.writeString(fresh, text);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(mode));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static GeneralNames names(List<String> more) throws IOException {
        Set<GeneralName> names = new LinkedHashSet<>();
        names.addAll(CertificateNames.general(more));
        names.add(new GeneralName(GeneralName.dNSName, "localhost"));
        names.add(new GeneralName(GeneralName.dNSName, hostName()));
        names.add(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
        names.add(new GeneralName(GeneralName.iPAddress, "::1"));
        for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
            List<InetAddress> addresses = new ArrayList<>(card.inetAddresses().toList());
            addresses.removeIf(a -> a.isLoopbackAddress() || a.isLinkLocalAddress());
            for (InetAddress address : addresses) {
                names.add(new GeneralName(GeneralName.iPAddress, address.getHostAddress().replaceFirst("%.*", "")));
            }
        }
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    /** From the kernel: asking InetAddress for it may ask the DNS. */
    private static String hostName() {
        try {
            String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
            return name.matches("[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?") ? name : "localhost";
        } catch (IOException e) {
            return "localhost";
        }
    }
}
