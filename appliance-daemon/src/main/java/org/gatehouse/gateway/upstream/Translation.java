package org.gatehouse.gateway.upstream;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallAttempt;
import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.FencedJson;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.exchange.EngineOnly;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Passage;
import org.gatehouse.gateway.protocol.ClientProtocol;
import org.gatehouse.gateway.protocol.Presentation;
import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.Protocols;
import org.gatehouse.gateway.protocol.ProviderProtocol;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;
import org.gatehouse.gateway.protocol.openai.ChatFlavour;
import org.gatehouse.gateway.protocol.openai.OpenAiChat;
import org.gatehouse.gateway.upstream.http.BodySlice;
import org.gatehouse.gateway.upstream.provider.Provider;
import org.gatehouse.gateway.upstream.provider.Providers;
import org.gatehouse.gateway.upstream.provider.Reshaping;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.TargetTerms;
import org.gatehouse.governance.snapshot.Upstream;

/** Where client and target speak different protocols, what each side gets. Thread-safe. */
public final class Translation {
    /** What a client that speaks the provider's own protocol can say and that is lost all the same, here or in the answer. */
    private static final Set<String> LOST = Set.of("messages[].name", "logprobs", "top_logprobs");

    private final Protocols protocols;
    private final Providers providers;
    private final Map<ChatFlavour, ProviderProtocol> flavours = new ConcurrentHashMap<>();

    /** Takes the protocols and who speaks them. */
    public Translation(Protocols protocols, Providers providers) {
        this.protocols = protocols;
        this.providers = providers;
    }

    /** How a call gets through to a target. */
    public Passage passage(Exchange exchange, Upstream upstream) {
        Surface surface = exchange.arrival().surface();
        Protocol client = Protocol.of(surface);
        boolean tells = upstream.kind() == Upstream.Kind.VLLM;
        if (client == null) {
            return new Passage(null, null, true, tells && surface == Surface.COMPLETIONS);
        }
        Provider target = providers.of(upstream);
        List<Protocol> spoken = target.chats(upstream);
        Protocol provider = spoken.contains(client) ? client : spoken.getFirst();
        boolean straight = client == provider
                && (client != Protocol.OPENAI_CHAT || target.flavour().takesOpenAis())
                && !exchange.sealedElsewhere(Seals::marked) && !mayGoOn(exchange);
        return new Passage(client, provider, straight, tells && provider == Protocol.OPENAI_CHAT);
    }

    /** Whether an answer that breaks off is to be gone on with by another target: then the box itself writes the stream. */
    public static boolean mayGoOn(Exchange exchange) {
        return exchange.route().terms().retries().continued() && exchange.route().targets().size() > 1
                && exchange.request().streamed() && exchange.request().choices() == 1;
    }

    /** The request with what the client has of the answer as the assistant's own beginning, and as much less to come. */
    private static ChatRequest behind(ChatRequest request, Exchange exchange) {
        String told = exchange.told();
        if (told.isEmpty()) {
            return request;
        }
        Long cap = request.maxOutputTokens();
        if (cap != null) {
            long made = exchange.attempts().stream().mapToLong(CallAttempt::outputTokens).sum();
            return behind(request.withCap(Math.max(1, cap - made)), told);
        }
        return behind(request, told);
    }

    private static ChatRequest behind(ChatRequest request, String told) {
        List<ChatRequest.Turn> turns = new ArrayList<>(request.turns());
        turns.add(new ChatRequest.Turn(ChatRequest.Role.ASSISTANT, List.of(new Block.Text(told))));
        return request.withTurns(turns);
    }

    /** Whether a target can serve calls on that surface at all. */
    public boolean serves(ModelRoute.Target target, Surface surface) {
        Provider provider = providers.of(target.upstream());
        return Protocol.of(surface) != null || surface == Surface.COUNT_TOKENS
                || provider.path(target.upstream(), surface, target.upstreamModel()) != null;
    }

    /** The client's side of a chat. */
    public ClientProtocol client(Exchange exchange) {
        return protocols.client(Objects.requireNonNull(exchange.passage().client(), "no chat"));
    }

    /** The target's side of a chat. */
    public ProviderProtocol provider(Exchange exchange) {
        return provider(exchange.target().upstream(),
                Objects.requireNonNull(exchange.passage().provider(), "no chat"));
    }

    private ProviderProtocol provider(Upstream upstream, Protocol spoken) {
        return spoken == Protocol.OPENAI_CHAT
                ? flavours.computeIfAbsent(providers.of(upstream).flavour(), flavour -> new OpenAiChat(flavour))
                : protocols.provider(spoken);
    }

    /** What brings a call that is no chat to the target's own shape; {@code null} where both have the same. */
    public @Nullable Reshaping reshaping(Exchange exchange) {
        if (exchange.passage().provider() != null) {
            return null;
        }
        Provider target = providers.of(exchange.target().upstream());
        Reshaping targets = target.reshaping(exchange.arrival().surface());
        return GoogleEmbeddings.asked(exchange) ? GoogleEmbeddings.of(exchange, target, targets) : targets;
    }

    /** Reads an error of an upstream to a call that is no chat: a provider words them as it does those of chats. */
    public ProviderError error(Upstream upstream, int status, Map<String, String> headers, byte[] body) {
        return provider(upstream, providers.of(upstream).chats(upstream).getFirst()).readError(status, headers, body);
    }

