package org.gatehouse.listen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * The certificate that a listener shows, and its replacement while it runs: new connections use the newest one, open ones keep theirs. A
 * replacement that cannot be used leaves the old one in place. Thread-safe.
 */
final class ServerCertificate {
    private static final System.Logger LOGGER = System.getLogger(ServerCertificate.class.getName());

    private final ListenerSettings.Tls settings;
    private final InstantSource clock;
    private final ReentrantLock loading = new ReentrantLock();
    private volatile Shown shown;
    /** What the files looked like when they were last read, successfully or not. */
    private List<Stamp> stamps;

    private ServerCertificate(ListenerSettings.Tls settings, InstantSource clock) throws IOException {
        this.settings = settings;
        this.clock = clock;
        this.stamps = stamps();
        this.shown = Shown.of(load());
    }

    /**
     * Reads, or for a self-signed one makes, the certificate.
     *
     * @throws IOException if it cannot be used; the message says why and what to do
     */
    static ServerCertificate open(ListenerSettings.Tls settings, InstantSource clock) throws IOException {
        return new ServerCertificate(settings, clock);
    }

    /** The context for the next connection; null if the listener does not speak TLS. */
    @Nullable
    SSLContext context() {
        return shown.context();
    }

    /** What is shown now; null if the listener does not speak TLS. */
    @Nullable
    TlsMaterial material() {
        return shown.material();
    }

    /**
     * Reads the certificate again.
     *
     * @throws IOException if it cannot be used; the one shown until now stays
     */
    void reload() throws IOException {
        loading.lock();
        try {
            stamps = stamps();
            shown = Shown.of(load());
            TlsMaterial material = shown.material();
            if (material != null) {
                LOGGER.log(System.Logger.Level.INFO,
                        "The listener shows the certificate " + material.fingerprint() + ", valid until "
                                + material.expires());
            }
        } finally {
            loading.unlock();
        }
    }

    /** Reads the certificate again if its files changed or it must be renewed; a failure is logged once per change. */
    void refresh() {
        loading.lock();
        try {
            boolean renewal = settings instanceof ListenerSettings.Tls.SelfSigned
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

    private @Nullable TlsMaterial load() throws IOException {
        return switch (settings) {
            case ListenerSettings.Tls.Off _ -> null;
            case ListenerSettings.Tls.SelfSigned own -> SelfSignedCertificate.obtain(own.directory(), clock.instant());
            case ListenerSettings.Tls.Files files -> new TlsMaterial(PemFiles.certificates(files.certificateChain()),
                    PemFiles.privateKey(files.privateKey()))
                    .checked(files.certificateChain() + " and " + files.privateKey(), clock.instant());
        };
    }

    private List<Stamp> stamps() {
        return switch (settings) {
            case ListenerSettings.Tls.Off _ -> List.of();
            case ListenerSettings.Tls.SelfSigned own -> List.of(Stamp.of(SelfSignedCertificate.file(own.directory())));
            case ListenerSettings.Tls.Files files ->
                List.of(Stamp.of(files.certificateChain()), Stamp.of(files.privateKey()));
        };
    }

    private record Shown(@Nullable TlsMaterial material, @Nullable SSLContext context) {
        static Shown of(@Nullable TlsMaterial material) throws IOException {
            return new Shown(material, material == null ? null : material.context());
        }
    }

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
