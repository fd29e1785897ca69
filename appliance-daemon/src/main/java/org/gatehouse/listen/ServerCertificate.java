package org.gatehouse.listen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * The certificate that a listener shows, and its replacement while it runs: new connections use the newest one, open ones keep theirs. A
 * replacement that cannot be used leaves the old one in place. One that has expired is shown nevertheless when there is no better one: a box that
 * does not start cannot be reached by anybody, one with an expired certificate by everybody who decides to trust it. Thread-safe.
 */
final class ServerCertificate {
    private static final System.Logger LOGGER = System.getLogger(ServerCertificate.class.getName());

    private static final Duration REMIND_BEFORE_END = Duration.ofDays(14);
    private static final Duration REMIND_EVERY = Duration.ofDays(1);

    private final ListenerSettings.Tls settings;
    private final @Nullable Path clientAuthority;
    private final InstantSource clock;
    private final ReentrantLock loading = new ReentrantLock();
    private volatile Shown shown;
    /** What the files looked like when they were last read, successfully or not. */
    private List<Stamp> stamps;
    private Instant remindFrom = Instant.MIN;

    private ServerCertificate(ListenerSettings.Tls settings, @Nullable Path clientAuthority, InstantSource clock)
            throws IOException {
        this.settings = settings;
        this.clientAuthority = clientAuthority;
        this.clock = clock;
        this.stamps = stamps();
        this.shown = shown(load());
    }

    /**
     * Reads, or for a self-signed one makes, the certificate. One that has expired is shown, and complained of.
     *
     * @throws IOException if it cannot be used; the message says why and what to do
     */
    static ServerCertificate open(ListenerSettings.Tls settings, InstantSource clock) throws IOException {
        return open(settings, null, clock);
    }

    /**
     * The same for a listener that asks clients for certificates.
     *
     * @param clientAuthority PEM file with the authorities whose certificates count; null: nobody is asked
     * @throws IOException likewise, and if that file cannot be used
     */
    static ServerCertificate open(ListenerSettings.Tls settings, @Nullable Path clientAuthority, InstantSource clock)
            throws IOException {
        ServerCertificate certificate = new ServerCertificate(settings, clientAuthority, clock);
        certificate.remind();
        return certificate;
    }

    /** The context for the next connection; null if the listener does not speak TLS. */
    @Nullable
    SSLContext context() {
        ServerTls tls = shown.tls();
        return tls == null ? null : tls.context();
    }

    /** How the next connection speaks TLS; null if the listener does not. */
    @Nullable
    ServerTls tls() {
        return shown.tls();
    }

    /** What is shown now; null if the listener does not speak TLS. */
    @Nullable
    TlsMaterial material() {
        return shown.material();
    }

    /**
     * Reads the certificate again.
     *
     * @throws IOException if it cannot be used, or has expired while the one shown until now has not; that one stays
     */
    void reload() throws IOException {
        loading.lock();
        try {
            stamps = stamps();
            Instant now = clock.instant();
            TlsMaterial material = load();
            TlsMaterial old = shown.material();
            if (material != null && material.expiredBy(now) && old != null && !old.expiredBy(now)) {
                throw new IOException("The new certificate expired at " + material.expires()
                        + ": replace it with a valid one");
            }
            shown = shown(material);
            remindFrom = Instant.MIN;
            if (material != null) {
                LOGGER.log(System.Logger.Level.INFO,
                        "The listener shows the certificate " + material.fingerprint() + ", valid until "
                                + material.expires());
            }
        } finally {
            loading.unlock();
        }
    }

    /**
     * Reads the certificate again if its files changed or it must be renewed; a failure is logged once per change, and once a day that the
     * certificate ends soon or has ended.
     */
    void refresh() {
        loading.lock();
        try {
            remind();
            boolean renewal = settings instanceof ListenerSettings.Tls.SelfSigned own
                    && !Files.exists(CertificateKeeper.given(own.directory()))
                    && SelfSignedCertificate.ends(shown.material(), clock.instant());
            if (renewal || !stamps.equals(stamps())) {
                reload();
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.ERROR,
                    "The changed certificate is not used, the old one stays: " + e.getMessage(), e);
        } finally {
            loading.unlock();
        }
    }

    private void remind() {
        TlsMaterial material = shown.material();
        Instant now = clock.instant();
        if (material == null || now.isBefore(remindFrom) || now.isBefore(material.expires().minus(REMIND_BEFORE_END))) {
            return;
        }
        remindFrom = now.plus(REMIND_EVERY);
        if (material.expiredBy(now)) {
            LOGGER.log(System.Logger.Level.ERROR,
                    "The listener's certificate " + material.fingerprint() + " expired at "
                            + material.expires()
                            + " and is shown nevertheless; clients refuse it. Replace its files: they are"
                            + " read again without a restart");
        } else {
            LOGGER.log(System.Logger.Level.WARNING,
                    "The listener's certificate " + material.fingerprint() + " expires at "
                            + material.expires() + ". Replace its files: they are read again without a restart");
        }
    }

    private @Nullable TlsMaterial load() throws IOException {
        return switch (settings) {
            case ListenerSettings.Tls.Off _ -> null;
            case ListenerSettings.Tls.SelfSigned own -> {
                Path given = CertificateKeeper.given(own.directory());
                yield Files.exists(given)
                        ? new TlsMaterial(PemFiles.certificates(given), PemFiles.privateKey(given))
                                .checked(given.toString())
                        : SelfSignedCertificate.obtain(own.directory(), clock.instant());
            }
            case ListenerSettings.Tls.Files files -> new TlsMaterial(PemFiles.certificates(files.certificateChain()),
                    PemFiles.privateKey(files.privateKey()))
                    .checked(files.certificateChain() + " and " + files.privateKey());
        };
    }

    private List<Stamp> stamps() {
        List<Stamp> all = new ArrayList<>(ownStamps());
        if (clientAuthority != null) {
            all.add(Stamp.of(clientAuthority));
        }
        return all;
    }

    private List<Stamp> ownStamps() {
        return switch (settings) {
            case ListenerSettings.Tls.Off _ -> List.of();
            case ListenerSettings.Tls.SelfSigned own -> List.of(Stamp.of(SelfSignedCertificate.file(own.directory())),
                    Stamp.of(CertificateKeeper.given(own.directory())));
            case ListenerSettings.Tls.Files files ->
                List.of(Stamp.of(files.certificateChain()), Stamp.of(files.privateKey()));
        };
    }

    private Shown shown(@Nullable TlsMaterial material) throws IOException {
        if (material == null) {
            return new Shown(null, null);
        }
        List<X509Certificate> authorities = clientAuthority == null
                ? List.of()
                : PemFiles.certificates(clientAuthority);
        return new Shown(material, new ServerTls(material.context(authorities), !authorities.isEmpty()));
    }

    private record Shown(@Nullable TlsMaterial material, @Nullable ServerTls tls) {}

    /** What changes when a file is written or replaced, also through a symbolic link to another one. */
    private record Stamp(long modified, long size, String identity) {
        static Stamp of(Path file) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(attributes.lastModifiedTime().toMillis(), attributes.size(),
                        String.valueOf(attributes.fileKey()));
            } catch (IOException e) {
                return new Stamp(0, 0, "absent");
            }
        }
    }
}
