package org.gatehouse.alerts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLContext;

import jakarta.mail.internet.MimeMessage;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.upstream.http.TestAuthority;
import org.gatehouse.governance.AlertDestination;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.AlertSeverity;
import org.gatehouse.governance.MailServer;

import static org.assertj.core.api.Assertions.assertThat;

/** Alerts over real SMTP. */
final class MailIT {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
    private static final UUID DELIVERY = new UUID(7, 8);
    private static final Notice TEST = Notice.test(NOW, new UUID(1, 2), "mail");
    private final Mail mail = new Mail();

    private static MailServer at(int port, MailServer.Security security, @Nullable String user,
            String... recipients) {
        return new MailServer("127.0.0.1", port, security, user, "box@example.com",
                recipients.length == 0 ? List.of("ops@example.com") : List.of(recipients));
    }

    private static AlertDestination to(MailServer server, @Nullable String trusted) {
        return new AlertDestination(UUID.randomUUID(), "mail", AlertDestination.Kind.MAIL, true, AlertSeverity.INFO,
                null, server, true, trusted, server.user() != null, NOW, NOW, 1);
    }

    private static Notice about(String what, String message) {
        return Notice.of("open", NOW, new UUID(1, 2), new Alert(new UUID(3, 4), new UUID(1, 2), new UUID(5, 6), "disk",
                AlertKind.DISK_SPACE, AlertSeverity.CRITICAL, "d", what, message, Alert.State.OPEN, NOW, NOW, 1, null,
                null, null, null));
    }

    private static SSLContext certificateFor(TestAuthority authority, String address) throws Exception {
        return authority.context(new GeneralName(GeneralName.iPAddress, address), Instant.now().plusSeconds(86_400));
    }

    @Test
    void mailIsPlainTextWithDateAndTheSameMessageIdForEachAttempt() throws Exception {
        try (TestMailServer server = TestMailServer.open(0)) {
            AlertDestination destination = to(at(server.port(), MailServer.Security.NONE, null, "ops@example.com",
                    "desk@example.com"), null);
            Notice notice = about("Schlüssel", "It is full. Make room.");
            assertThat(mail.send(destination, null, DELIVERY, notice)).isInstanceOf(Delivery.Taken.class);
            mail.send(destination, null, DELIVERY, notice);
            assertThat(server.taken()).hasSize(2);
            MimeMessage got = server.taken().getFirst().message();
            assertThat(server.taken().getFirst().recipients()).containsExactly("ops@example.com", "desk@example.com");
            assertThat(got.getSubject()).isEqualTo("[critical] Schlüssel: It is full. Make room.");
            assertThat(got.getSentDate()).isEqualTo(NOW);
            assertThat(got.getMessageID()).isEqualTo("<" + DELIVERY + "@example.com>")
                    .isEqualTo(server.taken().getLast().message().getMessageID());
            assertThat(got.getFrom()[0]).hasToString("Gatehouse <box@example.com>");
            assertThat(got.getHeader("Auto-Submitted")).containsExactly("auto-generated");
            assertThat(got.isMimeType("text/plain")).isTrue();
            assertThat(got.getContent().toString()).contains("Severity: critical", "About: Schlüssel",
                    "Rule: disk (disk_space)");
        }
    }

    @Test
    void startTlsAndTlsTakeAPasswordToWhoShowsATrustedCertificate() throws Exception {
        TestAuthority authority = new TestAuthority();
        SSLContext tls = certificateFor(authority, "127.0.0.1");
        try (TestMailServer later = TestMailServer.startTls(tls); TestMailServer first = TestMailServer.tls(tls)) {
            assertThat(mail.send(
                    to(at(later.port(), MailServer.Security.STARTTLS, TestMailServer.USER), authority.pem()),
                    TestMailServer.PASSWORD, DELIVERY, TEST)).isInstanceOf(Delivery.Taken.class);
            assertThat(later.taken()).hasSize(1);
            assertThat(mail.send(to(at(first.port(), MailServer.Security.TLS, TestMailServer.USER), authority.pem()),
                    TestMailServer.PASSWORD, DELIVERY, TEST)).isInstanceOf(Delivery.Taken.class);
            assertThat(first.taken()).hasSize(1);
        }
    }

