package org.gatehouse.gateway.protocol;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.protocol.Terms.ReasoningStyle;
import org.gatehouse.gateway.protocol.anthropic.AnthropicMessages;
import org.gatehouse.gateway.protocol.converse.BedrockConverse;
import org.gatehouse.gateway.protocol.gemini.GeminiGenerate;
import org.gatehouse.gateway.protocol.json.JsonTrees;
import org.gatehouse.gateway.protocol.openai.ChatFlavour;
import org.gatehouse.gateway.protocol.openai.OpenAiChat;
import org.gatehouse.gateway.protocol.openai.OpenAiResponses;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every protocol becomes in every other one: each file below {@code golden/} is a case, with what one side said in
 * each protocol that can say it, and what the other side gets. A new case needs {@code what} and {@code said} alone; run with
 * {@code -Dgolden.write=true} the rest is written, to be read before it is believed.
 */
class GoldenTest {
    private static final Path CASES = Path.of("src/test/resources/golden");
    private static final boolean WRITES = Boolean.getBoolean("golden.write");
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final List<Protocol> CLIENTS = List.of(Protocol.OPENAI_CHAT, Protocol.OPENAI_RESPONSES,
            Protocol.ANTHROPIC_MESSAGES, Protocol.GEMINI);

    /** What turns one case into what it should hold. */
    private interface Translation {
        ObjectNode of(JsonNode said);
    }

