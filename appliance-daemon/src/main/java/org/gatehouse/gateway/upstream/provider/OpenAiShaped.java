package org.gatehouse.gateway.upstream.provider;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.openai.ChatFlavour;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.governance.snapshot.Upstream.ProviderKey;

/**
 * A server whose API looks like OpenAI's: OpenAI itself, inference engines, and whoever is compatible. The option
 * {@code protocols} tells which chat protocols it has, in their order, where that differs from the usual.
 */
public final class OpenAiShaped implements Provider {
    private static final String OPTION = "protocols";

    private final List<Protocol> usual;
    private final Set<Surface> lacks;
    private final ChatFlavour flavour;

    private OpenAiShaped(List<Protocol> usual, Set<Surface> lacks, ChatFlavour flavour) {
        this.usual = usual;
        this.lacks = lacks;
        this.flavour = flavour;
    }

    /** One that has everything. */
    public static OpenAiShaped with(Protocol... usual) {
        return new OpenAiShaped(List.of(usual), Set.of(), ChatFlavour.COMPATIBLE);
    }

    /** The same without some surfaces. */
    public OpenAiShaped without(Surface... surfaces) {
        return new OpenAiShaped(usual, Set.of(surfaces), flavour);
    }

    /** The same with its own way of chatting. */
    public OpenAiShaped like(ChatFlavour other) {
        return new OpenAiShaped(usual, lacks, other);
    }

    @Override
    public List<Protocol> chats(Upstream upstream) {
        String said = upstream.option(OPTION);
        if (said == null) {
            return usual;
        }
        List<Protocol> protocols = new ArrayList<>(3);
        for (String name : said.split(",")) {
            protocols.add(Protocol.valueOf(name.strip().toUpperCase(Locale.ROOT)));
        }
        return protocols;
    }

    @Override
    public String chatPath(Upstream upstream, Protocol protocol, String model, boolean streamed) {
        return switch (protocol) {
            case OPENAI_CHAT -> "/chat/completions";
            case OPENAI_RESPONSES -> "/responses";
            case ANTHROPIC_MESSAGES -> "/messages";
            case GEMINI, BEDROCK_CONVERSE ->
                throw new IllegalArgumentException("no server of OpenAI's shape speaks " + protocol);
        };
    }

    @Override
    public @Nullable String path(Upstream upstream, Surface surface, String model) {
        String path = lacks.contains(surface) ? null : OpenAiPaths.of(surface);
        // The one surface where the model stands in the address: there is no body.
        return path == null || surface != Surface.REALTIME
                ? path
                : path + "?model=" + URLEncoder.encode(model, StandardCharsets.UTF_8);
    }

    @Override
    public Authorization authorization(Upstream upstream, ProviderKey key) {
        return Authorization.bearer(key.secret());
    }

    @Override
    public RequestHeaders headers(Upstream upstream) {
        RequestHeaders headers = RequestHeaders.NONE;
        String organization = upstream.option("organization");
        String project = upstream.option("project");
        headers = organization == null ? headers : headers.and("openai-organization", organization);
        return project == null ? headers : headers.and("openai-project", project);
    }

    @Override
    public ChatFlavour flavour() {
        return flavour;
    }

    /** OpenAI's models before its reasoning ones refuse to be told how much to think, instead of passing over it. */
    @Override
    public Terms.ReasoningStyle reasoning(Upstream upstream, String model) {
        boolean thinks = flavour != ChatFlavour.OPENAI
                || !model.matches("(ft:)?(gpt-3\\.5|gpt-4|chatgpt-4|gpt-5[^:]*-chat).*");
        return thinks ? Terms.ReasoningStyle.EFFORT : Terms.ReasoningStyle.NONE;
    }

    /** DeepSeek takes {@code json_object} alone (api-docs.deepseek.com, JSON Output). */
    @Override
    public boolean schemas() {
        return flavour != ChatFlavour.DEEPSEEK;
    }

    /** DeepSeek's models read text alone. */
    @Override
    public boolean pictures() {
        return flavour != ChatFlavour.DEEPSEEK;
    }
}
