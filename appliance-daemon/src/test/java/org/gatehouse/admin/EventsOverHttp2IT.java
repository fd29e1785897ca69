package org.gatehouse.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

import io.helidon.webserver.http.HttpRouting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.listen.ListenerSettings;
import org.gatehouse.listen.Listeners;
import org.gatehouse.listen.TrustAnybody;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Listeners that come over HTTP/2, as every browser does on a box with TLS, and leave: one stream of many, or the whole connection. */
@Timeout(120)
final class EventsOverHttp2IT {
    /** Well below the heartbeat: nothing is written to whom has left, so only the leaving itself can have told. */
    private static final Duration SOON = Duration.ofSeconds(10);
    @TempDir
    Path directory;
    private AdminServer server;
    private Listeners box;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory.resolve("box"));
        box = new Listeners(
                ListenerSettings.onLoopback(0)
                        .with(new ListenerSettings.Tls.SelfSigned(directory.resolve("tls"))),
                () -> HttpRouting.builder().register(server.api).build());
        box.start();
    }

    @AfterEach
    void stop() {
        server.api.close();
        box.close();
        server.close();
    }

    private static HttpClient client() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[]{new TrustAnybody()}, null);
        return HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_2).build();
    }

    private InputStream listen(HttpClient client) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + box.port() + "/api/v1/events?topics=alerts"))
                        .header("Authorization", "Bearer " + server.token).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.statusCode()).isEqualTo(200);
        InputStream events = answer.body();
        assertThat(events.read()).isPositive();
        return events;
    }

    private void remain(int listeners) throws InterruptedException {
        long end = System.nanoTime() + SOON.toNanos();
        while (server.api.listeners() != listeners) {
            assertThat(System.nanoTime()).as("%s still listen", server.api.listeners()).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void pageThatClosesIsForgottenWhileAnotherOnTheSameConnectionGoesOn() throws Exception {
        try (HttpClient browser = client(); InputStream stays = listen(browser)) {
            InputStream leaves = listen(browser);
            remain(2);
            leaves.close();
            remain(1);
            assertThat(stays.read()).isPositive();
        }
    }

    @Test
    void browserThatIsClosedIsForgottenWithAllItsPages() throws Exception {
        HttpClient browser = client();
        listen(browser);
        listen(browser);
        remain(2);
        browser.shutdownNow();
        remain(0);
    }
}
