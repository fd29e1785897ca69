package org.gatehouse.simulated.providers;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.collect.ImmutableList;
import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ClientException;
import com.google.genai.types.Content;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.Part;
import com.google.genai.types.Schema;
import com.google.genai.types.Tool;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Google's own client against the simulated Gemini, and the way to a token of the simulated Vertex. */
class GoogleClientTest {
    private static final String MODEL = "gemini-3-pro-preview";

    private static Client client(SimulatedProvider provider) {
        return Client.builder().apiKey(Asking.KEY)
                .httpOptions(HttpOptions.builder().baseUrl(provider.uri().toString()).build()).build();
    }

    @Test
    void streamedAnswerIsRead() {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.GEMINI, ProviderOptions.usual());
                Client client = client(provider)) {
            StringBuilder text = new StringBuilder();
            List<GenerateContentResponse> chunks = new ArrayList<>();
            ResponseStream<GenerateContentResponse> stream = client.models.generateContentStream(MODEL,
                    "Hello [[sim tokens=12]]", GenerateContentConfig.builder().build());
            for (GenerateContentResponse chunk : stream) {
                text.append(chunk.text());
                chunks.add(chunk);
            }
            assertThat(text.toString()).startsWith("[simulated]");
            assertThat(chunks.getLast().usageMetadata().orElseThrow().candidatesTokenCount()).contains(12);
        }
    }

    @Test
    void callOfToolGoesRoundWithItsSignatureAndNotWithout() {
        Schema schema = Schema.builder().type("OBJECT")
                .properties(Map.of("city", Schema.builder().type("STRING").build())).build();
        GenerateContentConfig config = GenerateContentConfig.builder().tools(Tool.builder().functionDeclarations(
                FunctionDeclaration.builder().name("weather").parameters(schema).build()).build()).build();
        Content question = Content.fromParts(Part.fromText("Weather? [[sim tool=weather]]"));
        question = question.toBuilder().role("user").build();
        Content answer = Content.builder().role("user").parts(Part.builder().functionResponse(FunctionResponse.builder()
                .name("weather").response(Map.of("sky", "rain")).build()).build()).build();
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.GEMINI, ProviderOptions.usual());
                Client client = client(provider)) {
            Content call = client.models.generateContent(MODEL, ImmutableList.of(question), config).candidates()
                    .orElseThrow().getFirst().content().orElseThrow();
            Part part = call.parts().orElseThrow().getFirst();
            assertThat(part.functionCall().orElseThrow().name()).contains("weather");

            assertThat(client.models.generateContent(MODEL, ImmutableList.of(question, call, answer), config).text())
                    .startsWith("[simulated]");
            Content unsigned = Content.builder().role("model")
                    .parts(Part.builder().functionCall(part.functionCall().orElseThrow()).build()).build();
            List<Content> without = ImmutableList.of(question, unsigned, answer);
            assertThatThrownBy(() -> client.models.generateContent(MODEL, without, config))
                    .isInstanceOf(ClientException.class).hasMessageContaining("thought_signature");
        }
    }

    @Test
    void vertexGivesTokensForSignedAssertionsOnly() throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.VERTEX,
                ProviderOptions.usual().withApiKey("no static token"))) {
            JsonNode account = java.util.Objects.requireNonNull(Json.read(provider.serviceAccountJson()));
            Http.Answered granted = token(provider, assertion(account, account.get("token_uri").asText()));
            String token = granted.json().path("access_token").asText();
            assertThat(granted.status()).as(granted.text()).isEqualTo(200);

            assertThat(generate(provider, token).status()).isEqualTo(200);
            assertThat(generate(provider, token + "x").status()).isEqualTo(401);
            String good = assertion(account, account.get("token_uri").asText());
            assertThat(token(provider, good.substring(0, good.length() - 8) + "AAAAAAAA").text())
                    .contains("Invalid JWT Signature");
            assertThat(token(provider, assertion(account, "https://elsewhere.invalid/")).text())
                    .contains("invalid_grant");
        }
    }

    private static Http.Answered generate(SimulatedProvider provider, String token) throws Exception {
        return Http.post(provider.uri().resolve("/v1/projects/simulated-project/locations/global/publishers/google"
                + "/models/gemini-2.5-flash:generateContent"),
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}", "authorization",
                "Bearer " + token);
    }

    private static Http.Answered token(SimulatedProvider provider, String assertion) throws Exception {
        return Http.post(provider.uri().resolve("/token"),
                "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion,
                "content-type", "application/x-www-form-urlencoded");
    }

    private static String assertion(JsonNode account, String audience) throws Exception {
        long now = Instant.now().getEpochSecond();
        String signed = encode("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"" + account.get("private_key_id").asText()
                + "\"}") + "."
                + encode("{\"iss\":\"" + account.get("client_email").asText() + "\",\"aud\":\"" + audience
                        + "\",\"scope\":\"https://www.googleapis.com/auth/cloud-platform\",\"iat\":" + now + ",\"exp\":"
                        + (now + 3600) + "}");
        String pem = account.get("private_key").asText().replaceAll("-----[A-Z ]+-----|\\s", "");
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem))));
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    }

    private static String encode(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
