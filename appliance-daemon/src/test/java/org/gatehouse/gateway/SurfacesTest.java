package org.gatehouse.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.NotFoundException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.audio.speech.SpeechCreateParams;
import com.openai.models.audio.transcriptions.TranscriptionCreateParams;
import com.openai.models.audio.translations.TranslationCreateParams;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.images.ImageEditParams;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.images.ImagesResponse;
import com.openai.models.models.Model;
import com.openai.models.moderations.ModerationCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Every surface through the official client library: answered as the client expects it, metered in its own unit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SurfacesTest {
    private final TestBox box = new TestBox();
    private final OpenAIClient client = OpenAIOkHttpClient.builder().baseUrl(box.uri("/v1").toString())
            .apiKey(box.key("surfaces")).maxRetries(0).timeout(Duration.ofSeconds(20)).build();

    @BeforeAll
    void open() {
        box.price("local", "1", "2").price("cloud", "3", "4");
    }

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
        assertThat(box.lastRow().outcome()).isNotEqualTo(Outcome.FAILED);
    }

    @AfterAll
    void close() {
        client.close();
        box.close();
    }

    private static ChatCompletionCreateParams.Builder chat(String model, String prompt) {
        return ChatCompletionCreateParams.builder().model(model).addUserMessage(prompt);
    }

    private void reported(long input, long output) {
        CallRecord row = box.lastRow();
        assertThat(row.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(row.usage().source()).isEqualTo(Usage.Source.REPORTED);
        assertThat(row.usage().inputTokens()).isEqualTo(input);
        assertThat(row.usage().outputTokens()).isEqualTo(output);
        assertThat(Objects.requireNonNull(row.cost()).amount()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "cloud"})
    void chatIsAnsweredPlainAndStreamed(String model) {
        ChatCompletion plain = client.chat().completions().create(chat(model, "[[sim tokens=6]] hello").build());
        assertThat(plain.choices().getFirst().message().content()).isPresent();
        reported(plain.usage().orElseThrow().promptTokens(), 6);

        try (StreamResponse<ChatCompletionChunk> stream = client.chat().completions()
                .createStreaming(chat(model, "[[sim tokens=6]] hello").build())) {
            List<ChatCompletionChunk> chunks = stream.stream().toList();
            assertThat(chunks).allMatch(chunk -> chunk.usage().isEmpty());
            assertThat(chunks.getLast().choices().getFirst().finishReason())
                    .contains(ChatCompletionChunk.Choice.FinishReason.STOP);
        }
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(6);
        assertThat(box.lastRow().streamed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "cloud"})
    void usageThatTheClientAskedForArrivesInTheLastChunk(String model) {
        try (StreamResponse<ChatCompletionChunk> stream = client.chat().completions()
                .createStreaming(chat(model, "[[sim tokens=6]] hello")
                        .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build()).build())) {
            List<ChatCompletionChunk> chunks = stream.stream().toList();
            assertThat(chunks.getLast().usage().orElseThrow().completionTokens()).isEqualTo(6);
            assertThat(chunks.getLast().choices()).isEmpty();
            assertThat(chunks.subList(0, chunks.size() - 1)).allMatch(chunk -> chunk.usage().isEmpty());
        }
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "cloud"})
    void toolsAreCalledPlainAndStreamed(String model) {
        ChatCompletionCreateParams.Builder request = chat(model, "weather? [[sim tool]]")
                .addFunctionTool(FunctionDefinition.builder().name("weather")
                        .parameters(FunctionParameters.builder().putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty("properties",
                                        JsonValue.from(Map.of("city", Map.of("type", "string"))))
                                .putAdditionalProperty("required", JsonValue.from(List.of("city"))).build())
                        .build())
                .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED);

        ChatCompletion plain = client.chat().completions().create(request.build());
        assertThat(plain.choices().getFirst().message().toolCalls().orElseThrow().getFirst().asFunction().function()
                .name()).isEqualTo("weather");
        reported(plain.usage().orElseThrow().promptTokens(), plain.usage().orElseThrow().completionTokens());

        StringBuilder arguments = new StringBuilder();
        try (StreamResponse<ChatCompletionChunk> stream = client.chat().completions()
                .createStreaming(request.build())) {
            stream.stream().flatMap(chunk -> chunk.choices().stream())
                    .flatMap(choice -> choice.delta().toolCalls().stream().flatMap(List::stream))
                    .forEach(call -> call.function().flatMap(function -> function.arguments())
                            .ifPresent(arguments::append));
        }
        assertThat(arguments.toString()).startsWith("{").contains("city").endsWith("}");
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(plain.usage().orElseThrow().completionTokens());
    }

    @Test
    void severalChoicesSchemaAndLogprobsSurvive() {
        ChatCompletion several = client.chat().completions()
                .create(chat("local", "[[sim tokens=4]] hello").n(3).logprobs(true).topLogprobs(2).build());
        assertThat(several.choices()).hasSize(3)
                .allMatch(choice -> !choice.logprobs().orElseThrow().content().orElseThrow().isEmpty());
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(several.usage().orElseThrow().completionTokens());

        ChatCompletion schema = client.chat().completions().create(chat("local", "hello")
                .responseFormat(ResponseFormatJsonSchema.builder().jsonSchema(ResponseFormatJsonSchema.JsonSchema
                        .builder().name("answer")
                        .schema(ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                                .putAdditionalProperty("type", JsonValue.from("object"))
                                .putAdditionalProperty("properties",
                                        JsonValue.from(Map.of("answer", Map.of("type", "integer"))))
                                .putAdditionalProperty("required", JsonValue.from(List.of("answer"))).build())
                        .build()).build())
                .build());
        assertThat(schema.choices().getFirst().message().content().orElseThrow()).contains("\"answer\"");
    }

    @Test
    void severalChoicesAreStreamedToTheirEnd() {
        try (StreamResponse<ChatCompletionChunk> stream = client.chat().completions()
                .createStreaming(chat("cloud", "[[sim tokens=4]] hello").n(3).build())) {
            List<ChatCompletionChunk> chunks = stream.stream().toList();
            assertThat(chunks.stream().flatMap(chunk -> chunk.choices().stream())
                    .filter(choice -> choice.finishReason().isPresent()).map(choice -> choice.index()).distinct())
                    .hasSize(3);
        }
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(12);
    }

    @Test
    void picturesInAPromptArePassedOn() {
        ChatCompletion seen = client.chat().completions().create(ChatCompletionCreateParams.builder().model("local")
                .addUserMessageOfArrayOfContentParts(List.of(
                        ChatCompletionContentPart.ofText(
                                ChatCompletionContentPartText.builder().text("what? [[sim tokens=3]]").build()),
                        ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                                .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                                        .url("data:image/png;base64,iVBORw0KGgo=").build())
                                .build())))
                .build());
        reported(seen.usage().orElseThrow().promptTokens(), 3);
        assertThat(box.lastRow().usage().inputTokens()).isGreaterThan(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "cloud"})
    void textCompletionsAreAnsweredPlainAndStreamed(String model) {
        Completion plain = client.completions()
                .create(CompletionCreateParams.builder().model(model).prompt("[[sim tokens=5]] once").build());
        reported(plain.usage().orElseThrow().promptTokens(), 5);

        try (StreamResponse<Completion> stream = client.completions()
                .createStreaming(
                        CompletionCreateParams.builder().model(model).prompt("[[sim tokens=5]] once").build())) {
            assertThat(stream.stream().toList()).isNotEmpty().allMatch(chunk -> chunk.usage().isEmpty());
        }
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "cloud"})
    void responsesAreAnsweredPlainAndStreamed(String model) {
        ResponseCreateParams request = ResponseCreateParams.builder().model(model).input("[[sim tokens=5]] hello")
                .build();
        Response plain = client.responses().create(request);
        reported(plain.usage().orElseThrow().inputTokens(), 5);

        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(request)) {
            List<ResponseStreamEvent> events = stream.stream().toList();
            assertThat(events.getFirst().isCreated()).isTrue();
            assertThat(events.getLast().isCompleted()).isTrue();
        }
        reported(plain.usage().orElseThrow().inputTokens(), 5);
    }

    @Test
    void responseThatIsCutByItsCapEndsAsIncompleteAndIsBilled() {
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(ResponseCreateParams
                .builder().model("local").input("[[sim tokens=50]] hello").maxOutputTokens(16).build())) {
            assertThat(stream.stream().toList().getLast().isIncomplete()).isTrue();
        }
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(16);
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void embeddingsAreMeteredByTheirInput() {
        CreateEmbeddingResponse reply = client.embeddings().create(EmbeddingCreateParams.builder().model("local")
                .inputOfArrayOfStrings(List.of("one", "two two", "three")).build());

        assertThat(reply.data()).hasSize(3);
        assertThat(box.lastRow().usage().inputTokens()).isEqualTo(reply.usage().promptTokens()).isPositive();
        assertThat(box.lastRow().usage().outputTokens()).isZero();
    }

    @Test
    void embeddingsOfMoreThanOneContextAreMeteredInFull() {
        String text = "word ".repeat(1_500);
        CreateEmbeddingResponse reply = client.embeddings().create(EmbeddingCreateParams.builder().model("local")
                .inputOfArrayOfStrings(List.of(text, text, text, text, text, text, text, text)).build());

        assertThat(reply.usage().promptTokens()).isGreaterThan(8192);
        reported(reply.usage().promptTokens(), 0);
    }

    @Test
    void modelsAreListedAsTheKeyMayUseThem() {
        assertThat(client.models().list().data()).extracting(Model::id).contains("local", "cloud");
        assertThat(client.models().retrieve("local").id()).isEqualTo("local");
        OpenAIClient narrow = OpenAIOkHttpClient.builder().baseUrl(box.uri("/v1").toString())
                .apiKey(box.boundKey("narrow", KeyRecord.State.ACTIVE, null, TestBox.only("cloud"), Grant.all(),
                        List.of()))
                .maxRetries(0).build();

        assertThat(narrow.models().list().data()).extracting(Model::id).containsExactly("cloud");
        assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> narrow.models().retrieve("local"));
        assertThat(box.lastRow().surface()).isEqualTo("models");
        assertThat(box.lastRow().status()).isEqualTo(404);
        narrow.close();
    }

    @Test
    void recordingsAreMeteredInSeconds() {
        byte[] wav = wav(2_500);
        assertThat(client.audio().transcriptions().create(TranscriptionCreateParams.builder().model("local").file(wav)
                .build()).asTranscription().text()).isNotEmpty();
        assertThat(box.lastRow().usage().audioMillis()).isBetween(2_000L, 3_000L);
        client.audio().translations().create(TranslationCreateParams.builder().model("local").file(wav).build());
        assertThat(box.lastRow().usage().audioMillis()).isBetween(2_000L, 3_000L);
        assertThat(box.lastRow().surface()).isEqualTo("audio.translations");
    }

    @Test
    void spokenTextIsMeteredInCharacters() throws IOException {
        try (HttpResponse speech = client.audio().speech()
                .create(SpeechCreateParams.builder().model("cloud").input("hello").voice("alloy").build())) {
            assertThat(speech.body().readAllBytes()).isNotEmpty();
        }
        assertThat(box.lastRow().usage().characters()).isEqualTo(5);
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void picturesAreMeteredByTheirNumber() {
        ImagesResponse made = client.images()
                .generate(ImageGenerateParams.builder().model("cloud").prompt("a cat").n(2).build());
        assertThat(made.data().orElseThrow()).hasSize(2);
        assertThat(box.lastRow().usage().images()).isEqualTo(2);

        client.images()
                .edit(ImageEditParams.builder().model("cloud").prompt("a dog").image(new byte[]{1, 2, 3}).build());
        assertThat(box.lastRow().usage().images()).isOne();
    }

    @Test
    void textIsModerated() {
        assertThat(client.moderations()
                .create(ModerationCreateParams.builder().model("cloud").input("bad [[sim flagged]]").build()).results()
                .getFirst().flagged()).isTrue();
        assertThat(box.lastRow().surface()).isEqualTo("moderations");
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void documentsAreRanked() {
        java.net.http.HttpResponse<String> reply = box.post(box.key("rank"), "/v1/rerank",
                "{\"model\":\"local\",\"query\":\"cat\",\"documents\":[\"a cat\",\"a dog\"],\"top_n\":2}");

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(reply.body()).contains("relevance_score");
        assertThat(box.lastRow().usage().inputTokens()).isPositive();
    }

    /** Silence of that length: 16 bit, mono, 8 kHz. */
    private static byte[] wav(int millis) {
        int bytes = millis * 16;
        ByteBuffer head = ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN);
        head.put("RIFF".getBytes(java.nio.charset.StandardCharsets.US_ASCII)).putInt(36 + bytes)
                .put("WAVEfmt ".getBytes(java.nio.charset.StandardCharsets.US_ASCII)).putInt(16).putShort((short) 1)
                .putShort((short) 1).putInt(8000).putInt(16_000).putShort((short) 2).putShort((short) 16)
                .put("data".getBytes(java.nio.charset.StandardCharsets.US_ASCII)).putInt(bytes);
        ByteArrayOutputStream wav = new ByteArrayOutputStream();
        wav.writeBytes(head.array());
        wav.writeBytes(new byte[bytes]);
        return wav.toByteArray();
    }
}
