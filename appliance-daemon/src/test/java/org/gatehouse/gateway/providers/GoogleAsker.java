package org.gatehouse.gateway.providers;

import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import com.google.genai.Client;
import com.google.genai.errors.ApiException;
import com.google.genai.types.Content;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.GenerateContentResponseUsageMetadata;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.Part;
import com.google.genai.types.ThinkingConfig;
import com.google.genai.types.Tool;

/** Google's client for Java. */
final class GoogleAsker implements Asker {
    private static final int BUDGET = 2_000;
    private final Client client;

    GoogleAsker(URI base, String key) {
        client = Client.builder().apiKey(key).httpOptions(HttpOptions.builder().baseUrl(base.toString())
                .retryOptions(HttpRetryOptions.builder().attempts(1).build()).build()).build();
    }

    @Override
    public String name() {
        return "google-genai";
    }

    /** An answer as one content, with what came beside it. */
    private record Whole(List<Part> parts, String finish, Optional<GenerateContentResponseUsageMetadata> usage) {}

    @Override
    public List<Heard> ask(Question question) {
        List<Content> contents = new ArrayList<>(List.of(said(question)));
        Whole first = send(question, contents);
        List<Heard> heard = new ArrayList<>(List.of(heard(first)));
        if (question.offersTools()) {
            contents.add(Content.builder().role("model").parts(first.parts()).build());
            List<Part> results = new ArrayList<>();
            for (Heard.Call call : heard.getFirst().calls()) {
                FunctionResponse.Builder response = FunctionResponse.builder().name(call.name())
                        .response(Map.of("output", Question.result(results.size())));
                if (!call.id().isEmpty()) {
                    response.id(call.id());
                }
                results.add(Part.builder().functionResponse(response.build()).build());
            }
            contents.add(Content.builder().role("user").parts(results).build());
            heard.add(heard(send(question, contents)));
        }
        return heard;
    }

    @Override
    public Refused refused(Question question) {
        try {
            send(question, List.of(said(question)));
            throw new AssertionError("was answered");
        } catch (ApiException e) {
            return new Refused(e.code(), e.status(), e.message());
        }
    }

    private static Content said(Question question) {
        List<Part> parts = new ArrayList<>(List.of(Part.fromText(question.text())));
        if (question.kind() == Question.Kind.SEE) {
            parts.add(Part.fromBytes(Base64.getDecoder().decode(Question.PICTURE), "image/png"));
        }
        return Content.builder().role("user").parts(parts).build();
    }

    private static GenerateContentConfig config(Question question) {
        GenerateContentConfig.Builder config = GenerateContentConfig.builder().maxOutputTokens(question.mostTokens());
        if (question.offersTools()) {
            config.tools(List.of(Tool.builder().functionDeclarations(Question.TOOLS.stream()
                    .map(tool -> FunctionDeclaration.builder().name(tool)
                            .parametersJsonSchema(Map.of("type", "object", "properties", Question.ARGUMENTS)).build())
                    .toList()).build()));
        }
        if (question.kind() == Question.Kind.REASON) {
            config.thinkingConfig(ThinkingConfig.builder().includeThoughts(true).thinkingBudget(BUDGET).build());
        }
        if (question.kind() == Question.Kind.SCHEMA) {
            config.responseMimeType("application/json").responseJsonSchema(Question.SCHEMA);
        }
        return config.build();
    }

    private Whole send(Question question, List<Content> contents) {
        if (!question.streamed()) {
            return whole(List.of(client.models.generateContent(question.model(), contents, config(question))));
        }
        List<GenerateContentResponse> chunks = new ArrayList<>();
        client.models.generateContentStream(question.model(), contents, config(question)).forEach(chunks::add);
        return whole(chunks);
    }

    private static Whole whole(List<GenerateContentResponse> chunks) {
        List<Part> parts = new ArrayList<>();
        String finish = "";
        for (GenerateContentResponse chunk : chunks) {
            chunk.candidates().orElse(List.of()).stream().flatMap(candidate -> candidate.content().stream())
                    .flatMap(content -> content.parts().orElse(List.of()).stream()).forEach(parts::add);
            String said = chunk.candidates().flatMap(all -> all.getFirst().finishReason()).map(Object::toString)
                    .orElse("");
            finish = said.isEmpty() ? finish : said;
        }
        return new Whole(parts, finish, chunks.getLast().usageMetadata());
    }

    private static Heard heard(Whole whole) {
        List<Heard.Call> calls = whole.parts().stream().flatMap(part -> part.functionCall().stream())
                .map(call -> new Heard.Call(call.id().orElse(""), call.name().orElseThrow(),
                        call.args().orElse(Map.of()).toString()))
                .toList();
        GenerateContentResponseUsageMetadata usage = whole.usage().orElseThrow();
        return new Heard(texts(whole, false), texts(whole, true), calls,
                calls.isEmpty() ? stop(whole.finish()) : Heard.Stop.TOOLS, usage.promptTokenCount().orElse(0),
                usage.candidatesTokenCount().orElse(0) + usage.thoughtsTokenCount().orElse(0));
    }

    private static Heard.Stop stop(String finish) {
        return switch (finish) {
            case "STOP" -> Heard.Stop.END;
            case "MAX_TOKENS" -> Heard.Stop.LENGTH;
            default -> Heard.Stop.OTHER;
        };
    }

    private static String texts(Whole whole, boolean thoughts) {
        return whole.parts().stream().filter(part -> part.thought().orElse(false) == thoughts)
                .flatMap(part -> part.text().stream()).collect(Collectors.joining());
    }

    @Override
    public void close() {
        client.close();
    }
}
