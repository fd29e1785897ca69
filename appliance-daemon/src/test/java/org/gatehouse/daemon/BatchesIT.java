package org.gatehouse.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.batches.Batch;
import com.openai.models.batches.Batch.Status.Known;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.batches.BatchListParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.BudgetDraft;
import org.gatehouse.governance.LimitDraft;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.ScopeReference;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.simulated.LedgerEntry;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Files and batches of a whole daemon, as OpenAI's client for Java sees them. */
@Timeout(180)
final class BatchesIT {
    @TempDir
    Path data;
    @TempDir
    Path files;
    private final SimulatedServer engine = TestDaemon.engine();
    private TestDaemon box;
    private TestDaemon.Furnished made;
    private TestDaemon.IssuedTo key;
    private BatchBox batches;

    @BeforeEach
    void open() {
        box = TestDaemon.plain(data);
        made = box.furnish(engine);
        key = box.key(made.project(), "nightly");
        batches = new BatchBox(box.uri(""), key.text());
    }

    @AfterEach
    void close() {
        batches.close();
        box.close();
        engine.close();
    }

    @Test
    void rowsAreAnsweredBilledRecordedAndReadBack() {
        String rows = "\uFEFF" + BatchBox.row("one", "local", "[[sim tokens=5]] secret prompt")
                + BatchBox.row("two", "local", "[[sim tokens=7]]").replace("\n", "\r\n") + "\n"
                + BatchBox.row("three", "no-such-model", "Hello").strip();
        FileObject input = batches.upload(files, rows);
        assertThat(input.bytes()).isEqualTo(rows.getBytes(StandardCharsets.UTF_8).length);
        assertThat(input.filename()).isEqualTo("rows.jsonl");
        assertThat(batches.content(input.id())).isEqualTo(rows);

        Batch made = batches.client.batches().create(BatchCreateParams.builder().inputFileId(input.id())
                .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                .completionWindow(BatchCreateParams.CompletionWindow._24H)
                .metadata(BatchCreateParams.Metadata.builder().putAdditionalProperty("for", JsonValue.from("night"))
                        .build())
                .build());
        assertThat(made.status().known()).isEqualTo(Known.VALIDATING);
        Batch done = batches.awaitEnd(made.id(), Known.COMPLETED);

        assertThat(done.validate().metadata().orElseThrow()._additionalProperties()).containsKey("for");
        assertThat(done.requestCounts().orElseThrow().total()).isEqualTo(3);
        assertThat(BatchBox.completed(done)).isEqualTo(2);
        assertThat(BatchBox.failed(done)).isEqualTo(1);
        Map<String, JsonNode> good = batches.results(done.outputFileId().orElseThrow());
        assertThat(good).containsOnlyKeys("one", "two");
        JsonNode one = Objects.requireNonNull(good.get("one"));
        assertThat(one.get("id").asText()).startsWith("batch_req_");
        assertThat(one.get("error").isNull()).isTrue();
        assertThat(one.at("/response/status_code").asInt()).isEqualTo(200);
        assertThat(one.at("/response/body/usage/completion_tokens").asInt()).isEqualTo(5);
        assertThat(one.at("/response/request_id").asText()).isEqualTo(done.id() + "-1");
        JsonNode bad = Objects
                .requireNonNull(batches.results(done.errorFileId().orElseThrow()).get("three"));
        assertThat(bad.at("/response/status_code").asInt()).isEqualTo(404);
        assertThat(bad.at("/response/body/error/code").asText()).isEqualTo("model_not_found");

        // Every row is a call with a row of its own, and all of them are one trace.
        String trail = box.audit("kind=call&traceId=" + done.id().substring("batch_".length()));
        assertThat(trail).contains(done.id() + "-1", done.id() + "-2", done.id() + "-4", "model_not_found",
                "\"keyName\":\"nightly\"");
        assertThat(box.audit("objectId=" + done.id())).contains("key:Research/search/nightly", "\"create\"");
        assertThat(box.audit("objectId=" + input.id())).contains("\"create\"");
    }

    @Test
    void contentsAreSealedOnTheDiskAndGoneWhenDeleted() throws IOException {
        FileObject input = batches.upload(files, BatchBox.row("one", "local", "a very secret prompt"));
        assertThat(stored()).hasSize(1).noneMatch(content -> content.contains("secret"));

        assertThat(batches.client.files().delete(input.id()).deleted()).isTrue();

        assertThat(stored()).isEmpty();
        assertThatThrownBy(() -> batches.client.files().retrieve(input.id())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> batches.content(input.id())).isInstanceOf(NotFoundException.class);
        assertThat(box.audit("objectId=" + input.id())).contains("\"delete\"");
    }

