package org.gatehouse.gateway.upstream.provider;

import java.time.Clock;

import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.openai.ChatFlavour;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.provider.anthropic.Anthropic;
import org.gatehouse.gateway.upstream.provider.azure.AzureOpenAi;
import org.gatehouse.gateway.upstream.provider.bedrock.Bedrock;
import org.gatehouse.gateway.upstream.provider.cohere.Cohere;
import org.gatehouse.gateway.upstream.provider.gemini.Gemini;
import org.gatehouse.gateway.upstream.provider.gemini.Vertex;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;

/** Every kind of provider. Immutable. */
public final class Providers {
    // An engine's own Messages endpoint takes no cache salt and reports no running usage; governance wants both, so
    // calls in that dialect are translated unless an admin says otherwise (option "protocols").
    private final OpenAiShaped vllm = OpenAiShaped.with(Protocol.OPENAI_CHAT, Protocol.OPENAI_RESPONSES)
            .like(ChatFlavour.ENGINE);
    private final Provider engine = vllm.without(Surface.REALTIME);
    private final Provider plainEngine = OpenAiShaped.with(Protocol.OPENAI_CHAT).like(ChatFlavour.ENGINE)
            .without(Surface.REALTIME);
    private final Provider compatible = OpenAiShaped.with(Protocol.OPENAI_CHAT, Protocol.OPENAI_RESPONSES);
    private final OpenAiShaped chatOnly = OpenAiShaped.with(Protocol.OPENAI_CHAT)
            .without(Surface.AUDIO_SPEECH, Surface.IMAGES_GENERATIONS, Surface.IMAGES_EDITS, Surface.RERANK,
                    Surface.MODERATIONS, Surface.REALTIME);
    private final Provider dashScope = chatOnly.like(ChatFlavour.QWEN);
    private final Provider deepSeek = chatOnly.like(ChatFlavour.DEEPSEEK);
    private final Provider mistral = chatOnly.like(ChatFlavour.MISTRAL);
    private final Provider openAi = OpenAiShaped.with(Protocol.OPENAI_CHAT, Protocol.OPENAI_RESPONSES)
            .without(Surface.RERANK).like(ChatFlavour.OPENAI);
    private final Provider azure = new AzureOpenAi();
    private final Provider anthropic = new Anthropic();
    private final Provider gemini = new Gemini();
    private final Provider cohere = new Cohere();
    private final Provider vertex;
    private final Provider bedrock;

    /**
     * Takes what those need that make tokens or signatures of their keys.
     *
     * @param client carries the questions to whoever makes tokens; whoever made it closes it
     * @param clock tells when a token ends, and dates signatures
     */
    public Providers(UpstreamClient client, Clock clock) {
        this.vertex = new Vertex(client, clock);
        this.bedrock = new Bedrock(clock);
    }

    /** Of one upstream. */
    public Provider of(Upstream upstream) {
        return switch (upstream.kind()) {
            case OPENAI_COMPATIBLE -> compatible;
            case OPENAI -> openAi;
            case AZURE_OPENAI -> azure;
            case ANTHROPIC -> anthropic;
            case GEMINI -> gemini;
            case VERTEX -> vertex;
            case BEDROCK -> bedrock;
            case DASHSCOPE -> dashScope;
            case DEEPSEEK -> deepSeek;
            case MISTRAL -> mistral;
            case COHERE -> cohere;
            case VLLM -> vllm;
            case SGLANG, TRANSFORMERS -> engine;
            case LLAMA_CPP, TENSORRT_LLM -> plainEngine;
        };
    }
}
