package org.gatehouse.listen;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The certificates in a directory of the box's: the one that it made itself, and the one that an admin gave in its place
 * ({@code given.pem}, chain and key in one file, mode 0600). Listeners find a change within seconds. Thread-safe.
 */
public final class CertificateKeeper {
    /** A CA and its intermediates are rarely more than four. */
    private static final int MOST_IN_CHAIN = 20;

    private final Path directory;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** Keeps them there. */
    public CertificateKeeper(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** The file that an admin's certificate lies in. */
    static Path given(Path directory) {
        return directory.resolve("given.pem");
    }

    private Path requestKey() {
        return directory.resolve("request-key.pem");
    }

    /**
     * A certificate as people tell it from others.
     *
     * @param given whether an admin gave it; the box made it otherwise
     */
    public record Kept(String fingerprint, List<String> names, Instant expiresAt, boolean given) {}

    /** The one that is kept; empty when there is none yet. */
    public Optional<Kept> kept() {
        Path own = SelfSignedCertificate.file(directory);
        boolean given = Files.exists(given(directory));
        try {
            return given || Files.exists(own)
                    ? Optional.of(told(PemFiles.certificates(given ? given(directory) : own), given))
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty(); // The listener tells what is wrong with it.
        }
    }

    private static Kept told(List<X509Certificate> chain, boolean given) {
        X509Certificate leaf = chain.getFirst();
        return new Kept(TlsMaterial.fingerprint(leaf), CertificateNames.of(leaf), leaf.getNotAfter().toInstant(),
                given);
    }

    /** What is wrong with a certificate that somebody wants to give; empty when it will do. */
    public Optional<String> objection(String chainPem, @Nullable String keyPem, List<String> names) {
        try {
            return objection(material(chainPem, keyPem), names);
        } catch (IOException e) {
            return Optional.of(e.getMessage() + ".");
        }
    }

    /** The same of a certificate that the box was given with the key that it had made. */
    public Optional<String> objection(List<X509Certificate> chain, PrivateKey key, List<String> names) {
        try {
            return objection(new TlsMaterial(chain, key).checked("what was given"), names);
        } catch (IOException e) {
            return Optional.of(e.getMessage() + ".");
        }
    }

    private Optional<String> objection(TlsMaterial material, List<String> names) throws IOException {
        material.context(List.of());
        if (material.chain().size() > MOST_IN_CHAIN) {
            return Optional.of("The chain has more than " + MOST_IN_CHAIN + " certificates. Leave out the rest.");
        }
        if (material.expiredBy(clock.instant())) {
            return Optional.of("The certificate expired at " + material.expires() + ". Give a valid one.");
        }
        List<String> known = CertificateNames.of(material.chain().getFirst());
        List<String> missing = names.stream().filter(name -> !CertificateNames.cover(known, name)).toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("The certificate is not for " + String.join(", ", missing) + "; it is for "
                        + String.join(", ", known) + ". Give one with these names, or correct the names.");
    }

    private TlsMaterial material(String chainPem, @Nullable String keyPem) throws IOException {
        List<X509Certificate> chain = PemFiles.certificates(chainPem, "the certificate given");
        if (keyPem != null) {
            return new TlsMaterial(chain, PemFiles.privateKey(keyPem, "the private key given"))
                    .checked("what was given");
        }
        if (!Files.exists(requestKey())) {
            Path given = given(directory);
            if (Files.exists(given) && PemFiles.certificates(given).getFirst().equals(chain.getFirst())) {
                return new TlsMaterial(chain, PemFiles.privateKey(given));
            }
            throw new IOException("The private key is missing, and there is no request whose key the box has: give the"
                    + " key, too, or make a request first");
        }
        return new TlsMaterial(chain, PemFiles.privateKey(requestKey())).checked("the last request of this box");
    }

    /**
     * Takes a certificate that was not objected to.
     *
     * @return whether another one was kept before
     */
    public boolean give(String chainPem, @Nullable String keyPem) throws IOException {
        lock.lock();
        try {
            return keep(material(chainPem, keyPem));
        } finally {
            lock.unlock();
        }
    }

    /** The same of a certificate with the key that the box had made for it. */
    public boolean give(List<X509Certificate> chain, PrivateKey key) throws IOException {
        lock.lock();
        try {
            return keep(new TlsMaterial(chain, key).checked("what was given"));
        } finally {
            lock.unlock();
        }
    }

    private boolean keep(TlsMaterial material) throws IOException {
        boolean changed = kept().filter(now -> now.given() && now.fingerprint().equals(material.fingerprint()))
                .isEmpty();
        Files.createDirectories(directory);
        String chain = PemFiles.text(material.chain());
        write(given(directory), chain + PemFiles.text(material.key()), "rw-------");
        write(directory.resolve("certificate.pem"), chain, "rw-r--r--");
        Files.deleteIfExists(requestKey());
        return changed;
    }

    /**
     * Goes back to a certificate of the box's own, for these names besides its usual ones.
     *
     * @return whether another one was kept before
     */
    public boolean makeOwn(List<String> names) throws IOException {
        lock.lock();
        try {
            boolean there = kept().filter(now -> !now.given()
                    && names.stream().allMatch(name -> CertificateNames.cover(now.names(), name))).isPresent();
            if (!there) {
                Files.createDirectories(directory);
                SelfSignedCertificate.remake(directory, clock.instant(), names);
                Files.deleteIfExists(given(directory));
            }
            return !there;
        } finally {
            lock.unlock();
        }
    }

    /** A request for a certificate with these names, as PEM; its key stays here. Asked again, the key is the same. */
    public String request(List<String> names) throws IOException {
        lock.lock();
        try {
            Files.createDirectories(directory);
            KeyPair pair = pair();
            X500NameBuilder subject = new X500NameBuilder().addRDN(BCStyle.CN, names.getFirst());
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(Extension.subjectAlternativeName, false,
                    new GeneralNames(CertificateNames.general(names).toArray(GeneralName[]::new)));
            PKCS10CertificationRequest request = new JcaPKCS10CertificationRequestBuilder(subject.build(),
                    pair.getPublic())
                    .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
            StringWriter text = new StringWriter();
            try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
                writer.writeObject(request);
            }
            return text.toString();
        } catch (OperatorCreationException e) {
            throw new IOException("The JVM cannot make a request for a certificate (EC P-256, SHA-256)", e);
        } finally {
            lock.unlock();
        }
    }

    /** The key of the last request with its public half, which the file holds as a certificate of its own. */
    private KeyPair pair() throws IOException {
        if (Files.exists(requestKey())) {
            PrivateKey key = PemFiles.privateKey(requestKey());
            PublicKey known = PemFiles.publicKey(requestKey());
            return new KeyPair(known, key);
        }
        KeyPair pair = FreshKey.make();
        write(requestKey(), PemFiles.text(pair.getPrivate()) + PemFiles.text(pair.getPublic()), "rw-------");
        return pair;
    }

    private static void write(Path file, String text, String mode) throws IOException {
        Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "new-", ".pem",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                // A power cut must not put an empty file in the place of the one before.
                out.force(true);
            }
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(mode));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
