package org.gatehouse.alerts;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLException;

import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.MailServer;

/**
 * Says what went wrong with mail, in words that lead to a remedy, and whether trying again may help: an answer that begins with 4
 * passes, one that begins with 5 lasts (RFC 5321 4.2.1), and a network mends itself.
 */
record MailTrouble(String destination, MailServer server) {
    private static final int LONGEST_ANSWER = 200;

    /** An answer of a server, on one short line. */
    static String line(@Nullable String answer) {
        String line = MailMessage.oneLine(answer == null ? "" : answer);
        return line.length() <= LONGEST_ANSWER ? line : line.substring(0, LONGEST_ANSWER) + "…";
    }

    private String place() {
        return "The mail server " + server.host() + ":" + server.port() + " of the alert destination " + destination;
    }

    private Delivery.Failed passing(String what) {
        return new Delivery.Failed(place() + " " + what, true);
    }

    private Delivery.Failed lasting(String what) {
        return new Delivery.Failed(place() + " " + what, false);
    }

    Delivery late(Duration whole) {
        return passing("did not take the message within " + whole.toSeconds() + " seconds. Check that it is well.");
    }

    Delivery brokenOff() {
        return passing("was not told: the box stops.");
    }

    /** What the failure of an attempt comes to. */
    Delivery of(@Nullable Throwable failure) {
        return switch (failure) {
            case AuthenticationFailedException e -> signIn(e);
            case SMTPSenderFailedException e -> answered(e.getReturnCode(),
                    "refuses the sender " + server.from() + " (" + line(e.getMessage()) + "). Let it send as that, or"
                            + " correct mail.from.");
            case SMTPSendFailedException e when e.getNextException() instanceof SMTPAddressFailedException ->
                recipients(e);
            case SMTPSendFailedException e -> answered(e.getReturnCode(),
                    "refused the message (" + line(e.getMessage()) + "). Ask whoever runs it.");
            case jakarta.mail.SendFailedException e -> recipients(e);
            case MessagingException e -> messaging(e);
            case IOException e -> network(e);
            case IllegalArgumentException e -> lasting("can't be used: " + line(e.getMessage())
                    + " Correct trustedCertificates.");
            case null, default -> throw new IllegalStateException("mail failed in a way nobody thought of", failure);
        };
    }

    private Delivery answered(int code, String what) {
        return code >= 500 ? lasting(what) : passing(what);
    }

    private Delivery signIn(AuthenticationFailedException e) {
        String said = line(e.getMessage());
        return said.startsWith("4")
                ? passing("can't check the password now (" + said + ").")
                // Not again and again: accounts are locked for that.
                : lasting("does not let " + server.user() + " in (" + said + "). Correct mail.user and the secret.");
    }

    private Delivery recipients(jakarta.mail.SendFailedException e) {
        List<String> refused = new ArrayList<>();
        boolean passing = true;
        for (Exception each = e; each instanceof MessagingException one; each = one.getNextException()) {
            if (one instanceof SMTPAddressFailedException address) {
                refused.add(address.getAddress() + " (" + line(address.getMessage()) + ")");
                passing &= address.getReturnCode() < 500;
            }
        }
        if (refused.isEmpty()) {
            return passing("did not take the message (" + line(e.getMessage()) + "). Ask whoever runs it.");
        }
        Address[] sent = e.getValidSentAddresses();
        boolean some = sent != null && sent.length > 0;
        String what = (some ? "took the message for some, and refuses " : "refuses ") + String.join(", ", refused)
                + ". Correct mail.recipients.";
        // Those who have it shall not get it again.
        return passing && !some ? passing(what) : lasting(what);
    }

    private Delivery messaging(MessagingException e) {
        if (String.valueOf(e.getMessage()).contains("STARTTLS is required")) {
            return passing(
                    "offers no STARTTLS, so nothing was sent. Choose tls if its port speaks TLS from the start.");
        }
        return e.getNextException() instanceof IOException cause
                ? network(cause)
                : passing("answers oddly (" + line(e.getMessage()) + "). Check that it is a mail server that takes mail"
                        + " from this box.");
    }

    private Delivery network(IOException e) {
        return switch (e) {
            case Mail.NotAllowedException _ -> lasting("is at the private address " + e.getMessage()
                    + ". Set privateAddressesAllowed if that is meant.");
            case UnknownHostException _ -> passing("has no address. Check mail.host and the name servers.");
            case SSLException _ -> passing("is not trusted, or speaks no TLS there (" + line(e.getMessage())
                    + "). Check mail.host and mail.security, or add its CA to trustedCertificates.");
            case SocketTimeoutException _ -> passing("does not answer in time. Check its port, and that the network"
                    + " lets the box reach it.");
            case ConnectException _ -> passing("was not reached (" + line(e.getMessage())
                    + "). Check host and port, and that it runs.");
            default -> passing("broke off (" + line(e.getMessage()) + ").");
        };
    }
}
