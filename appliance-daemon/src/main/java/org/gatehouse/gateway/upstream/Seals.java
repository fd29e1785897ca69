package org.gatehouse.gateway.upstream;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.exchange.Passage;
import org.gatehouse.gateway.metering.JsonBytes;
import org.gatehouse.gateway.protocol.Protocol;

/**
 * The seals that providers put on a model's thoughts: opaque, and refused by any provider but their own. A seal that goes
 * to a client through a translation is marked with whose it is; on its way back it goes to that provider unmarked and byte
 * for byte, and to no other. A seal without a mark belongs to the provider that the client speaks the language of.
 */
final class Seals {
    private static final String MARK = "ghs1.";
    private static final byte[] MARK_IN_JSON = "\"ghs1.".getBytes(StandardCharsets.US_ASCII);
    /** How the mark looks in Base64, whoever is named behind it. */
    private static final byte[] MARK_IN_BYTES = "\"Z2hzMS5".getBytes(StandardCharsets.US_ASCII);

    private Seals() {}

    /** Whose seals a provider of that protocol takes. Anthropic's are good wherever Claude runs. */
    private static String owner(Protocol protocol) {
        return switch (protocol) {
            case ANTHROPIC_MESSAGES, BEDROCK_CONVERSE -> "a.";
            case GEMINI -> "g.";
            case OPENAI_CHAT -> "c.";
            case OPENAI_RESPONSES -> "r.";
        };
    }

    /** Whether a body may hold marked seals, so that it cannot go to any provider as it is. */
    static boolean marked(byte[] body) {
        return JsonBytes.indexOf(body, 0, body.length, MARK_IN_JSON) >= 0
                || JsonBytes.indexOf(body, 0, body.length, MARK_IN_BYTES) >= 0;
    }

    /** Google's seals are bytes, and its clients read them as such: what they get is Base64 throughout. */
    private static String mark(String seal, Passage passage) {
        String marked = MARK + owner(Objects.requireNonNull(passage.provider(), "no chat")) + seal;
        return passage.client() == Protocol.GEMINI
                ? Base64.getEncoder().encodeToString(marked.getBytes(StandardCharsets.UTF_8))
                : marked;
    }

    private static String read(String seal, @Nullable Protocol client) {
        if (client == Protocol.GEMINI) {
            try {
                // Their clients write either alphabet of Base64.
                byte[] bytes = Base64.getDecoder().decode(seal.replace('-', '+').replace('_', '/'));
                String text = new String(bytes, StandardCharsets.UTF_8);
                return text.startsWith(MARK) ? text : seal;
            } catch (IllegalArgumentException _) {
                return seal;
            }
        }
        return seal;
    }

    /** The seal as that provider made it; {@code null} when it is another's. */
    private static @Nullable String unmark(@Nullable String given, @Nullable Protocol client, Protocol to) {
        if (given == null) {
            return null;
        }
        String seal = read(given, client);
        if (seal.startsWith(MARK)) {
            String own = MARK + owner(to);
            return seal.startsWith(own) ? seal.substring(own.length()) : null;
        }
        return client != null && owner(client).equals(owner(to)) ? seal : null;
    }

    /** An answer for a client that speaks something else. */
    static ChatReply marked(ChatReply reply, Passage passage) {
        return new ChatReply(reply.id(), reply.model(), reply.choices().stream()
                .map(choice -> new ChatReply.Choice(
                        choice.blocks().stream().map(block -> marked(block, passage)).toList(), choice.stop()))
                .toList(), reply.usage());
    }

    private static Block marked(Block block, Passage passage) {
        return switch (block) {
            case Block.Thinking thinking when thinking.signature() != null ->
                new Block.Thinking(thinking.text(), mark(thinking.signature(), passage));
            case Block.RedactedThinking redacted -> new Block.RedactedThinking(mark(redacted.data(), passage));
            case Block.ToolCall call when call.signature() != null -> new Block.ToolCall(call.id(), call.name(),
                    call.arguments(), mark(call.signature(), passage), call.cache());
            default -> block;
        };
    }

    /** A step of such an answer. */
    static ChatEvent marked(ChatEvent event, Passage passage) {
        return switch (event) {
            case ChatEvent.ThoughtSignature seal ->
                new ChatEvent.ThoughtSignature(seal.choice(), mark(seal.signature(), passage));
            case ChatEvent.RedactedThought redacted ->
                new ChatEvent.RedactedThought(redacted.choice(), mark(redacted.data(), passage));
            case ChatEvent.ToolCallBegun call when call.signature() != null -> new ChatEvent.ToolCallBegun(
                    call.choice(), call.call(), call.id(), call.name(), mark(call.signature(), passage));
            default -> event;
        };
    }

    /** A request with the seals that its provider takes, and no others. */
    static ChatRequest unmarked(ChatRequest request, @Nullable Protocol client, Protocol to) {
        List<ChatRequest.Turn> turns = new ArrayList<>(request.turns().size());
        boolean changed = false;
        for (ChatRequest.Turn turn : request.turns()) {
            List<Block> blocks = new ArrayList<>(turn.blocks().size());
            for (Block block : turn.blocks()) {
                Block unmarked = unmarked(block, client, to);
                changed |= unmarked != block;
                if (unmarked != null) {
                    blocks.add(unmarked);
                }
            }
            turns.add(new ChatRequest.Turn(turn.role(), blocks));
        }
        return changed
                ? new ChatRequest(request.system(), turns, request.tools(), request.toolChoice(),
                        request.parallelTools(), request.maxOutputTokens(), request.sampling(), request.stop(),
                        request.reasoning(), request.format(), request.choices(), request.streamed(),
                        request.endUser(), request.foreign())
                : request;
    }

    /** {@code null} for hidden thoughts of another provider: nothing of them is left. */
    private static @Nullable Block unmarked(Block block, @Nullable Protocol client, Protocol to) {
        return switch (block) {
            case Block.Thinking thinking when thinking.signature() != null ->
                new Block.Thinking(thinking.text(), unmark(thinking.signature(), client, to));
            case Block.RedactedThinking redacted -> {
                String data = unmark(redacted.data(), client, to);
                yield data == null ? null : new Block.RedactedThinking(data);
            }
            case Block.ToolCall call when call.signature() != null -> new Block.ToolCall(call.id(), call.name(),
                    call.arguments(), unmark(call.signature(), client, to), call.cache());
            default -> block;
        };
    }
}
