package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** What the admin API's answers tell and allow besides what was asked for. */
final class HardeningIT {
    @TempDir
    Path directory;
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void noOtherOriginIsAllowedToReadAnswers() {
        Map<String, String> elsewhere = Map.of("Origin", "https://evil.example.com");
        for (AdminServer.Reply reply : List.of(
                server.send("GET", "/api/v1/session/options", null, elsewhere),
                server.send("GET", "/api/v1/departments", null, elsewhere),
                server.send("OPTIONS", "/api/v1/departments", null,
                        Map.of("Origin", "https://evil.example.com", "Access-Control-Request-Method", "POST",
                                "Access-Control-Request-Headers", "x-gatehouse-console")))) {
            assertThat(reply.headers().keySet()).noneMatch(name -> name.startsWith("access-control-"));
        }
        assertThat(server.send("OPTIONS", "/api/v1/departments", null, elsewhere).status()).isEqualTo(405);
        assertThat(server.send("TRACE", "/api/v1/departments", null, Map.of()).status()).isEqualTo(405);
    }

    @Test
    void answersSayWhatTheyAreAndNotWhatMadeThem() {
        for (String path : List.of("/api/v1/departments", "/api/v1/nothing", "/api/openapi.json",
                "/api/v1/sign-on/none/metadata")) {
            AdminServer.Reply reply = server.get(path);
            assertThat(reply.header("x-content-type-options")).as(path).isEqualTo("nosniff");
            assertThat(reply.header("cache-control")).as(path).isEqualTo("no-store");
            assertThat(reply.header("content-type")).as(path).startsWith("application/");
            assertThat(reply.headers().keySet()).as(path).doesNotContain("server", "x-powered-by", "via");
        }
    }
}
