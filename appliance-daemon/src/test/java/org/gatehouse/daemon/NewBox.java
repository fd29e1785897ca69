package org.gatehouse.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

/** A box as it leaves the factory: {@code bin/gatehouse serve} on an empty directory, with TLS, and a provider beside it. */
final class NewBox implements AutoCloseable {
    static final String MODEL = "gpt-4o";
    static final String CODE_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
    static final String PROVIDER_KEY = "simulated-key";
    private static final ObjectMapper JSON = new ObjectMapper();

    final SimulatedProvider provider;
    private final Path directory;
    private final Path data;
    private Process daemon;

    NewBox(Path directory) throws IOException {
        this.directory = directory;
        this.data = Files.createDirectory(directory.resolve("data"));
        this.provider = SimulatedProvider.start(ProviderKind.OPENAI,
                ProviderOptions.usual().withApiKey(PROVIDER_KEY).withModels(MODEL));
        Files.writeString(directory.resolve("appliance.yaml"),
                "data: " + data + "\nlisten:\n  address: 127.0.0.1\n  port: 0\n");
        daemon = started();
    }

    private Process started() throws IOException {
        return DemoProcess.command("serve", "--config", directory.resolve("appliance.yaml").toString())
                .redirectErrorStream(true).redirectOutput(directory.resolve("log.txt").toFile()).start();
    }

    /** What a power cut would do, and the start after it. */
    void powerCut() throws IOException, InterruptedException {
        daemon.descendants().forEach(ProcessHandle::destroyForcibly);
        daemon.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        Files.deleteIfExists(data.resolve("daemon.json"));
        daemon = started();
    }

    Path data() {
        return data;
    }

    /** Answers for everything that this machine can do. */
    String answers() {
        return """
                apiVersion: gatehouse/setup/v1
                steps:
                  machine: {name: gatehouse-1, timeZone: Europe/Berlin}
                  certificate: {kind: self_signed, names: [localhost, 127.0.0.1]}
                  administrator:
                    name: admin
                    password: {fromEnv: ADMIN_PASSWORD}
                    oneTimeCodeSecret: %s
                  sign-on: {skip: there is no identity provider here}
                  providers:
                    upstreams:
                      - name: main
                        kind: openai
                        baseUrl: %s/v1
                        apiKey: {fromFile: provider.key}
                        privateAddressesAllowed: true
                        simulated: true
                        models:
                          - {name: %s, inputPerMillion: 2.50, outputPerMillion: 10}
                  organization:
                    departments:
                      - {name: Research, monthlyBudget: 5000, projects: [search]}
                    currency: EUR
                    preset: balanced
                  safekeeping:
                    backup: {directory: %s, hour: 3, keep: 7}
                  first-key: {department: Research, project: search, name: first, models: [%s]}
                """.formatted(CODE_SECRET, provider.uri(), MODEL, directory.resolve("backup"), MODEL);
    }

    /** {@code bin/gatehouse setup --answers} on the box. */
    DemoProcess.Result setUp(String answers, String... more) throws IOException {
        Files.writeString(directory.resolve("provider.key"), PROVIDER_KEY + "\n");
        Path file = Files.writeString(directory.resolve("answers.yaml"), answers);
        List<String> line = new ArrayList<>(List.of("setup", "--answers", file.toString()));
        line.addAll(Arrays.asList(more));
        if (!line.contains("--url")) {
            line.addAll(List.of("--data", data.toString(), "--wait", "50"));
        }
        return command(line.toArray(String[]::new));
    }

    DemoProcess.Result command(String... line) {
        ProcessBuilder builder = DemoProcess.command(line);
        builder.environment().putAll(Map.of("ADMIN_PASSWORD", "correct horse battery staple", "XDG_STATE_HOME",
                directory.resolve("state").toString()));
        return DemoProcess.run(builder);
    }

    /** Waits until the daemon says where it is. */
    URI address() throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!Files.exists(data.resolve("daemon.json"))) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(Files.readString(directory.resolve("log.txt")));
            }
            LockSupport.parkNanos(50_000_000);
        }
        return URI.create(JSON.readTree(data.resolve("daemon.json").toFile()).path("url").asText());
    }

    /** A chat through the gateway. */
    HttpResponse<String> chat(String key) throws Exception {
        return send("POST", "/v1/chat/completions", key, "{\"model\":\"" + MODEL
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");
    }

    /** The set-up as the admin token sees it. */
    JsonNode view() throws Exception {
        return JSON.readTree(send("GET", "/api/v1/setup", Files.readString(data.resolve("admin-token")).strip(), "")
                .body());
    }

    HttpResponse<String> send(String method, String path, String token, String body) throws Exception {
        try (HttpClient client = HttpClient.newBuilder().sslContext(trusting(data.resolve("tls/certificate.pem")))
                .build()) {
            return client.send(HttpRequest.newBuilder(address().resolve(path)).timeout(Duration.ofSeconds(30))
                    .header("Authorization", "Bearer " + token).header("Content-Type", "application/json")
                    .method(method, body.isEmpty()
                            ? HttpRequest.BodyPublishers.noBody()
                            : HttpRequest.BodyPublishers.ofString(body))
                    .build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static SSLContext trusting(Path pem) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(pem)) {
            store.setCertificateEntry("box", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    @Override
    public void close() {
        provider.close();
        daemon.destroy();
        try {
            if (!daemon.waitFor(20, TimeUnit.SECONDS)) {
                daemon.destroyForcibly();
            }
            Files.copy(directory.resolve("log.txt"), Path.of("target", "new-box.log"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (InterruptedException e) {
            daemon.destroyForcibly();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
