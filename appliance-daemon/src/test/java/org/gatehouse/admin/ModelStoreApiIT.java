package org.gatehouse.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.modelstore.ModelStorePlan;
import org.gatehouse.store.Databases;
import org.gatehouse.supervisor.models.HubSettings;
import org.gatehouse.supervisor.models.ModelStoreSettings;

import static org.assertj.core.api.Assertions.assertThat;

/** The model store through the admin API, on a real socket. */
final class ModelStoreApiIT {
    private static final String MODELS = "/api/v1/model-store/models";
    private static final String IMPORTS = "/api/v1/model-store/imports";

    @TempDir
    Path directory;
    private Path sources;
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        sources = Files.createDirectory(directory.resolve("sources"));
        server = new AdminServer(Databases.H2, Files.createDirectory(directory.resolve("box")));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void importedModelIsShownWithWhatItIsAndWhereItCameFrom() throws IOException {
        Path source = StoredModelFiles.tiny().writeTo(sources.resolve("tiny"));

        JsonNode imported = ended(begin(source, "acme/tiny"));

        assertThat(imported.get("state").asText()).as(imported.toString()).isEqualTo("imported");
        assertThat(imported.get("percent").asInt()).isEqualTo(100);
        String id = imported.get("model").asText();
        JsonNode model = server.get(MODELS + "/" + id).json();
        assertThat(model.get("name").asText()).isEqualTo("acme/tiny");
        assertThat(model.get("source").asText()).isEqualTo("directory " + source);
        assertThat(model.get("files").size()).isEqualTo(3);
        assertThat(model.at("/shape/architecture").asText()).isEqualTo("LlamaForCausalLM");
        assertThat(model.at("/shape/parameters").asLong()).isEqualTo(728);
        assertThat(model.at("/shape/context").asInt()).isEqualTo(4096);
        assertThat(model.at("/shape/format").asText()).isEqualTo("safetensors");
        assertThat(model.at("/shape/quantisation").asText()).isEqualTo("none");
        for (String same : List.of(id.replace("@", "%40"), "acme%2Ftiny")) {
            assertThat(server.get(MODELS + "/" + same).json().get("id").asText()).as(same).isEqualTo(id);
        }
        assertThat(server.get(MODELS).json().get("models").get(0).get("files").isNull()).isTrue();
    }

    @Test
    void everyChangeAndEveryEndIsInTheTrail() throws IOException {
        String id = model("acme/tiny");
        ended(begin(StoredModelFiles.tiny().without("config.json").writeTo(sources.resolve("bad")), "bad"));
        server.post(MODELS + "/" + id + "/verify", "{}");
        server.post(MODELS + "/" + id + "/verify", "{\"depth\":\"full\"}");
        await(() -> told().contains("system:model-store verify stored-models " + id));
        server.delete(MODELS + "/" + id);

        await(() -> told().stream().filter(line -> line.startsWith("system:model-store ")).count() == 3);
        assertThat(told().stream().map(line -> line.replaceAll("[0-9]{8}-[0-9]{6}-", ""))).containsExactlyInAnyOrder(
                "token:first import model-imports 1", "system:model-store complete model-imports 1",
                "token:first import model-imports " + (sameSecond() ? 2 : 1),
                "system:model-store fail model-imports " + (sameSecond() ? 2 : 1),
                "token:first verify stored-models " + id, "token:first verify stored-models " + id,
                "system:model-store verify stored-models " + id, "token:first delete stored-models " + id);
        assertThat(record("fail").after()).contains("\"problem\":\"not-a-model\"", "config.json");
        assertThat(record("delete").before()).contains("\"name\":\"acme/tiny\"");
    }

    @Test
    void badSourcesFailWithAKindAndAnAdviceAndLeaveNothingBehind() throws IOException {
        byte[] weights = StoredModelFiles.tiny().get("model.safetensors");
        Path truncated = StoredModelFiles.tiny()
                .with("model.safetensors", Arrays.copyOf(weights, weights.length - 100))
                .writeTo(sources.resolve("truncated"));
        Path noConfig = StoredModelFiles.tiny().without("config.json").writeTo(sources.resolve("noconfig"));
        Path climbing = sources.resolve("climbing.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(climbing))) {
            zip.putNextEntry(new ZipEntry("../../escaped.json"));
            zip.write(1);
        }
        Path noArchive = Files.writeString(sources.resolve("notes.tar"), "no archive");

        assertThat(failure(begin(noConfig, "a"))).isEqualTo("not-a-model");
        assertThat(failure(begin(truncated, "b"))).isEqualTo("damaged-weights");
        assertThat(failure(begin(climbing, "c"))).isEqualTo("unsafe-entry");
        assertThat(failure(begin(noArchive, "d"))).isEqualTo("unsupported-archive");
        assertThat(directory.resolve("escaped.json")).doesNotExist();
        assertThat(server.get(MODELS).json().get("models")).isEmpty();
        assertThat(directory.resolve("box/models/incoming")).isEmptyDirectory();
        assertThat(server.models.failedImports()).isEqualTo(4);
        assertThat(server.get(IMPORTS).json().get("imports")).hasSize(4)
                .allSatisfy(one -> assertThat(one.get("resumable").asBoolean()).isFalse());
    }

