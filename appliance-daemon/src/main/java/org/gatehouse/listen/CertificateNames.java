package org.gatehouse.listen;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import org.bouncycastle.asn1.x509.GeneralName;

/** The names and addresses that a certificate is for. Stateless. */
final class CertificateNames {
    private static final int DNS = 2;
    private static final int ADDRESS = 7;

    private CertificateNames() {}

    /** Those of a certificate, as people write them. */
    static List<String> of(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            for (List<?> name : all == null ? List.<List<?>>of() : all) {
                if (name.get(0) instanceof Integer kind && (kind == DNS || kind == ADDRESS)) {
                    names.add(String.valueOf(name.get(1)));
                }
            }
        } catch (CertificateParsingException _) {
            // It is for nobody whom we can read.
        }
        return names;
    }

    /** As a certificate has them; a name that is there twice stands there once. */
    static List<GeneralName> general(List<String> names) {
        return names.stream().distinct().map(name -> new GeneralName(
                isAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name)).toList();
    }

    /** Whether a certificate for those names is good for this one (RFC 6125 6.4.3: a star stands for one label). */
    static boolean cover(List<String> names, String wanted) {
        return names.stream().anyMatch(name -> covers(name, wanted));
    }

    private static boolean covers(String name, String wanted) {
        if (isAddress(wanted)) {
            return isAddress(name) && InetAddress.ofLiteral(name).equals(InetAddress.ofLiteral(wanted));
        }
        String plain = wanted.toLowerCase(Locale.ROOT);
        String known = name.toLowerCase(Locale.ROOT);
        int dot = plain.indexOf('.');
        return known.equals(plain)
                || known.startsWith("*.") && dot > 0 && plain.substring(dot).equals(known.substring(1));
    }

    static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
