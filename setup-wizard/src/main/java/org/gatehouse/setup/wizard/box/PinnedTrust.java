package org.gatehouse.setup.wizard.box;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

import org.jspecify.annotations.Nullable;

/**
 * Trusts certificates by their SHA-256 fingerprint, whatever name they were asked by: a new box vouches for itself, and its console shows the
 * fingerprint. Without a fingerprint it trusts whom the machine trusts. Remembers what was shown last, for the message. Thread-safe.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
    private final Set<String> pinned = ConcurrentHashMap.newKeySet();
    private final X509ExtendedTrustManager usual;
    private volatile String shown = "";

    PinnedTrust() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init((KeyStore) null);
            this.usual = Arrays.stream(factory.getTrustManagers()).filter(X509ExtendedTrustManager.class::isInstance)
                    .map(X509ExtendedTrustManager.class::cast).findFirst().orElseThrow();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

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
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[]{this}, null);
            return context;
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
        if (chain.length == 0) {
            return false;
        }
        shown = fingerprint(chain[0]);
        if (pinned.isEmpty()) {
            return false;
        }
        if (!pinned.contains(shown)) {
            throw new CertificateException("the certificate is not the one with the pinned fingerprint");
        }
        return true;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        if (!isPinned(chain)) {
            usual.checkServerTrusted(chain, authType, engine);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        if (!isPinned(chain)) {
            usual.checkServerTrusted(chain, authType, socket);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        if (!isPinned(chain)) {
            usual.checkServerTrusted(chain, authType);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return usual.getAcceptedIssuers();
    }
}
