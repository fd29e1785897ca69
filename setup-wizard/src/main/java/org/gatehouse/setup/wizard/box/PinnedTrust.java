package org.gatehouse.setup.wizard.box;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.SSLContext;

/**
 * Trusts certificates by their SHA-256 fingerprint, whatever name they were asked by: a new box vouches for itself, and its console shows the
 * fingerprint. Without a fingerprint it trusts whom the machine trusts. Remembers what was shown last, for the message. Thread-safe.
 */
final class PinnedTrust {
    private final Set<String> pinned = ConcurrentHashMap.newKeySet();
    private volatile String shown = "";

    /** From now on a certificate with this fingerprint is trusted as well. */
    void pin(String fingerprint) {
        pinned.add(plain(fingerprint));
    }

    /** The fingerprint that was shown last; empty before the first connection. */
    String shown() {
        return shown;
    }

    SSLContext context() {
        try {
            return ServerTrust.context(this::isPinned, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without colons, spaces and a name in front, in lower case: people paste all of them. */
    static String plain(String fingerprint) {
        return fingerprint.toLowerCase(Locale.ROOT).replaceFirst("^sha-?256[:=]", "").replaceAll("[\\s:]", "");
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether it is a pinned one; a pinned one alone is trusted where there is any. */
    private boolean isPinned(X509Certificate[] chain) throws CertificateException {
        shown = fingerprint(chain[0]);
        if (pinned.isEmpty()) {
            return false;
        }
        if (!pinned.contains(shown)) {
            throw new CertificateException("the certificate is not the one with the pinned fingerprint");
        }
        return true;
    }
}