    @Test
    void wishesThatCannotHoldAreRefusedWithTheFieldThatIsWrong() throws IOException {
        Path source = StoredModelFiles.tiny().writeTo(sources.resolve("tiny"));
        Process fifo = new ProcessBuilder("mkfifo", sources.resolve("pipe").toString()).start();
        assertThat(fifo.onExit().join().exitValue()).isZero();

        assertThat(wrong("{}")).containsExactly("path");
        assertThat(wrong("{\"path\":\"/a\",\"repository\":\"a/b\"}")).containsExactly("path");
        assertThat(wrong("{\"path\":\"models/tiny\"}")).containsExactly("path");
        assertThat(wrong("{\"path\":\"" + sources.resolve("pipe") + "\"}")).containsExactly("path");
        assertThat(wrong("{\"path\":\"" + sources.resolve("nothing") + "\"}")).containsExactly("path");
        assertThat(wrong("{\"path\":\"/dev/null\",\"name\":\"x\"}")).containsExactly("path");
        assertThat(wrong("{\"path\":\"/\"}")).containsExactly("name");
        assertThat(wrong("{\"path\":\"" + source + "\",\"name\":\"../up\"}")).containsExactly("name");
        assertThat(wrong("{\"path\":\"" + source + "\",\"revision\":\"main\"}")).containsExactly("revision");
        assertThat(wrong("{\"path\":\"" + source + "\",\"include\":[\"[\"]}")).containsExactly("include");
        assertThat(wrong("{\"path\":\"" + source + "\",\"pickles\":\"eat\"}")).containsExactly("pickles");
        assertThat(wrong("{\"repository\":\"acme/tiny\"}")).containsExactly("hub");
        assertThat(wrong("{\"repository\":\"acme/tiny\",\"hub\":\"elsewhere\"}")).containsExactly("hub");
        assertThat(server.get(IMPORTS).json().get("imports")).isEmpty();
    }

