package org.gatehouse.daemon;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** The set-up of a box that is a process of its own: from the code on its console to the first key, and through a kill. */
@Timeout(240)
final class SetupIT {
    private static final String PASSWORD = "seven wet horses on ice";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;
    private final SimulatedServer engine = TestDaemon.engine();
    private final HttpClient client = HttpClient.newHttpClient();
    private @Nullable Process daemon;
    private URI base = URI.create("http://127.0.0.1");
    private String token = "";

    @AfterEach
    void stop() throws InterruptedException {
        kill();
        client.close();
        engine.close();
    }

    private void kill() throws InterruptedException {
        Process running = daemon;
        if (running != null) {
            running.destroyForcibly();
            assertThat(running.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void start() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("appliance.yaml"), """
                data: %s
                listen: {address: 127.0.0.1, port: 0, tls: "off", drain: PT1S}
                gpus: {sources: "off"}
                """.formatted(data()));
        Path where = data().resolve("daemon.json");
        Files.deleteIfExists(where);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Gatehouse.class.getName(), "serve", "--config", directory.resolve("appliance.yaml").toString()));
        daemon = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("console").toFile())).start();
        for (int tries = 0; !Files.exists(where); tries++) {
            assertThat(tries).as(console()).isLessThan(1200);
            Thread.sleep(50);
        }
        base = URI.create(JSON.readTree(where.toFile()).get("url").asText());
    }

    private Path data() {
        return directory.resolve("data");
    }

    private String console() throws IOException {
        return Files.exists(directory.resolve("console")) ? Files.readString(directory.resolve("console")) : "";
    }

    private boolean consoleHolds(String text) {
        try {
            return console().contains(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** As it lies in the data directory; what the daemon prints into a file has it nowhere. */
    private String shownCode() throws IOException {
        String code = Files.readString(data().resolve("claim-code")).strip();
        TestDaemon.await(() -> consoleHolds("This box is new"), "the console does not tell of the new box");
        assertThat(console()).contains("Its claim code lies in").doesNotContain(code);
        return code;
    }

    private HttpResponse<String> send(String method, String path, String body) throws IOException,
            InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve("/api/v1/setup" + path))
                .timeout(Duration.ofSeconds(60)).header("Content-Type", "application/json")
                .method(method, body.isEmpty()
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body));
        return client.send(token.isEmpty()
                ? request.build()
                : request.header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private void claim() throws IOException, InterruptedException {
        HttpResponse<String> claimed = send("POST", "/claim",
                "{\"code\":\"" + shownCode() + "\",\"program\":true}");
        assertThat(claimed.statusCode()).as(claimed.body()).isEqualTo(200);
        token = JSON.readTree(claimed.body()).get("token").asText();
    }

    private JsonNode answer(String step, String answer) throws IOException, InterruptedException {
        HttpResponse<String> reply = send("PUT", "/steps/" + step, "{\"answer\":" + answer + "}");
        assertThat(reply.statusCode()).as(step + ": " + reply.body()).isEqualTo(200);
        return JSON.readTree(reply.body());
    }

    private String providers() {
        return "{\"upstreams\":[{\"name\":\"provider\",\"kind\":\"openai_compatible\",\"baseUrl\":\"" + engine.uri()
                + "/v1\",\"privateAddressesAllowed\":true,\"simulated\":true,\"apiKey\":\"sk-never-shown\","
                + "\"models\":[{\"name\":\"chat\",\"upstreamModel\":\"engine-model\"}]}]}";
    }

    @Test
    void boxThatIsKilledInTheMiddleGoesOnWhereItWasWithTheSameClaim() throws Exception {
        start();
        claim();
        answer("machine", "{\"name\":\"box\"}");
        answer("providers", providers());
        kill();

        start();
        JsonNode now = JSON.readTree(send("GET", "", "").body());
        assertThat(now.get("phase").asText()).isEqualTo("claimed");
        assertThat(now.at("/steps/0/status").asText()).isEqualTo("done");
        assertThat(now.at("/steps/5/status").asText()).isEqualTo("done");
        assertThat(now.at("/steps/4/status").asText()).isEqualTo("open");
        TestDaemon.await(() -> consoleHolds("Set-up goes on at"), "the console does not tell that set-up goes on");
        answer("organization", "{\"departments\":[{\"name\":\"Research\",\"projects\":[\"search\"]}],"
                + "\"preset\":\"open\"}");
        answer("administrator", "{\"name\":\"Ada\",\"password\":\"" + PASSWORD
                + "\",\"oneTimeCodeSecret\":\"JBSWY3DPEHPK3PXP\"}");
        JsonNode key = answer("first-key",
                "{\"department\":\"Research\",\"project\":\"search\",\"models\":[\"chat\"]}");
        assertThat(key.at("/result/answer/text").asText()).contains("simulated");
        assertThat(key.at("/result/answer/outputTokens").asLong()).isPositive();
        assertThat(key.at("/secrets/key").asText()).startsWith("ghk_");
        for (String step : List.of("certificate", "sign-on", "local-models", "safekeeping")) {
            assertThat(send("POST", "/steps/" + step + "/skip", "{\"reason\":\"later\"}").statusCode())
                    .isEqualTo(200);
        }
        assertThat(send("POST", "/finish", "{}").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/steps/machine", "").statusCode()).isEqualTo(401);
        String log = console();
        assertThat(log).doesNotContain(token, PASSWORD, "sk-never-shown", "JBSWY3DPEHPK3PXP",
                key.at("/secrets/key").asText());
        kill();

        start();
        token = "";
        assertThat(JSON.readTree(send("GET", "", "").body()).get("phase").asText()).isEqualTo("finished");
        assertThat(console().substring(log.length())).doesNotContain("Claim code").doesNotContain("Set-up");
    }

    @Test
    void keyWhoseChatFailsIsTakenAwayAgain() throws Exception {
        start();
        claim();
        answer("providers", providers());
        answer("organization", "{\"departments\":[{\"name\":\"Research\",\"projects\":[\"search\"]}],"
                + "\"preset\":\"strict\"}");
        HttpResponse<String> refused = send("PUT", "/steps/first-key",
                "{\"answer\":{\"department\":\"Research\",\"project\":\"search\"}}");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
        assertThat(refused.body()).contains("setup_check_failed").doesNotContain("ghk_");
        HttpResponse<String> keys = client.send(HttpRequest.newBuilder(base.resolve("/api/v1/keys"))
                .header("Authorization", "Bearer " + token).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(JSON.readTree(keys.body()).get("items")).as(keys.body()).isEmpty();
    }

    @Test
    void freshCodeIsAskedOnTheBoxAndTakesTheSetUpOver() throws Exception {
        start();
        claim();
        String former = token;
        Process asked = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Gatehouse.class.getName(), "setup", "code", "--data",
                data().toString()).redirectErrorStream(false).start();
        String printed = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(asked.waitFor(30, TimeUnit.SECONDS)).isTrue();
        Matcher shown = Pattern.compile("[0-9A-Z]{4}-[0-9A-Z]{4}").matcher(printed);
        assertThat(shown.find()).as(printed).isTrue();
        String code = shown.group();
        token = "";
        HttpResponse<String> claimed = send("POST", "/claim", "{\"code\":\"" + code + "\",\"program\":true}");
        assertThat(claimed.statusCode()).as(claimed.body()).isEqualTo(200);
        token = former;
        HttpResponse<String> late = send("PUT", "/steps/machine", "{\"answer\":{\"name\":\"box\"}}");
        assertThat(late.statusCode()).isEqualTo(401);
        assertThat(late.body()).contains("setup_taken_over");
    }

    @Test
    void certificateThatIsMadeInSetUpIsShownWithoutARestart() throws Exception {
        try (TestDaemon box = TestDaemon.tls(data(), "127.0.0.1", null)) {
            String before = box.daemon.certificateFingerprint().orElseThrow();
            HttpResponse<String> made = box.send(HttpRequest.newBuilder(box.uri("/api/v1/setup/steps/certificate"))
                    .timeout(Duration.ofSeconds(20)).header("Authorization", "Bearer " + box.token("admin-token"))
                    .header("Content-Type", "application/json")
                    .PUT(HttpRequest.BodyPublishers.ofString("{\"answer\":{\"kind\":\"self_signed\","
                            + "\"names\":[\"gatehouse.example.com\"]}}")));
            assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
            assertThat(JSON.readTree(made.body()).at("/result/shown").asBoolean()).isTrue();
            assertThat(box.daemon.certificateFingerprint().orElseThrow()).isNotEqualTo(before)
                    .isEqualTo(JSON.readTree(made.body()).at("/result/fingerprint").asText());
        }
    }
}
