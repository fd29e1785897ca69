package org.gatehouse.alerts;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ssl.SSLContext;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** A mail server on loopback that keeps what it takes. Speaks SMTP as servers do: sign-in, STARTTLS, refusals. */
public final class TestMailServer implements AutoCloseable {
    /** Who may sign in where signing in is wanted. */
    public static final String USER = "box";
    /** With what. */
    public static final String PASSWORD = "pass word of the box";

    private final SMTPServer server;
    private final List<Taken> taken = new CopyOnWriteArrayList<>();
    private final Set<String> refused;

    /** A message, and for whom. */
    public record Taken(MimeMessage message, List<String> recipients) {}

    private TestMailServer(SMTPServer.Builder builder, Set<String> refused, int port) {
        this.refused = refused;
        this.server = builder.bindAddress(InetAddress.getLoopbackAddress()).port(port)
                .messageHandlerFactory(_ -> new Handler()).build();
        server.start();
    }

    /** One that wants nothing of anybody; at a port of its own with 0. */
    public static TestMailServer open(int port) {
        return new TestMailServer(new SMTPServer.Builder(), Set.of(), port);
    }

    /** One that refuses these recipients for good. */
    static TestMailServer refusing(String... recipients) {
        return new TestMailServer(new SMTPServer.Builder(), Set.of(recipients), 0);
    }

    /** One that takes mail only after STARTTLS from who signed in. */
    public static TestMailServer startTls(SSLContext tls) {
        return new TestMailServer(
                signingIn(new SMTPServer.Builder().enableTLS().requireTLS().startTlsSocketFactory(tls)),
                Set.of(), 0);
    }

    /** One that speaks TLS from the first byte. */
    static TestMailServer tls(SSLContext tls) {
        return new TestMailServer(signingIn(new SMTPServer.Builder().serverSocketFactory(tls)), Set.of(), 0);
    }

    private static SMTPServer.Builder signingIn(SMTPServer.Builder builder) {
        return builder.requireAuth().authenticationHandlerFactory(
                new EasyAuthenticationHandlerFactory((user, password, _) -> {
                    if (!user.equals(USER) || !password.equals(PASSWORD)) {
                        throw new LoginFailedException();
                    }
                }));
    }

    /** Where it listens. */
    public int port() {
        return server.getPortAllocated();
    }

    /** What it took, the oldest first. */
    public List<Taken> taken() {
        return taken;
    }

    private final class Handler implements MessageHandler {
        private final List<String> recipients = new ArrayList<>();

        @Override
        public void from(String from) {
            // Anybody.
        }

        @Override
        public void recipient(String recipient) throws RejectException {
            if (refused.contains(recipient)) {
                throw new RejectException(550, "5.1.1 no such mailbox");
            }
            recipients.add(recipient);
        }

        @Override
        public String data(InputStream data) throws IOException {
            try {
                // Now, and not in done(): by then whoever sent it may have looked.
                taken.add(new Taken(new MimeMessage(Session.getInstance(new Properties()), data),
                        List.copyOf(recipients)));
                return "queued as 1";
            } catch (MessagingException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void done() {
            // Nothing to clean up.
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