    @Test
    void nameThatIsTakenNeedsToBeANewVersion() throws IOException {
        String first = model("acme/tiny");
        Path changed = StoredModelFiles.ofBytes(4096).writeTo(sources.resolve("changed"));

        AdminServer.Reply refused = begin(changed, "acme/tiny");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().get("detail").asText()).contains("taken by model " + first);
        JsonNode second = ended(server.post(IMPORTS,
                "{\"path\":\"" + changed + "\",\"name\":\"acme/tiny\",\"newVersion\":true}"));
        assertThat(second.get("state").asText()).isEqualTo("imported");
        assertThat(server.get(MODELS + "/acme%2Ftiny").json().get("id").asText())
                .isEqualTo(second.get("model").asText()).isNotEqualTo(first);
        assertThat(ended(server.post(IMPORTS,
                "{\"path\":\"" + changed + "\",\"name\":\"acme/tiny\",\"newVersion\":true}")).get("state").asText())
                .isEqualTo("already_there");
    }

    @Test
    void modelThatSomebodyNeedsStays() throws IOException {
        String id = model("acme/tiny");
        server.models.usedBy(asked -> asked.equals(id) ? Optional.of("deployment chat") : Optional.empty());

        AdminServer.Reply refused = server.delete(MODELS + "/" + id);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().get("detail").asText()).contains("is used by deployment chat. Stop that first");
        assertThat(server.get(MODELS + "/" + id).json().get("usedBy").asText()).isEqualTo("deployment chat");
        server.models.usedBy(_ -> Optional.empty());
        assertThat(server.delete(MODELS + "/" + id).status()).isEqualTo(204);
        assertThat(server.get(MODELS + "/" + id).status()).isEqualTo(404);
        assertThat(server.delete(MODELS + "/" + id).status()).isEqualTo(404);
        assertThat(server.post(MODELS + "/" + id + "/verify", "{}").status()).isEqualTo(404);
        assertThat(server.get(IMPORTS + "/nothing").status()).isEqualTo(404);
    }

    @Test
    void modelWhoseSealIsBrokenIsListedApartAndCanOnlyBeRemoved() throws IOException {
        String id = model("acme/tiny");
        Path seal = directory.resolve("box/models/models/" + id + "/.gatehouse/manifest.json");
        assertThat(seal.toFile().setWritable(true)).isTrue();
        Files.writeString(seal, Files.readString(seal).replace("\"by\" : \"", "\"by\" : \"x"));

        JsonNode list = server.get(MODELS).json();

        assertThat(list.get("models")).isEmpty();
        assertThat(list.at("/untrusted/0/id").asText()).isEqualTo(id);
        assertThat(list.at("/untrusted/0/findings/0").asText()).contains("signature does not hold");
        assertThat(server.get(MODELS + "/" + id).status()).isEqualTo(409);
        assertThat(server.delete(MODELS + "/" + id).status()).isEqualTo(204);
        assertThat(server.get(MODELS).json().get("untrusted")).isEmpty();
    }

    @Test
    void diskWithoutRoomIsSaidBeforeAnythingIsCopied() throws IOException {
        server.close();
        server = new AdminServer(Databases.H2, Files.createDirectory(directory.resolve("full")), new ModelStorePlan(
                ModelStoreSettings.in(directory.resolve("full/models")).withReserve(Long.MAX_VALUE / 2), List.of()));

        JsonNode failed = ended(begin(StoredModelFiles.tiny().writeTo(sources.resolve("tiny")), "acme/tiny"));

        assertThat(failed.at("/problem/kind").asText()).isEqualTo("disk-full");
        assertThat(failed.at("/problem/message").asText()).contains("stay in reserve. Remove models or make room");
        assertThat(failed.get("resumable").asBoolean()).isTrue();
        assertThat(failed.get("bytesDone").asLong()).isZero();
        assertThat(server.get(MODELS).json().get("models")).isEmpty();
        String id = failed.get("id").asText();
        assertThat(begin(sources.resolve("tiny"), "acme/tiny").json().get("detail").asText())
                .contains("is taken by import " + id);
        assertThat(server.post(IMPORTS + "/" + id + "/pause", "").status()).isEqualTo(409);
        assertThat(server.post(IMPORTS + "/" + id + "/cancel", "").json().get("state").asText())
                .isEqualTo("cancelled");
        assertThat(server.post(IMPORTS + "/" + id + "/resume", "").status()).isEqualTo(409);
    }

    @Test
    void hubThatRefusesIsNamedWithItsStatus() throws IOException {
        HttpServer hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/", exchange -> {
            exchange.sendResponseHeaders(403, 6);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write("secret".getBytes(StandardCharsets.UTF_8));
            }
        });
        hub.start();
        server.close();
        URI base = URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
        server = new AdminServer(Databases.H2, Files.createDirectory(directory.resolve("hub")), new ModelStorePlan(
                ModelStoreSettings.in(directory.resolve("hub/models")).withReserve(0),
                List.of(HubSettings.of("mirror", base))));

        JsonNode failed = ended(server.post(IMPORTS, "{\"repository\":\"acme/tiny\"}"));
        hub.stop(0);

        assertThat(failed.at("/problem/kind").asText()).isEqualTo("access-denied");
        assertThat(failed.at("/problem/message").asText()).contains("Hub mirror refuses", "status 403")
                .doesNotContain("secret");
        assertThat(server.get(MODELS).json().get("hubs").toString()).isEqualTo("[\"mirror\"]");
    }

    @Test
    void storeThatCannotBeOpenedIsSaidAndTheRestGoesOn() throws IOException {
        server.close();
        Path file = Files.writeString(directory.resolve("file"), "");
        server = new AdminServer(Databases.H2, Files.createDirectory(directory.resolve("other")),
                new ModelStorePlan(ModelStoreSettings.in(file), List.of()));

        AdminServer.Reply away = server.get(MODELS);

        assertThat(away.status()).isEqualTo(503);
        assertThat(away.json().get("detail").asText()).contains(file.toString(), "Check models.directory");
        assertThat(server.get("/api/v1/departments").status()).isEqualTo(200);
        assertThat(server.models.figures().models()).isZero();
    }

    private String model(String name) throws IOException {
        return ended(begin(StoredModelFiles.tiny().writeTo(sources.resolve("good")), name)).get("model").asText();
    }

    private AdminServer.Reply begin(Path source, String name) {
        return server.post(IMPORTS, "{\"path\":\"" + source + "\",\"name\":\"" + name + "\"}");
    }

    private JsonNode ended(AdminServer.Reply begun) {
        assertThat(begun.status()).as(begun.text()).isEqualTo(201);
        String path = begun.header("location");
        await(() -> !server.get(path).json().get("state").asText().equals("active"));
        return server.get(path).json();
    }

    private String failure(AdminServer.Reply begun) {
        JsonNode one = ended(begun);
        assertThat(one.get("state").asText()).isEqualTo("failed");
        assertThat(one.at("/problem/message").asText()).endsWith(".");
        return one.at("/problem/kind").asText();
    }

    private List<String> wrong(String wish) {
        AdminServer.Reply reply = server.post(IMPORTS, wish);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        return reply.fields();
    }

    private List<String> told() {
        return server.actions.records().stream()
                .filter(record -> List.of("stored-models", "model-imports").contains(record.objectType()))
                .map(record -> record.actor() + " " + record.action() + " " + record.objectType() + " "
                        + record.objectId())
                .toList();
    }

    private boolean sameSecond() {
        return told().stream().anyMatch(line -> line.endsWith("-2"));
    }

    private AdminRecord record(String action) {
        return server.actions.records().stream().filter(record -> record.action().equals(action)).findFirst()
                .orElseThrow();
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not come to it in time");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }
}
