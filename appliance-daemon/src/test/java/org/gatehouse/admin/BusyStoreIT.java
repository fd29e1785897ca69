package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.store.Database;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** The store has no time for the admin API: whoever asks is told so, and when to ask again. */
@Timeout(120)
@ParameterizedClass
@EnumSource(Databases.class)
final class BusyStoreIT {
    private static final String DEPARTMENT = "{\"name\":\"Research\"}";

    private final Databases kind;
    @TempDir
    Path directory;
    private AdminServer server;
    private Map<String, String> person;
    private final CountDownLatch enough = new CountDownLatch(1);
    private final List<Thread> holders = new ArrayList<>();

    BusyStoreIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(kind, directory);
        User admin = server.governance.users()
                .create(Actor.system("test"), UserDraft.named("ada").with(Role.APPLIANCE_ADMIN)).made();
        person = server.signedIn(admin);
    }

    @AfterEach
    void stop() throws InterruptedException {
        letGo();
        server.close();
    }

    /** Every connection is held, each by a thread of its own, from when this returns until {@link #letGo}. */
    private void holdEveryConnection() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(Database.CONNECTIONS);
        for (int i = 0; i < Database.CONNECTIONS; i++) {
            holders.add(Thread.startVirtualThread(() -> hold(held)));
        }
        assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private void hold(CountDownLatch held) {
        while (enough.getCount() > 0) {
            try (Connection _ = server.fresh.database().dataSource().getConnection()) {
                held.countDown();
                enough.await();
            } catch (SQLException _) {
                // Others were quicker; once more.
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void letGo() throws InterruptedException {
        enough.countDown();
        for (Thread holder : holders) {
            holder.join();
        }
    }

    private static void assertBusy(AdminServer.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(503);
        assertThat(reply.header("retry-after")).isEqualTo("5");
        assertThat(reply.header("content-type")).isEqualTo("application/problem+json");
        assertThat(reply.json().get("type").asText()).isEqualTo("urn:gatehouse:problem:store_busy");
        assertThat(reply.json().get("detail").asText()).contains("store is busy", "Try again in a few seconds");
    }

    @Test
    void storeWithoutAFreeConnectionIsSaidToBeBusyUntilThereIsOne() throws InterruptedException {
        String provider = server.made("sign-on", Map.of("name", "hr", "kind", "oidc", "oidc",
                Map.of("issuer", "https://idp.example.com", "clientId", "gatehouse")));
        String scimToken = server.post("/api/v1/sign-on/" + provider + "/scim-token", "").json().get("token").asText();
        holdEveryConnection();

        assertBusy(server.get("/api/v1/departments"));
        assertBusy(server.post("/api/v1/departments", DEPARTMENT));
        assertBusy(server.as(person, "GET", "/api/v1/session", null));
        assertBusy(server.get("/api/v1/audit"));
        assertBusy(server.get("/api/v1/usage"));
        assertBusy(server.get("/api/v1/audit/export"));
        AdminServer.Reply scim = server.send("GET", "/scim/v2/Users", null,
                Map.of("Authorization", "Bearer " + scimToken));
        assertThat(scim.status()).as(scim.text()).isEqualTo(503);
        assertThat(scim.header("retry-after")).isEqualTo("5");
        assertThat(scim.json().get("detail").asText()).contains("store is busy");

        letGo();
        assertThat(server.post("/api/v1/departments", DEPARTMENT).status()).isEqualTo(201);
        assertThat(server.as(person, "GET", "/api/v1/session", null).status()).isEqualTo(200);
    }

    @Test
    void changeThatWaitsTooLongForAnotherBoxIsToldSoAndNotMade() throws InterruptedException {
        Assumptions.assumeTrue(kind == Databases.H2,
                "skipped on PostgreSQL: waits for rows end there with the socket's, after 30 s");
        CountDownLatch locked = new CountDownLatch(1);
        holders.add(Thread.startVirtualThread(() -> server.fresh.database().jdbi().useTransaction(handle -> {
            handle.execute("UPDATE governance_revision SET revision = revision WHERE id = 1");
            locked.countDown();
            try {
                enough.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        })));
        assertThat(locked.await(30, TimeUnit.SECONDS)).isTrue();

        assertBusy(server.post("/api/v1/departments", DEPARTMENT));
        assertThat(server.get("/api/v1/departments").text()).doesNotContain("Research");

        letGo();
        assertThat(server.post("/api/v1/departments", DEPARTMENT).status()).isEqualTo(201);
    }
}
