package org.gatehouse.daemon;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponse;
import com.openai.models.batches.Batch;
import com.openai.models.batches.BatchCreateParams;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;

/** What tests of batches do with OpenAI's client for Java. */
final class BatchBox implements AutoCloseable {
    static final String CHAT = "/v1/chat/completions";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONGEST = Duration.ofSeconds(60);

    final OpenAIClient client;

    BatchBox(URI base, String key) {
        client = OpenAIOkHttpClient.builder().apiKey(key).baseUrl(base + "/v1").maxRetries(0)
                .timeout(Duration.ofSeconds(60)).build();
    }

    /** A row that asks the model. */
    static String row(String id, String model, String prompt) {
        return "{\"custom_id\":\"" + id + "\",\"method\":\"POST\",\"url\":\"" + CHAT + "\",\"body\":{\"model\":\""
                + model
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}}\n";
    }

    /** So many rows for the local model. */
    static String rows(int count, String prompt) {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < count; i++) {
            rows.append(row("row-" + i, "local", prompt));
        }
        return rows.toString();
    }

    FileObject upload(Path directory, String rows) {
        try {
            Path file = Files.writeString(directory.resolve("rows.jsonl"), rows);
            return client.files().create(FileCreateParams.builder().file(file).purpose(FilePurpose.BATCH).build());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    Batch create(String file) {
        return client.batches().create(BatchCreateParams.builder().inputFileId(file)
                .endpoint(BatchCreateParams.Endpoint.V1_CHAT_COMPLETIONS)
                .completionWindow(BatchCreateParams.CompletionWindow._24H).build());
    }

    /** Hands rows in and orders them. */
    Batch order(Path directory, String rows) {
        return create(upload(directory, rows).id());
    }

    Batch await(String id, Predicate<Batch> wanted) {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (true) {
            Batch batch = client.batches().retrieve(id);
            if (wanted.test(batch)) {
                return batch;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not come: " + batch);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    Batch awaitEnd(String id, Batch.Status.Known status) {
        return await(id, batch -> batch.status().known() == status);
    }

    static long completed(Batch batch) {
        return batch.requestCounts().orElseThrow().completed();
    }

    static long failed(Batch batch) {
        return batch.requestCounts().orElseThrow().failed();
    }

    String content(String file) {
        try (HttpResponse content = client.files().content(file)) {
            return new String(content.body().readAllBytes(), StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** The lines of a file with results, by their custom ids. */
    Map<String, JsonNode> results(String file) {
        Map<String, JsonNode> results = new HashMap<>();
        content(file).lines().forEach(line -> {
            try {
                JsonNode result = JSON.readTree(line);
                if (results.put(result.get("custom_id").asText(), result) != null) {
                    throw new AssertionError("twice: " + line);
                }
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw new AssertionError(line, e);
            }
        });
        return results;
    }

    @Override
    public void close() {
        client.close();
    }
}
