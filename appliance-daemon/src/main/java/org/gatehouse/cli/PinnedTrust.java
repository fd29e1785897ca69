package org.gatehouse.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Set;

import javax.net.ssl.SSLContext;

import org.gatehouse.setup.wizard.box.ServerTrust;

/**
 * Trusts the very certificates of a file, whatever name they were asked by, and what these have signed, if the name fits.
 * A box makes its own certificate at its first start, so there is nobody else to vouch for it.
 */
final class PinnedTrust {
    private PinnedTrust() {}

    /** A TLS context that trusts a PEM file. */
    static SSLContext context(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(in);
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("pinned-" + number++, certificate);
            }
            if (number == 0) {
                throw new CommandFailed(pem + " holds no certificate; give a PEM file with --cacert.");
            }
            Set<Certificate> pinned = Set.copyOf(certificates);
            return ServerTrust.context(chain -> isPinned(pinned, chain[0]), store);
        } catch (IOException | GeneralSecurityException e) {
            throw new CommandFailed("The certificate file " + pem + " can't be read: " + e.getMessage()
                    + ". Give a PEM file with --cacert.", e);
        }
    }

    private static boolean isPinned(Set<Certificate> pinned, X509Certificate shown) throws CertificateException {
        if (!pinned.contains(shown)) {
            return false;
        }
        shown.checkValidity();
        return true;
    }
}
