package org.gatehouse.setup;

import java.io.IOException;

import org.gatehouse.acme.AcmeSource;
import org.gatehouse.listen.CertificateKeeper;

/**
 * The certificate of the box's main port; supplied by the daemon, which knows the port.
 *
 * @param keeper of the files
 * @param use how the files are used
 * @param renewal has the listeners read the files again, where they use them
 * @param acme the authority that gives one over the network, if any
 */
public record Certificates(CertificateKeeper keeper, Use use, Renewal renewal, AcmeSource acme) {

    /** How the main port uses the files that are kept. */
    public enum Use {
        /** It shows what they hold. */
        SHOWN,
        /** It speaks plain HTTP, and will show them when that ends. */
        PLAIN,
        /** It shows other files, which the box's settings name. */
        ELSEWHERE
    }

    /** Has the listeners read the files again. */
    @FunctionalInterface
    public interface Renewal {

        /** Returns when new connections get what the files hold now; throws when that can't be. */
        void renew() throws IOException;
    }
}
