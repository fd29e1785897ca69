package org.gatehouse.alerts;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import jakarta.mail.Authenticator;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.AddressPolicy;
import org.gatehouse.gateway.upstream.http.NameLookup;
import org.gatehouse.gateway.upstream.http.TrustedCertificates;
import org.gatehouse.governance.AlertDestination;
import org.gatehouse.governance.MailServer;

/**
 * Sends a notice by SMTP, over a connection of its own. The server's name is looked up once, and what was checked is what is
 * connected to. Each answer has a deadline, and the whole has one too: a server that says something now and then finds its
 * connection closed. Thread-safe.
 */
final class Mail {
    private static final String TLS_VERSIONS = "TLSv1.3 TLSv1.2";
    private final Patience patience;
    private final NameLookup names;

    /** How long to wait: for a connection, for each answer, for all of it. */
    record Patience(Duration connect, Duration answer, Duration whole) {
        /** Servers that mistrust a stranger let it wait for some seconds on purpose. */
        static final Patience USUAL = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(20),
                Duration.ofSeconds(45));
    }

    /** With the usual patience and the system's name service. */
    Mail() {
        this(Patience.USUAL, InetAddress::getAllByName);
    }

    Mail(Patience patience, NameLookup names) {
        this.patience = patience;
        this.names = names;
    }

    /**
     * Sends it.
     *
     * @param password of the user that the destination names; {@code null} for none
     * @param delivery the same for each attempt: it becomes the Message-ID, by which mail systems tell what they have already
     */
    Delivery send(AlertDestination destination, @Nullable String password, UUID delivery, Notice notice) {
        MailServer server = Objects.requireNonNull(destination.mail(), "mail has a server");
        MailTrouble trouble = new MailTrouble(destination.name(), server);
        Line line = new Line();
        FutureTask<Delivery> task = new FutureTask<>(
                () -> attempt(destination, server, password, MailMessage.of(server, delivery, notice), line));
        // No virtual thread: a name server that is silent would hold its carrier for all others.
        Thread.ofPlatform().daemon().name("alert-mail").start(task);
        try {
            return task.get(patience.whole().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            return trouble.late(patience.whole());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return trouble.brokenOff();
        } catch (ExecutionException e) {
            return trouble.of(e.getCause());
        } finally {
            line.close();
        }
    }

    private Delivery attempt(AlertDestination destination, MailServer server, @Nullable String password,
            MailMessage mail, Line line) throws IOException, MessagingException {
        SSLContext tls = TrustedCertificates.context(destination.trustedCertificates());
        Socket socket = connect(server,
                destination.privateAddressesAllowed() ? AddressPolicy.ANY : AddressPolicy.PUBLIC_ONLY, line);
        Socket spoken = server.security() == MailServer.Security.TLS ? secured(socket, server, tls) : socket;
        Session session = Session.getInstance(properties(server, tls, socket.getLocalAddress()),
                new SignIn(server.user(), password));
        try (SMTPTransport transport = (SMTPTransport) session.getTransport("smtp")) {
            transport.connect(spoken);
            MimeMessage message = mail.in(session);
            transport.sendMessage(message, message.getAllRecipients());
            return new Delivery.Taken(MailTrouble.line(transport.getLastServerResponse()));
        }
    }

    /** Who signs in: asked for by the library only where there is a user. */
    private static final class SignIn extends Authenticator {
        private final @Nullable String user;
        private final @Nullable String password;

        SignIn(@Nullable String user, @Nullable String password) {
            this.user = user;
            this.password = password;
        }

        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
            return new PasswordAuthentication(user, password);
        }
    }

    /** The first address that answers; none at all if one of them is not allowed, which no honest name server mixes in. */
    private Socket connect(MailServer server, AddressPolicy policy, Line line) throws IOException {
        InetAddress[] addresses = names.lookUp(unbracketed(server.host()));
        for (InetAddress address : addresses) {
            if (!policy.allows(address)) {
                throw new NotAllowedException(address.getHostAddress());
            }
        }
        IOException last = new UnknownHostException(server.host());
        for (InetAddress address : addresses) {
            Socket socket = new Socket();
            line.hold(socket);
            try {
                // The library tells by the address for which name a certificate must be.
                socket.connect(
                        new InetSocketAddress(InetAddress.getByAddress(unbracketed(server.host()),
                                address.getAddress()), server.port()),
                        (int) patience.connect().toMillis());
                socket.setSoTimeout((int) patience.answer().toMillis());
                return socket;
            } catch (IOException e) {
                socket.close();
                last = e;
            }
        }
        throw last;
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** An address that the guard does not let the box call. */
    static final class NotAllowedException extends IOException {
        private static final long serialVersionUID = 1L;

        NotAllowedException(String address) {
            super(address);
        }
    }

    private static Socket secured(Socket socket, MailServer server, SSLContext tls) throws IOException {
        SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(socket, unbracketed(server.host()),
                server.port(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(TLS_VERSIONS.split(" "));
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private static Properties properties(MailServer server, SSLContext tls, InetAddress own) {
        Properties properties = new Properties();
        boolean startTls = server.security() == MailServer.Security.STARTTLS;
        properties.put("mail.smtp.starttls.enable", String.valueOf(startTls));
        properties.put("mail.smtp.starttls.required", String.valueOf(startTls));
        properties.put("mail.smtp.ssl.socketFactory", tls.getSocketFactory());
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        properties.put("mail.smtp.ssl.protocols", TLS_VERSIONS);
        // Else the library asks the name service for the box's own name, and waits for it.
        properties.put("mail.smtp.localhost", (own instanceof Inet6Address ? "[IPv6:" : "[")
                + own.getHostAddress().replaceFirst("%.*", "") + "]");
        // Whoever can be told is told; who could not stands in the failure.
        properties.put("mail.smtp.sendpartial", "true");
        properties.put("mail.smtp.quitwait", "false");
        String user = server.user();
        if (user != null) {
            properties.put("mail.smtp.auth", "true");
            properties.put("mail.smtp.auth.mechanisms", "PLAIN LOGIN");
            properties.put("mail.smtp.user", user);
        }
        return properties;
    }

    /** The socket of an attempt, so that whoever waits can close it under whoever talks. Thread-safe. */
    private static final class Line implements AutoCloseable {
        private @Nullable Socket socket;
        private boolean closed;

        synchronized void hold(Socket fresh) throws IOException {
            socket = fresh;
            if (closed) {
                fresh.close();
            }
        }

        @Override
        public synchronized void close() {
            closed = true;
            Socket held = socket;
            if (held != null) {
                try {
                    held.close();
                } catch (IOException _) {
                    // It is of no use to anybody.
                }
            }
        }
    }
}
