package org.gatehouse.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.alerts.Finding;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.form.Json;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/** Live states over one connection: now and when they change, for who may see them, as long as they may. */
@Timeout(60)
final class EventsIT {
    private static final String EVENTS = "/api/v1/events?topics=";
    private static final Actor TEST = Actor.system("test");
    @TempDir
    Path directory;
    private AdminServer server;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1).build();

    @BeforeEach
    void start() throws IOException {
        server = new AdminServer(Databases.H2, directory);
        server.post("/api/v1/alert-rules", "{\"name\":\"breaker\",\"kind\":\"breaker_open\",\"calmSeconds\":0}");
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    private record Event(String id, String name, JsonNode data) {}

    /** What comes, event by event. */
    private static final class Listener implements AutoCloseable {
        private final BufferedReader lines;

        Listener(InputStream in) {
            lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        }

        Event next() throws IOException {
            String id = "";
            String name = "";
            String data = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("event: beat")) {
                    lines.readLine();
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                } else if (line.isEmpty() && !name.isEmpty()) {
                    return new Event(id, name, Json.trusted(data));
                }
            }
            return new Event("", "", Json.trusted("null"));
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    private Listener listen(String topics, Map<String, String> headers) throws Exception {
        HttpRequest.Builder request = HttpRequest
                .newBuilder(URI.create("http://127.0.0.1:" + server.server.port() + EVENTS + topics));
        headers.forEach((name, value) -> {
            if (!value.isEmpty()) {
                request.header(name, value);
            }
        });
        HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
        return new Listener(response.body());
    }

    private Map<String, String> token() {
        return Map.of("Authorization", "Bearer " + server.token);
    }

    private void wrong(boolean wrong) {
        server.wrong.put(AlertKind.BREAKER_OPEN,
                wrong ? List.of(new Finding("t", "small at openai", 0, "It is open. Wait.")) : List.of());
        server.alerts.look();
    }

    @Test
    void statesComeAtOnceAndWhenTheyChange() throws Exception {
        try (Listener listener = listen("alerts", token())) {
            assertThat(listener.next().data().get("items")).isEmpty();
            wrong(true);
            Event second = listener.next();
            assertThat(second.name()).isEqualTo("alerts");
            assertThat(second.data().at("/items/0/about").asText()).isEqualTo("small at openai");
            wrong(false);
            assertThat(listener.next().data().get("items")).isEmpty();
        }
    }

    @Test
    void topicSaysWhatItsOperationAnswers() throws Exception {
        try (Listener listener = listen("overview,deployments", token())) {
            for (int i = 0; i < 2; i++) {
                Event event = listener.next();
                assertThat(event.data()).isEqualTo(server.get(event.name().equals("overview")
                        ? "/api/v1/system/status"
                        : "/api/v1/deployments/status").json());
            }
        }
    }

    @Test
    void whoComesBackMissesNothingAndHearsNothingTwice() throws Exception {
        String id;
        try (Listener keeper = listen("alerts", token())) {
            keeper.next();
            try (Listener listener = listen("alerts", token())) {
                id = listener.next().id();
            }
            wrong(true);
            try (Listener again = listen("alerts", Map.of("Authorization", "Bearer " + server.token, "Last-Event-ID",
                    id))) {
                assertThat(again.next().data().get("items")).hasSize(1);
            }
        }
    }

    @Test
    void developersHearNothingOfTheBoxAndStrangersNothingAtAll() {
        Map<String, String> developer = server.signedIn(server.governance.users()
                .create(TEST, UserDraft.named("dora").with(Role.DEVELOPER)).made());
        assertThat(server.as(developer, "GET", EVENTS + "gpus", null).status()).isEqualTo(403);
        assertThat(server.send("GET", EVENTS + "gpus", null, Map.of("Authorization", "")).status()).isEqualTo(401);
        assertThat(server.get(EVENTS + "nothing").fields()).containsExactly("topics");
        assertThat(server.get("/api/v1/events").fields()).containsExactly("topics");
    }

    @Test
    void spendIsThatOfWhoListens() throws Exception {
        Map<String, String> developer = server.signedIn(server.governance.users()
                .create(TEST, UserDraft.named("dora").with(Role.DEVELOPER)).made());
        try (Listener all = listen("spend", token()); Listener own = listen("spend", without(developer))) {
            assertThat(all.next().data().at("/today/lines")).isEmpty();
            server.trail.append(new SampleCalls(1).completed(Instant.now()), null);
            JsonNode spent = all.next().data();
            assertThat(spent.at("/today/lines/0/calls").asInt()).isEqualTo(1);
            assertThat(spent.at("/month/lines/0/cost")).isEqualTo(spent.at("/today/lines/0/cost"));
            assertThat(own.next().data().at("/month/lines")).isEmpty();
        }
    }

    @Test
    void streamEndsWithoutAWordWhenItsReachIsAnotherSoThatTheListenerComesBack() throws Exception {
        User dora = server.governance.users().create(TEST, UserDraft.named("dora").with(Role.DEVELOPER)).made();
        try (Listener listener = listen("spend", without(server.signedIn(dora)))) {
            assertThat(listener.next().name()).isEqualTo("spend");
            server.patch("/api/v1/users/" + dora.id(), "{\"roles\":[\"finance\"]}");
            assertThat(listener.next().name()).as("the stream's end").isEmpty();
        }
    }

    @Test
    void streamEndsWithTheSessionAndWithTheRole() throws Exception {
        User ada = server.governance.users().create(TEST, UserDraft.named("ada").with(Role.AUDITOR)).made();
        Map<String, String> session = Map.copyOf(server.signedIn(ada));
        try (Listener listener = listen("alerts", without(session))) {
            assertThat(listener.next().name()).isEqualTo("alerts");
            server.patch("/api/v1/users/" + ada.id(), "{\"active\":false}");
            assertThat(listener.next().name()).isEqualTo("end");
            assertThat(listener.next().name()).isEmpty();
        }
    }

    /** A browser's EventSource sends the cookie and no header of the console's. */
    private static Map<String, String> without(Map<String, String> session) {
        return Map.of("Cookie", String.valueOf(session.get("Cookie")));
    }

    @Test
    void listenersWhoLeaveAreForgotten() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (Listener listener = listen("alerts", token())) {
                listener.next();
            }
        }
        // Each write to somebody who has left fails at the latest at the second try.
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        boolean wrong = false;
        while (server.api.listeners() > 0) {
            assertThat(System.nanoTime()).isLessThan(end);
            wrong = !wrong;
            wrong(wrong);
            TimeUnit.MILLISECONDS.sleep(300);
        }
    }
}