    @Test
    void untrustedCertificateAndOneForAnotherNameEndItBeforeThePassword() throws Exception {
        TestAuthority authority = new TestAuthority();
        for (MailServer.Security security : List.of(MailServer.Security.STARTTLS, MailServer.Security.TLS)) {
            for (boolean otherName : List.of(true, false)) {
                SSLContext tls = certificateFor(authority, otherName ? "127.0.0.9" : "127.0.0.1");
                try (TestMailServer server = security == MailServer.Security.TLS
                        ? TestMailServer.tls(tls)
                        : TestMailServer.startTls(tls)) {
                    Delivery.Failed failed = failed(mail.send(
                            to(at(server.port(), security, TestMailServer.USER), otherName ? authority.pem() : null),
                            TestMailServer.PASSWORD, DELIVERY, TEST));
                    assertThat(failed.message()).contains("is not trusted", "trustedCertificates");
                    assertThat(failed.passing()).isTrue();
                    assertThat(server.taken()).isEmpty();
                }
            }
        }
    }

    @Test
    void serverWithoutStartTlsGetsNothing() {
        try (TestMailServer server = TestMailServer.open(0)) {
            Delivery.Failed failed = failed(mail.send(to(at(server.port(), MailServer.Security.STARTTLS, null), null),
                    null, DELIVERY, TEST));
            assertThat(failed.message()).contains("offers no STARTTLS");
            assertThat(server.taken()).isEmpty();
        }
    }

    @Test
    void wrongPasswordIsNotTriedAgainAndNotTold() throws Exception {
        TestAuthority authority = new TestAuthority();
        try (TestMailServer server = TestMailServer.startTls(certificateFor(authority, "127.0.0.1"))) {
            Delivery.Failed failed = failed(mail.send(
                    to(at(server.port(), MailServer.Security.STARTTLS, TestMailServer.USER), authority.pem()),
                    "not the password", DELIVERY, TEST));
            assertThat(failed.passing()).isFalse();
            assertThat(failed.message()).contains("does not let box in", "535").doesNotContain("not the password");
        }
    }

    @Test
    void refusedRecipientIsNamedAndTheOthersHaveTheMessage() {
        try (TestMailServer server = TestMailServer.refusing("gone@example.com")) {
            Delivery.Failed some = failed(mail.send(to(at(server.port(), MailServer.Security.NONE, null,
                    "ops@example.com", "gone@example.com"), null), null, DELIVERY, TEST));
            assertThat(some.message()).contains("for some", "gone@example.com (550");
            assertThat(some.passing()).isFalse();
            assertThat(server.taken()).hasSize(1);
            Delivery.Failed all = failed(mail.send(to(at(server.port(), MailServer.Security.NONE, null,
                    "gone@example.com"), null), null, DELIVERY, TEST));
            assertThat(all.message()).contains("refuses gone@example.com").doesNotContain("for some");
            assertThat(all.passing()).isFalse();
        }
    }

    @Test
    void namesThatOthersChoseBeginNoHeadersOfTheirs() throws Exception {
        try (TestMailServer server = TestMailServer.open(0)) {
            assertThat(mail.send(to(at(server.port(), MailServer.Security.NONE, null), null), null, DELIVERY,
                    about("disk\r\nBcc: thief@example.com\r\n\r\nbody", "x\n.\nRCPT TO:<thief@example.com>")))
                    .isInstanceOf(Delivery.Taken.class);
            MimeMessage got = server.taken().getFirst().message();
            assertThat(got.getHeader("Bcc")).isNull();
            assertThat(got.getSubject()).isEqualTo(
                    "[critical] disk Bcc: thief@example.com body: x . RCPT TO:<thief@example.com>");
            assertThat(server.taken().getFirst().recipients()).containsExactly("ops@example.com");
            assertThat(got.getContent().toString().lines()).as("nor lines of the text")
                    .contains("About: disk Bcc: thief@example.com body").noneMatch(line -> line.startsWith("Bcc:"));
        }
    }