    /** How the target's streams are framed. */
    public Provider.Framing framing(Exchange exchange) {
        Protocol spoken = exchange.passage().provider();
        return spoken == null
                ? Provider.Framing.SERVER_SENT_EVENTS
                : providers.of(exchange.target().upstream()).framing(spoken);
    }

    /** An answer as the client may have it. */
    public static ChatReply forClient(Exchange exchange, ChatReply reply) {
        return Seals.marked(asksForJson(exchange) ? FencedJson.without(reply) : reply, exchange.passage());
    }

    /** Whether the client can use nothing but JSON. */
    public static boolean asksForJson(Exchange exchange) {
        ChatRequest request = exchange.canonicalIfKnown();
        return request != null && !(request.format() instanceof OutputFormat.Text);
    }

    /** A step of an answer as the client may have it. */
    public static ChatEvent forClient(Passage passage, ChatEvent event) {
        return Seals.marked(event, passage);
    }

    /** How the answer looks to the client. */
    public static Presentation presentation(Exchange exchange) {
        return new Presentation(exchange.arrival().id().toString().replace("-", ""), exchange.route().name(),
                exchange.arrival().at(), exchange.request().usageAsked(), exchange.likelyPromptTokens());
    }

    /** The client's request in the shape that all protocols share; read once for all tries. */
    public ChatRequest canonical(Exchange exchange) throws UntranslatableException {
        ChatRequest known = exchange.canonicalIfKnown();
        if (known != null) {
            return known;
        }
        ChatRequest read = client(exchange).readRequest(exchange.request().body(), exchange.request().streamed());
        exchange.canonical(read);
        return read;
    }

    /** The smallest question that a model can be asked, in the words of its provider. */
    byte[] oneToken(Upstream upstream, String model) throws UntranslatableException {
        Provider provider = providers.of(upstream);
        ChatRequest question = new ChatRequest(List.of(),
                List.of(new ChatRequest.Turn(ChatRequest.Role.USER, List.of(new Block.Text("Hi")))), List.of(), null,
                null, 1L, ChatRequest.Sampling.DEFAULT, List.of(), null, OutputFormat.TEXT, 1, false, null, Map.of());
        Terms terms = new Terms(model, null, 1, Terms.ReasoningStyle.NONE, 2, true, true, false);
        return provider(upstream, provider.chats(upstream).getFirst()).writeRequest(question, terms, new Losses());
    }

    List<BodySlice> reshaped(Exchange exchange, Reshaping reshaping) throws UntranslatableException {
        exchange.newLosses();
        ObjectNode request = JsonTrees.readObject(exchange.request().body());
        if (request == null) {
            throw new UntranslatableException(null, "The body is no JSON object that this model could be sent.");
        }
        return List.of(BodySlice.of(JsonTrees.bytes(
                reshaping.request(request, exchange.target().upstreamModel(), exchange.losses()))));
    }

    List<BodySlice> request(Exchange exchange, EngineFields own) throws UntranslatableException {
        exchange.newLosses();
        ChatRequest request = behind(canonical(exchange), exchange);
        Upstream upstream = exchange.target().upstream();
        String model = exchange.target().upstreamModel();
        Provider provider = providers.of(upstream);
        TargetTerms.Abilities abilities = exchange.target().terms().abilities();
        long cap = exchange.reservation().cap();
        Terms terms = new Terms(model, cap == Long.MAX_VALUE ? null : cap, exchange.route().maxOutputTokens(),
                provider.reasoning(upstream, model), provider.highestTemperature(upstream),
                provider.schemas() && abilities.schema(), provider.pictures() && abilities.vision(),
                exchange.leased());
        String kept = "";
        if (exchange.passage().client() == exchange.passage().provider()) {
            Map<String, JsonNode> lost = new HashMap<>(request.foreign());
            lost.keySet().retainAll(LOST);
            kept = othersThan(lost.keySet(), request.foreign(), upstream.engine());
            request = request.withForeign(lost);
        }
        Protocol spoken = Objects.requireNonNull(exchange.passage().provider(), "no chat");
        byte[] written = provider(exchange).writeRequest(Seals.unmarked(request, exchange.passage().client(), spoken),
                terms, exchange.losses());
        if (own.json().isEmpty() && kept.isEmpty()) {
            return List.of(BodySlice.of(written));
        }
        // The object is not empty: every request has a model or messages.
        byte[] fields = (kept + (own.json().isEmpty() ? "" : own.json() + ',')).getBytes(StandardCharsets.UTF_8);
        return List.of(new BodySlice(written, 0, 1), BodySlice.of(fields),
                new BodySlice(written, 1, written.length - 1));
    }

    /** Fields as they stand in an object, a comma behind each; for an engine without those that steer it. */
    private static String othersThan(Set<String> names, Map<String, JsonNode> fields, boolean engine) {
        StringBuilder written = new StringBuilder();
        fields.forEach((name, value) -> {
            if (!names.contains(name) && !(engine && EngineOnly.names(name))) {
                written.append(TextNode.valueOf(name)).append(':').append(value).append(',');
            }
        });
        return written.toString();
    }
}
