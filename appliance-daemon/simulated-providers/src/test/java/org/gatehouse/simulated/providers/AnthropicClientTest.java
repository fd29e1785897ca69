package org.gatehouse.simulated.providers;

import java.util.List;
import java.util.Map;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Anthropic's own client against the simulated Anthropic. */
class AnthropicClientTest {
    private final SimulatedProvider provider = SimulatedProvider.start(ProviderKind.ANTHROPIC, ProviderOptions.usual());
    private final AnthropicClient client = AnthropicOkHttpClient.builder().apiKey(Asking.KEY)
            .baseUrl(provider.uri().toString()).maxRetries(0).build();

    @AfterEach
    void stop() {
        client.close();
        provider.close();
    }

    private static MessageCreateParams.Builder asking(String text) {
        return MessageCreateParams.builder().model("claude-sonnet-4-5").maxTokens(4_000).addUserMessage(text);
    }

    @Test
    void plainAnswerIsReadAndValid() {
        Message message = client.messages().create(asking("Hello [[sim tokens=12]]").build()).validate();

        assertThat(message.content().getFirst().asText().text()).startsWith("[simulated]");
        assertThat(message.usage().outputTokens()).isEqualTo(12);
        assertThat(message.stopReason()).contains(StopReason.END_TURN);
        assertThat(client.messages().countTokens(MessageCountTokensParams.builder().model("claude-sonnet-4-5")
                .addUserMessage("Hello [[sim tokens=12]]").build()).inputTokens())
                .isEqualTo(message.usage().inputTokens());
    }

    @Test
    void streamedThoughtsAndCallsGoRoundAndKeepTheirSignature() {
        MessageCreateParams.Builder first = asking("Weather? [[sim tool=weather thinking=9]]").enabledThinking(2_000)
                .addTool(Tool.builder().name("weather").inputSchema(Tool.InputSchema.builder()
                        .properties(JsonValue.from(Map.of("city", Map.of("type", "string")))).build()).build());
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> events = client.messages().createStreaming(first.build())) {
            events.stream().forEach(accumulator::accumulate);
        }
        Message message = accumulator.message().validate();
        assertThat(message.stopReason()).contains(StopReason.TOOL_USE);
        assertThat(message.content().getFirst().isThinking()).isTrue();
        ContentBlock use = message.content().get(1);

        Message second = client.messages().create(first.addMessage(message)
                .addUserMessageOfContentBlockParams(
                        List.of(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder()
                                .toolUseId(use.asToolUse().id()).content("Rain").build())))
                .build());
        assertThat(second.stopReason()).contains(StopReason.END_TURN);
    }

    @Test
    void cachedPromptIsWrittenOnceAndReadAfterwards() {
        MessageCreateParams cached = asking("Hello").systemOfTextBlockParams(List.of(
                com.anthropic.models.messages.TextBlockParam.builder().text("Long ago. ".repeat(50))
                        .cacheControl(com.anthropic.models.messages.CacheControlEphemeral.builder().build()).build()))
                .build();
        Message first = client.messages().create(cached);
        Message second = client.messages().create(cached);

        assertThat(first.usage().cacheCreationInputTokens().orElse(0L)).isPositive()
                .isEqualTo(second.usage().cacheReadInputTokens().orElse(0L));
        assertThat(second.usage().cacheCreationInputTokens()).contains(0L);
        assertThat(first.usage().inputTokens()).isEqualTo(second.usage().inputTokens());
    }

    @Test
    void refusalsBecomeTheClientsOwnExceptions() {
        provider.failNext(Failure.RATE_LIMITED, 1);
        assertThatThrownBy(() -> client.messages().create(asking("Hello").build()))
                .isInstanceOf(RateLimitException.class);
        assertThatThrownBy(() -> client.messages()
                .create(asking(" ").putAdditionalBodyProperty("temperature", JsonValue.from(2)).build()))
                .isInstanceOf(BadRequestException.class).hasMessageContaining("temperature");
    }
}
