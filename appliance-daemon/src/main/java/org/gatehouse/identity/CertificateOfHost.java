package org.gatehouse.identity;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.util.ssl.SSLSocketVerifier;

/**
 * Whether a directory's certificate is for the host that was called: a name of its subject's alternative names, or an
 * address of them where an address was called (RFC 9525). An address never passes for a name that somebody's name server
 * gives it. Stateless.
 */
final class CertificateOfHost extends SSLSocketVerifier {
    private static final int DNS = 2;
    private static final int ADDRESS = 7;

    @Override
    public void verifySSLSocket(String host, int port, SSLSocket socket) throws LDAPException {
        try {
            if (socket.getSession().getPeerCertificates()[0] instanceof X509Certificate certificate
                    && names(certificate, host)) {
                return;
            }
        } catch (SSLPeerUnverifiedException | CertificateParsingException _) {
            // falls through to the same answer
        }
        throw new LDAPException(ResultCode.CONNECT_ERROR, "the certificate is not for " + host);
    }

    static boolean names(X509Certificate certificate, String host) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null) {
            return false;
        }
        boolean literal = host.contains(":") || host.matches("[0-9.]+");
        return names.stream().anyMatch(name -> literal
                ? name.get(0).equals(ADDRESS) && InetAddress.ofLiteral(host)
                        .equals(InetAddress.ofLiteral(String.valueOf(name.get(1))))
                : name.get(0).equals(DNS) && matches(String.valueOf(name.get(1)), host));
    }

    /** A star stands for one label, the first. */
    private static boolean matches(String pattern, String host) {
        String wanted = pattern.toLowerCase(Locale.ROOT);
        String given = host.toLowerCase(Locale.ROOT);
        int dot = given.indexOf('.');
        return wanted.equals(given)
                || wanted.startsWith("*.") && dot > 0 && wanted.substring(1).equals(given.substring(dot))
                        && wanted.indexOf('.', 2) > 0;
    }
}