    private static Stream<DynamicTest> cases(String folder, Translation translation) throws IOException {
        try (Stream<Path> files = Files.list(CASES.resolve(folder))) {
            return files.sorted().map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                ObjectNode golden = Objects.requireNonNull(JsonTrees.readObject(Files.readString(file)), "no JSON");
                ObjectNode made = translation.of(golden.path("said"));
                if (WRITES) {
                    golden.set("becomes", made);
                    Files.writeString(file, written(golden, 0) + "\n");
                    return;
                }
                assertThat(names(golden.path("becomes"))).isEqualTo(names(made));
                made.properties().forEach(entry -> assertThat(written(entry.getValue(), 2))
                        .as(golden.path("what").asText() + " " + entry.getKey())
                        .isEqualTo(written(golden.path("becomes").path(entry.getKey()), 2)));
            })).toList().stream();
        }
    }

    private static List<String> names(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    /** A line for each part of a case, and for each event of a stream: so a difference is seen where it is. */
    private static String written(JsonNode node, int depth) {
        String indent = "  ".repeat(depth + 1);
        boolean opens = node.isObject() && depth < 2 || node.isArray() && depth == 2;
        if (!opens || node.isEmpty()) {
            return JsonTrees.text(node);
        }
        String separator = ",\n" + indent;
        String inside = node.isArray()
                ? node.valueStream().map(JsonTrees::text).collect(Collectors.joining(separator))
                : node.properties().stream()
                        .map(entry -> TextNode.valueOf(entry.getKey()) + " : " + written(entry.getValue(), depth + 1))
                        .collect(Collectors.joining(separator));
        return (node.isArray() ? "[" : "{") + "\n" + indent + inside + "\n" + "  ".repeat(depth)
                + (node.isArray() ? "]" : "}");
    }

    @TestFactory
    Stream<DynamicTest> requestsBecome() throws IOException {
        return cases("requests", said -> {
            ObjectNode becomes = JsonTrees.object();
            for (Protocol from : CLIENTS) {
                if (said.has(from.id())) {
                    for (Protocol to : Protocol.values()) {
                        if (from != to) {
                            // Google says in the path whether to stream: as the others do.
                            boolean streamed = said.path(Protocol.OPENAI_CHAT.id()).path("stream").asBoolean();
                            becomes.set(from.id() + " to " + to.id(), request(from, said.get(from.id()), streamed, to));
                        }
                    }
                }
            }
            return becomes;
        });
    }

    private static ObjectNode request(Protocol from, JsonNode said, boolean streamed, Protocol to) {
        ObjectNode becomes = JsonTrees.object();
        Losses losses = new Losses();
        try {
            ChatRequest read = client(from).readRequest(JsonTrees.bytes(said), streamed);
            becomes.set("body",
                    JsonTrees.readObject(provider(to).writeRequest(read, terms(to), losses)));
        } catch (UntranslatableException e) {
            becomes.put("refused", e.getMessage()).put("param", e.param());
        }
        if (!losses.told().isEmpty()) {
            losses.told().forEach(becomes.putArray("losses")::add);
        }
        return becomes;
    }

    @TestFactory
    Stream<DynamicTest> repliesBecome() throws IOException {
        return cases("replies", said -> {
            ObjectNode becomes = JsonTrees.object();
            for (Protocol from : Protocol.values()) {
                if (said.has(from.id())) {
                    for (Protocol to : CLIENTS) {
                        if (from != to) {
                            becomes.set(from.id() + " to " + to.id(), reply(from, said.get(from.id()), to));
                        }
                    }
                }
            }
            return becomes;
        });
    }

    private static JsonNode reply(Protocol from, JsonNode said, Protocol to) {
        try {
            return Objects.requireNonNull(JsonTrees.readObject(
                    client(to).writeReply(provider(from).readReply(JsonTrees.bytes(said)), shown())));
        } catch (BrokenAnswerException e) {
            return JsonTrees.object().put("broken", e.getMessage());
        }
    }

    @TestFactory
    Stream<DynamicTest> streamsBecome() throws IOException {
        return cases("streams", said -> {
            ObjectNode becomes = JsonTrees.object();
            for (Protocol from : Protocol.values()) {
                if (said.has(from.id())) {
                    for (Protocol to : CLIENTS) {
                        if (from != to) {
                            becomes.set(from.id() + " to " + to.id(), stream(from, said.get(from.id()), to));
                        }
                    }
                }
            }
            return becomes;
        });
    }

    /** Each line of what was said is the data of one event; in Amazon's framing an object with the event's type around it. */
    private static ArrayNode stream(Protocol from, JsonNode said, Protocol to) {
        EventReader reader = provider(from).events();
        EventWriter writer = client(to).events(shown());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<ChatEvent> steps = new ArrayList<>();
        try {
            for (JsonNode event : said) {
                boolean framed = from == Protocol.BEDROCK_CONVERSE;
                byte[] data = event.isTextual()
                        ? event.textValue().getBytes(StandardCharsets.UTF_8)
                        : JsonTrees.bytes(framed ? event.elements().next() : event);
                reader.read(framed ? event.fieldNames().next() : null, data, 0, data.length, steps::add);
            }
            if (steps.stream().noneMatch(step -> step instanceof ChatEvent.Ended || step instanceof ChatEvent.Failed)) {
                reader.end(steps::add);
            }
        } catch (BrokenAnswerException e) {
            return JsonNodeFactory.instance.arrayNode().add("broken: " + e.getMessage());
        }
        steps.forEach(step -> writer.write(step, out));
        ArrayNode lines = JsonNodeFactory.instance.arrayNode();
        out.toString(StandardCharsets.UTF_8).lines().filter(line -> !line.isEmpty()).forEach(lines::add);
        return lines;
    }

    private static Presentation shown() {
        return new Presentation("0123456789abcdef", "public-name", NOON, true, 11);
    }

    private static Terms terms(Protocol to) {
        return new Terms("their-name", null, 4096,
                to == Protocol.GEMINI ? ReasoningStyle.BUDGET : ReasoningStyle.EFFORT,
                to == Protocol.ANTHROPIC_MESSAGES || to == Protocol.BEDROCK_CONVERSE ? 1 : 2, true, true);
    }

    private static ClientProtocol client(Protocol which) {
        return (ClientProtocol) provider(which);
    }

    /** Anew each time, so that ids that are made are the same each time. */
    private static ProviderProtocol provider(Protocol which) {
        InstantSource clock = InstantSource.fixed(NOON);
        int[] made = {0};
        return switch (which) {
            case OPENAI_CHAT -> new OpenAiChat(ChatFlavour.OPENAI, clock, () -> "call_" + ++made[0]);
            case OPENAI_RESPONSES -> new OpenAiResponses(clock, () -> "call_" + ++made[0]);
            case ANTHROPIC_MESSAGES -> new AnthropicMessages(Clock.fixed(NOON, ZoneOffset.UTC));
            case GEMINI -> new GeminiGenerate(() -> new UUID(0, ++made[0]));
            case BEDROCK_CONVERSE -> new BedrockConverse();
        };
    }
}