    private List<String> stored() throws IOException {
        try (Stream<Path> paths = Files.list(data.resolve("batches"))) {
            return paths.map(path -> {
                try {
                    return new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }).toList();
        }
    }

    @Test
    void cancelledBatchStopsWhatRunsAndKeepsWhatWasDone() {
        Batch made = batches.order(files, BatchBox.row("quick", "local", "[[sim tokens=3]]")
                + BatchBox.rows(40, "[[sim tokens=3 first-token-ms=60000]]"));
        batches.await(made.id(), batch -> BatchBox.completed(batch) == 1);
        TestDaemon.await(() -> engine.running() == 16, "the rows that may run at once do not");

        Batch cancelling = batches.client.batches().cancel(made.id());

        assertThat(cancelling.status().known()).isIn(Known.CANCELLING, Known.CANCELLED);
        Batch cancelled = batches.awaitEnd(made.id(), Known.CANCELLED);
        assertThat(batches.results(cancelled.outputFileId().orElseThrow())).containsOnlyKeys("quick");
        assertThat(cancelled.errorFileId()).isEmpty();
        TestDaemon.await(() -> engine.running() == 0, "the engine still works for a cancelled batch");
        assertThat(engine.ledger().entries()).filteredOn(entry -> entry.state() == LedgerEntry.State.ABORTED)
                .hasSize(16);
        assertThat(batches.client.batches().cancel(made.id()).status().known()).isEqualTo(Known.CANCELLED);
    }

    @Test
    void listsComeInPiecesNewestFirst() {
        FileObject input = batches.upload(files, BatchBox.row("one", "local", "[[sim tokens=1]]"));
        List<String> ids = Stream.generate(() -> batches.create(input.id()).id()).limit(5).toList();

        List<Batch> first = batches.client.batches().list(BatchListParams.builder().limit(2).build()).data();
        List<String> all = batches.client.batches().list(BatchListParams.builder().limit(2).build()).autoPager()
                .stream().map(Batch::id).toList();

        assertThat(first).extracting(Batch::id).containsExactly(ids.get(4), ids.get(3));
        assertThat(all).containsExactlyElementsOf(ids.reversed());
        ids.forEach(id -> batches.awaitEnd(id, Known.COMPLETED));
        assertThat(batches.client.files().list(FileListParams.builder().purpose("batch").build()).data())
                .extracting(FileObject::id).containsExactly(input.id());
        assertThat(batches.client.files().list(FileListParams.builder().limit(2).build()).autoPager().stream().count())
                .isEqualTo(6);
    }

    @Test
    void nobodySeesWhatIsAnotherProjects() {
        UUID other = box.daemon.governance().projects()
                .create(TestDaemon.TEST, ProjectDraft.named(made.department(), "rivals")).made().id();
        Batch batch = batches.order(files, BatchBox.row("one", "local", "[[sim tokens=1]]"));
        Batch done = batches.awaitEnd(batch.id(), Known.COMPLETED);
        try (BatchBox rivals = new BatchBox(box.uri(""), box.key(other, "spy").text());
                BatchBox colleague = new BatchBox(box.uri(""), box.key(made.project(), "colleague").text())) {
            for (String file : List.of(done.inputFileId(), done.outputFileId().orElseThrow())) {
                assertThatThrownBy(() -> rivals.client.files().retrieve(file)).isInstanceOf(NotFoundException.class);
                assertThatThrownBy(() -> rivals.content(file)).isInstanceOf(NotFoundException.class);
                assertThatThrownBy(() -> rivals.client.files().delete(file)).isInstanceOf(NotFoundException.class);
            }
            assertThatThrownBy(() -> rivals.client.batches().retrieve(done.id()))
                    .isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> rivals.client.batches().cancel(done.id())).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> rivals.create(done.inputFileId())).isInstanceOf(BadRequestException.class)
                    .hasMessageContaining("has no file");
            assertThat(rivals.client.batches().list().data()).isEmpty();
            assertThat(rivals.client.files().list().data()).isEmpty();
            assertThat(colleague.client.batches().list().data()).hasSize(1);
            assertThat(colleague.results(done.outputFileId().orElseThrow())).containsOnlyKeys("one");
        }
    }

    @Test
    void rowsOfAKeyThatIsRevokedMeanwhileAreRefusedOneByOne() {
        Batch made = batches.order(files, BatchBox.rows(60, "[[sim tokens=2 first-token-ms=400]]"));
        batches.await(made.id(), batch -> BatchBox.completed(batch) > 0);

        box.daemon.governance().keys().revoke(TestDaemon.TEST, key.id(), null).made();

        try (BatchBox colleague = new BatchBox(box.uri(""), box.key(this.made.project(), "colleague").text())) {
            Batch done = colleague.awaitEnd(made.id(), Known.COMPLETED);
            assertThat(BatchBox.completed(done) + BatchBox.failed(done)).isEqualTo(60);
            assertThat(BatchBox.failed(done)).isPositive();
            Map<String, JsonNode> bad = colleague.results(done.errorFileId().orElseThrow());
            assertThat(bad.values()).allMatch(result -> result.at("/response/status_code").asInt() == 401
                    && result.at("/response/body/error/message").asText().contains("revoked"));
        }
    }

    @Test
    void budgetThatRunsOutEndsRowsNotTheBatch() {
        // A token costs a unit of money.
        box.daemon.governance().budgets().create(TestDaemon.TEST,
                new BudgetDraft(new ScopeReference(Scope.Type.KEY, key.id()), Budget.Period.MONTH,
                        new BigDecimal("2500"), null, true))
                .made();

        Batch made = batches.order(files, BatchBox.rows(60, "[[sim tokens=100]]").replace("}]}}",
                "}],\"max_tokens\":100}}"));
        Batch done = batches.awaitEnd(made.id(), Known.COMPLETED);

        assertThat(BatchBox.completed(done)).isBetween(10L, 59L);
        assertThat(BatchBox.failed(done)).isEqualTo(60 - BatchBox.completed(done));
        assertThat(batches.results(done.outputFileId().orElseThrow()).values().stream()
                .mapToLong(result -> result.at("/response/body/usage/total_tokens").asLong()).sum())
                .as("what the answered rows cost").isBetween(2_300L, 2_500L);
        assertThat(batches.results(done.errorFileId().orElseThrow()).values())
                .allMatch(result -> result.at("/response/status_code").asInt() == 429
                        && result.at("/response/body/error/code").asText().equals("insufficient_quota"));
    }

    @Test
    void rowsThatComeTooFastAreTriedAgainWhileOtherBatchesGoOn() {
        TestDaemon.IssuedTo slow = box.key(made.project(), "slow");
        box.daemon.governance().limits().create(TestDaemon.TEST,
                new LimitDraft(new ScopeReference(Scope.Type.KEY, slow.id()), Limit.Kind.CONCURRENT_REQUESTS, 2))
                .made();
        try (BatchBox bound = new BatchBox(box.uri(""), slow.text())) {
            Batch waits = bound.order(files, BatchBox.rows(12, "[[sim tokens=2 first-token-ms=300]]"));
            Batch free = batches.order(files, BatchBox.rows(30, "[[sim tokens=2]]"));

            batches.awaitEnd(free.id(), Known.COMPLETED);
            Batch done = bound.awaitEnd(waits.id(), Known.COMPLETED);

            assertThat(BatchBox.completed(done)).isEqualTo(12);
            assertThat(done.errorFileId()).isEmpty();
            assertThat(box.audit("kind=call&errorCode=rate_limit_exceeded&key=" + slow.id())).contains(done.id());
        }
    }

    @Test
    void mistakesInTheRowsAreToldByTheirLines() {
        String good = BatchBox.row("a", "local", "x");
        Batch made = batches.order(files, good + good + "\nnonsense\n" + BatchBox.row("b", "local", "x")
                .replace("}]}}", "}],\"stream\":true}}") + BatchBox.row("c", "local", "x").replace("chat/", ""));

        Batch failed = batches.awaitEnd(made.id(), Known.FAILED);

        assertThat(failed.errors().orElseThrow().data().orElseThrow())
                .extracting(error -> error.line().orElseThrow() + " " + error.code().orElseThrow())
                .containsExactly("2 duplicate_custom_id", "4 invalid_json_line", "5 stream_not_supported",
                        "6 mismatched_url");
        assertThat(engine.ledger().entries()).isEmpty();
    }

    @Test
    void everyEndpointOfABatchWorks() {
        Map<String, String> bodies = Map.of("/v1/completions", "{\"model\":\"local\",\"prompt\":\"[[sim tokens=3]]\"}",
                "/v1/responses", "{\"model\":\"local\",\"input\":\"[[sim tokens=3]]\"}", "/v1/embeddings",
                "{\"model\":\"local\",\"input\":\"Hello\"}", "/v1/rerank",
                "{\"model\":\"local\",\"query\":\"q\",\"documents\":[\"a\",\"b\"]}");
        bodies.forEach((endpoint, body) -> {
            FileObject input = batches.upload(files, "{\"custom_id\":\"r\",\"method\":\"POST\",\"url\":\"" + endpoint
                    + "\",\"body\":" + body + "}");
            Batch made = batches.client.batches().create(BatchCreateParams.builder().inputFileId(input.id())
                    .endpoint(BatchCreateParams.Endpoint.of(endpoint))
                    .completionWindow(BatchCreateParams.CompletionWindow._24H).build());
            Batch done = batches.awaitEnd(made.id(), Known.COMPLETED);
            assertThat(BatchBox.completed(done)).as(endpoint + done).isEqualTo(1);
        });
    }

    @Test
    void filesOfOtherPurposesAndWrongOrdersAreRefusedInWords() {
        assertThatThrownBy(() -> batches.client.files().create(FileCreateParams.builder().file(new byte[]{1})
                .purpose(FilePurpose.FINE_TUNE).build())).isInstanceOf(BadRequestException.class)
                .hasMessageContaining("purpose");
        FileObject input = batches.upload(files, BatchBox.row("one", "local", "x"));
        assertThatThrownBy(() -> batches.client.batches().create(BatchCreateParams.builder().inputFileId(input.id())
                .endpoint(BatchCreateParams.Endpoint.of("/v1/images/generations"))
                .completionWindow(BatchCreateParams.CompletionWindow._24H).build()))
                .isInstanceOf(BadRequestException.class).hasMessageContaining("/v1/embeddings");
        assertThatThrownBy(() -> batches.client.batches().create(BatchCreateParams.builder().inputFileId(input.id())
                .endpoint(BatchCreateParams.Endpoint.V1_EMBEDDINGS)
                .completionWindow(BatchCreateParams.CompletionWindow.of("1h")).build()))
                .isInstanceOf(BadRequestException.class).hasMessageContaining("24h");
        assertThatThrownBy(() -> batches.create("file-nonsense")).isInstanceOf(BadRequestException.class);
    }

    @Test
    void chunkHeaderWithoutEndIsGivenUpAlsoWhereFilesComeIn() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), box.daemon.port())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(("POST /v1/files HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer " + key.text()
                    + "\r\nContent-Type: multipart/form-data; boundary=B\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] endless = "0".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            int sent = 0;
            while (socket.getInputStream().available() == 0) {
                out.write(endless);
                assertThat(++sent).as("MiB of a framing's line, held in memory").isLessThan(150);
            }
            assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 413");
        }
        assertThat(box.audit("kind=call&errorCode=request_too_large")).contains("\"surface\":\"batches\"");
    }

    @Test
    void filesAndResultsSayHowLongTheyAreKept() {
        FileObject input = batches.client.files().create(FileCreateParams.builder()
                .file(BatchBox.row("one", "local", "x").getBytes(StandardCharsets.UTF_8))
                .purpose(FilePurpose.BATCH)
                .expiresAfter(FileCreateParams.ExpiresAfter.builder().seconds(7200).build()).build());

        assertThat(input.expiresAt().orElseThrow() - input.createdAt()).isEqualTo(7200);
    }

    @Test
    void stoppedBoxGoesOnWithItsBatchesWhenItIsBack() {
        Batch made = batches.order(files, BatchBox.rows(200, "[[sim tokens=2 first-token-ms=100]]"));
        batches.await(made.id(), batch -> BatchBox.completed(batch) > 10);
        batches.close();
        box.close();
        long before = engine.ledger().entries().size();
        assertThat(before).isLessThan(200);

        box = TestDaemon.plain(data);
        batches = new BatchBox(box.uri(""), key.text());

        Batch done = batches.awaitEnd(made.id(), Known.COMPLETED);
        assertThat(BatchBox.completed(done)).isEqualTo(200);
        assertThat(batches.results(done.outputFileId().orElseThrow())).hasSize(200);
        assertThat(engine.ledger().entries()).as("rows that ran when it stopped could end").hasSize(200);
    }
}
