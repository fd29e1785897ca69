package org.gatehouse.daemon;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.simulated.SimulatedServer;
import org.gatehouse.store.Database;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole box while its store answers nobody. */
@Timeout(120)
final class HangingStoreIT {
    @TempDir
    Path data;
    private final SimulatedServer engine = TestDaemon.engine();
    private TestDaemon box;
    private TestDaemon.IssuedTo key;

    @BeforeEach
    void open() {
        box = TestDaemon.plain(data);
        key = box.key(box.furnish(engine).project(), "app");
    }

    @AfterEach
    void close() {
        box.close();
        engine.close();
    }

    private HttpResponse<String> files() {
        return box.get("/v1/files", "authorization", "Bearer " + key.text());
    }

    private HttpResponse<String> newDepartment() {
        return box.send(HttpRequest.newBuilder(box.uri("/api/v1/departments")).timeout(Duration.ofSeconds(60))
                .header("authorization", "Bearer " + box.token("admin-token"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"Sales\"}")));
    }

    @Test
    void callsGoOnAndWhateverNeedsTheStoreIsToldWhyAndWhenToTryAgain() throws SQLException, InterruptedException {
        Queue<HttpResponse<String>> refused = new ConcurrentLinkedQueue<>();
        try (Connection other = DriverManager.getConnection(
                "jdbc:h2:file:" + data.resolve("database").resolve("gatehouse"), "gatehouse", "");
                Statement statement = other.createStatement()) {
            // H2 lets nobody else do anything until this ends, without a bound on their waits.
            statement.execute("SET EXCLUSIVE TRUE");
            // The first of them hang and hold the connections; the others must not.
            for (int i = 0; i < 2 * Database.CONNECTIONS; i++) {
                Thread.startVirtualThread(() -> refused.add(files()));
            }
            TestDaemon.await(() -> refused.size() >= Database.CONNECTIONS, "requests hang with the store");

            assertThat(box.chat(key.text(), "tokens=5").statusCode()).isEqualTo(200);
            HttpResponse<String> change = newDepartment();
            assertThat(change.statusCode()).as(change.body()).isEqualTo(503);
            assertThat(change.headers().firstValue("retry-after")).contains("5");
            assertThat(change.body()).contains("The store ", "again in a few seconds");
            assertThat(refused).allSatisfy(reply -> {
                assertThat(reply.statusCode()).as(reply.body()).isEqualTo(503);
                assertThat(reply.headers().firstValue("retry-after")).contains("5");
                assertThat(reply.body()).contains("\"code\":\"service_unavailable\"", "The store ");
            });
            statement.execute("SET EXCLUSIVE FALSE");
        }
        TestDaemon.await(() -> files().statusCode() == 200, "the store does not answer again");
        assertThat(newDepartment().statusCode()).isEqualTo(201);
    }
}
