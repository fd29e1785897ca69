package org.gatehouse.setup.wizard.box;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

import org.jspecify.annotations.Nullable;

/**
 * Trusts servers that were pinned, whatever name they were asked by, and those for whom an authority vouches, if the name fits. A box makes
 * its own certificate at its first start, so there is nobody else to vouch for it. For clients only. As thread-safe as its pins.
 */
public final class ServerTrust extends X509ExtendedTrustManager {
    private final Pins pins;
    private final X509ExtendedTrustManager authorities;

    /** Tells which servers need nobody to vouch for them. */
    @FunctionalInterface
    public interface Pins {
        /**
         * Whether the server is trusted without any authority; where it is not, authorities are asked.
         *
         * @param chain what the server shows, its own certificate first; never empty
         * @throws CertificateException if it must not be trusted whoever vouches for it
         */
        boolean vouchFor(X509Certificate[] chain) throws CertificateException;
    }

    private ServerTrust(Pins pins, X509ExtendedTrustManager authorities) {
        this.pins = pins;
        this.authorities = authorities;
    }

    /**
     * A TLS context for a client.
     *
     * @param authorities who may vouch for others; {@code null} for whom the machine trusts
     * @throws GeneralSecurityException if the authorities cannot be used
     */
    public static SSLContext context(Pins pins, @Nullable KeyStore authorities) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(authorities);
        X509ExtendedTrustManager usual = Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance).map(X509ExtendedTrustManager.class::cast)
                .findFirst().orElseThrow();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[]{new ServerTrust(pins, usual)}, null);
        return context;
    }

    private boolean isPinned(X509Certificate[] chain) throws CertificateException {
        return chain.length > 0 && pins.vouchFor(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        if (!isPinned(chain)) {
            authorities.checkServerTrusted(chain, authType, engine);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        if (!isPinned(chain)) {
            authorities.checkServerTrusted(chain, authType, socket);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        if (!isPinned(chain)) {
            authorities.checkServerTrusted(chain, authType);
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
        return authorities.getAcceptedIssuers();
    }
}
