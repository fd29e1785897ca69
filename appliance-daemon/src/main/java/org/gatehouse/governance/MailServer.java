package org.gatehouse.governance;

import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** A mail server that takes alerts, and for whom; without its password. Immutable. */
public record MailServer(
        @About(value = "Its name or address.", min = 1, max = 253, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*|\\[?[0-9A-Fa-f:.]+\\]?") String host,
        @About(value = "Its port: 587 for starttls, 465 for tls, 25 for none are usual.", fallback = "587", min = 1, max = 65_535) int port,
        @About(value = "How the way there is protected.", fallback = "\"starttls\"") Security security,
        @About(value = "Who signs in; null for nobody. The password is the destination's secret.", min = 1, max = 320) @Nullable String user,
        @About(value = "The address that mail comes from.", max = 254, pattern = ADDRESS) String from,
        @About(value = "The addresses that it goes to.", min = 1, max = 50) List<String> recipients) {

    /**
     * The plain form of RFC 5321's mailbox that people have: no quotes, no comments, no display name, and nothing that would end a
     * header or an SMTP command.
     */
    static final String ADDRESS = "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?";
    private static final Pattern PLAIN = Pattern.compile(ADDRESS);

    /** How the way to a mail server is protected. */
    public enum Security {
        /** Plain first, then TLS before anything is said; without TLS nothing is sent (RFC 3207). */
        STARTTLS,
        /** TLS from the first byte (RFC 8314). */
        TLS,
        /** Not at all. */
        NONE
    }

    /** Copies the list and checks each address. */
    public MailServer {
        recipients = List.copyOf(recipients);
        for (String recipient : recipients) {
            if (recipient.length() > 254 || !PLAIN.matcher(recipient).matches()) {
                throw new IllegalArgumentException("recipients must hold plain addresses such as ops@example.com");
            }
        }
    }

    /** Whether a password given for the other would go to another place, or less protected, here. */
    boolean leadsElsewhereThan(MailServer other) {
        return !host.equalsIgnoreCase(other.host) || port != other.port || security != other.security;
    }
}