    @Test
    void privateAddressIsNotCalledUnlessThatIsAllowed() {
        try (TestMailServer server = TestMailServer.open(0)) {
            MailServer named = new MailServer("mail.example.com", server.port(), MailServer.Security.STARTTLS, null,
                    "box@example.com", List.of("ops@example.com"));
            AlertDestination guarded = new AlertDestination(UUID.randomUUID(), "mail", AlertDestination.Kind.MAIL,
                    true, AlertSeverity.INFO, null, named, false, null, false, NOW, NOW, 1);
            Mail misled = new Mail(Mail.Patience.USUAL,
                    _ -> new InetAddress[]{InetAddress.ofLiteral("9.9.9.9"), InetAddress.getLoopbackAddress()});
            Delivery.Failed failed = failed(misled.send(guarded, null, DELIVERY, TEST));
            assertThat(failed.message()).contains("private address 127.0.0.1", "privateAddressesAllowed");
            assertThat(failed.passing()).isFalse();
        }
    }

    @Test
    void serverThatSaysNothingOrTooLittleIsGivenUpInTime() throws Exception {
        Mail hasty = new Mail(new Mail.Patience(Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofSeconds(2)),
                InetAddress::getAllByName);
        CountDownLatch left = new CountDownLatch(1);
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                ServerSocket dripping = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> drip(dripping, left));
            Delivery.Failed nothing = failed(hasty.send(
                    to(at(silent.getLocalPort(), MailServer.Security.NONE, null), null), null, DELIVERY, TEST));
            assertThat(nothing.passing()).isTrue();
            Delivery.Failed little = failed(hasty.send(
                    to(at(dripping.getLocalPort(), MailServer.Security.NONE, null), null), null, DELIVERY, TEST));
            assertThat(little.message()).contains("did not take the message within 2 seconds");
            assertThat(left.await(60, TimeUnit.SECONDS)).as("the connection is closed").isTrue();
        }
    }

    /** A greeting that never ends, a line every now and then. */
    private static void drip(ServerSocket listener, CountDownLatch left) {
        try (Socket socket = listener.accept()) {
            while (true) {
                socket.getOutputStream().write("220-wait\r\n".getBytes(StandardCharsets.US_ASCII));
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (IOException e) {
            left.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void serverThatIsDownGetsTheMessageOnceWhenItIsUp() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        AlertDestination destination = to(at(port, MailServer.Security.NONE, null), null);
        AtomicInteger tries = new AtomicInteger();
        CountDownLatch failedOnce = new CountDownLatch(1);
        CountDownLatch up = new CountDownLatch(1);
        try (Courier courier = new Courier((found, delivery, notice) -> {
            tries.incrementAndGet();
            return mail.send(found, null, delivery, notice);
        }, _ -> Optional.of(destination), () -> NOW, _ -> {
            failedOnce.countDown();
            assertThat(up.await(60, TimeUnit.SECONDS)).isTrue();
        })) {
            courier.send(destination.id(), DELIVERY, TEST);
            assertThat(failedOnce.await(60, TimeUnit.SECONDS)).isTrue();
            try (TestMailServer server = TestMailServer.open(port)) {
                up.countDown();
                long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
                while (courier.delivered() == 0) {
                    assertThat(System.nanoTime()).isLessThan(end);
                    TimeUnit.MILLISECONDS.sleep(5);
                }
                assertThat(server.taken()).hasSize(1);
                assertThat(tries).hasValueGreaterThan(1);
            }
        }
    }

    private static Delivery.Failed failed(Delivery delivery) {
        assertThat(delivery).isInstanceOf(Delivery.Failed.class);
        return (Delivery.Failed) delivery;
    }
}
