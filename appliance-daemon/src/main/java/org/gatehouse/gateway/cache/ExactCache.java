package org.gatehouse.gateway.cache;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Cost;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.exchange.CacheLook;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.KeptAnswer;
import org.gatehouse.gateway.exchange.Stage;
import org.gatehouse.gateway.exchange.Verdict;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.EventWriter;
import org.gatehouse.gateway.protocol.Presentation;
import org.gatehouse.gateway.protocol.Protocol;
import org.gatehouse.gateway.protocol.Protocols;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.relay.WholeStream;
import org.gatehouse.governance.snapshot.CacheTerms;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;

/**
 * The exact cache: chats whose answer lasts are answered a second time from memory. A stage of the way in that refuses
 * nobody; whoever ends the call brings it the answer of a miss. Thread-safe.
 */
public final class ExactCache implements Stage {
    private static final System.Logger LOG = System.getLogger(ExactCache.class.getName());
    /** Events take that much more than what they say: each carries a token or two in some 200 bytes. */
    private static final int EVENTS_A_BYTE = 64;
    /** Objects around the texts of an entry, a block each, measured generously. */
    private static final int ENTRY_BYTES = 768;
    private static final int BLOCK_BYTES = 160;

    private final Protocols protocols;
    private final AnswerStore store;
    private final LongSupplier nanoTime;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder savedInput = new LongAdder();
    private final LongAdder savedOutput = new LongAdder();
    private final Map<String, BigDecimal> savedMoney = new ConcurrentHashMap<>();

    /**
     * Opens it empty.
     *
     * @param mostBytes what all kept answers may take of memory together; 0 keeps none
     * @param nanoTime the monotonic clock by which they age
     */
    public ExactCache(Protocols protocols, long mostBytes, LongSupplier nanoTime) {
        this.protocols = protocols;
        this.store = new AnswerStore(mostBytes);
        this.nanoTime = nanoTime;
    }

    /** Looks whether the same was asked before, if route and key want that. */
    @Override
    public Verdict pass(Exchange exchange) {
        CacheTerms terms = exchange.route().cache();
        if (terms.enabled() && exchange.key().cached()) {
            exchange.looked(look(exchange, terms));
        }
        return Verdict.GO_ON;
    }

    private CacheLook look(Exchange exchange, CacheTerms terms) {
        Protocol protocol = Protocol.of(exchange.arrival().surface());
        // A comparison of targets, or the trial of a new one, needs every call.
        if (protocol == null || exchange.route().terms().split() != null || !lasts(exchange, protocol, terms)) {
            return CacheLook.OFF;
        }
        Question question = Fingerprint.of(exchange, tenant(exchange.key(), terms));
        if (question == null) {
            return CacheLook.OFF;
        }
        long now = nanoTime.getAsLong();
        AnswerStore.Entry found = store.find(question, now, terms.ttl().toNanos());
        if (found == null) {
            misses.increment();
            return new CacheLook.Miss(question, terms.largestEntryBytes(),
                    (int) Math.min(CacheTerms.LARGEST_ENTRY, (long) terms.largestEntryBytes() * EVENTS_A_BYTE));
        }
        return new CacheLook.Hit(found.answer(), Duration.ofNanos(now - found.madeNanos()));
    }

    private boolean lasts(Exchange exchange, Protocol protocol, CacheTerms terms) {
        try {
            ChatRequest request = exchange.canonicalIfKnown();
            if (request == null) {
                request = protocols.client(protocol).readRequest(exchange.request().body(),
                        exchange.request().streamed());
                exchange.canonical(request);
            }
            return Lasting.is(request, terms);
        } catch (UntranslatableException _) {
            return false;
        }
    }

    /** A key that is alone with what engines remember is alone here too: a fast answer tells that somebody asked before. */
    private static UUID tenant(KeyRecord key, CacheTerms terms) {
        if (key.engineTerms().prefixCache() == EngineTerms.PrefixCache.KEY) {
            return key.id();
        }
        return switch (terms.sharing()) {
            case KEY -> key.id();
            case PROJECT -> key.projectId();
            case DEPARTMENT -> key.departmentId();
        };
    }

    /**
     * Keeps the answer of a call that missed, if it is whole and one target's. To be called once the call is recorded as completed, before the
     * client has the end of it. Throws nothing.
     *
     * @param body what the client gets: a whole reply, or all events
     * @param usage what it used
     */
    public void answered(Exchange exchange, byte[] body, boolean streamed, Usage usage, @Nullable Cost cost) {
        // What two targets said one behind the other is the answer of neither.
        if (!(exchange.look() instanceof CacheLook.Miss) || exchange.reservation().cutsShort()
                || !exchange.told().isEmpty()) {
            return;
        }
        try {
            ChatReply reply = read(exchange, body, streamed);
            if (reply != null && isWhole(exchange, reply)) {
                byte[] plain = streamed ? null : body;
                keep(exchange, new KeptAnswer(reply, plain, usage, cost, exchange.target().upstreamModel(),
                        exchange.target().upstream().simulated(), exchange.losses().told()), weight(reply, plain));
            }
        } catch (BrokenAnswerException _) {
            // The client takes it as it is; it is not given again.
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "An answer could not be kept (trace " + exchange.arrival().trace()
                    .traceId() + "). This is a bug: report it.", e);
        }
    }

    /** Keeps the answer of a call that missed, if it may be so large. */
    void keep(Exchange exchange, KeptAnswer answer, long weight) {
        if (exchange.look() instanceof CacheLook.Miss miss && miss.question() instanceof Question question
                && weight <= miss.largestBytes()) {
            store.keep(question, new AnswerStore.Entry(answer, weight, nanoTime.getAsLong()));
        }
    }

    private @Nullable ChatReply read(Exchange exchange, byte[] body, boolean streamed) throws BrokenAnswerException {
        Protocol protocol = Protocol.of(exchange.arrival().surface());
        if (protocol == null) {
            return null;
        }
        if (!streamed) {
            return protocols.provider(protocol).readReply(body);
        }
        Assembly assembly = new Assembly();
        EventReader reader = protocols.provider(protocol).events();
        WholeStream.<BrokenAnswerException>read(body,
                (data, from, to) -> reader.read(null, data, from, to, assembly::take));
        if (!assembly.ended()) {
            reader.end(assembly::take);
        }
        return assembly.whole();
    }

    private static boolean isWhole(Exchange exchange, ChatReply reply) {
        boolean capped = exchange.request().outputCap() != null;
        if (reply.choices().size() != exchange.request().choices()) {
            return false;
        }
        for (ChatReply.Choice choice : reply.choices()) {
            if (!Assembly.isWhole(choice.stop().reason(), capped)
                    || choice.blocks().stream().anyMatch(block -> block instanceof Block.Foreign)) {
                return false;
            }
        }
        return true;
    }

    /** Estimated from above: a character may take two bytes. */
    private static long weight(ChatReply reply, byte @Nullable [] plain) {
        long weight = ENTRY_BYTES + (plain == null ? 0 : plain.length);
        for (ChatReply.Choice choice : reply.choices()) {
            for (Block block : choice.blocks()) {
                weight += BLOCK_BYTES + 2L * switch (block) {
                    case Block.Text text -> text.text().length();
                    case Block.Thinking thinking -> thinking.text().length() + length(thinking.signature());
                    case Block.RedactedThinking hidden -> hidden.data().length();
                    case Block.Declined declined -> declined.text().length();
                    case Block.ToolCall call -> call.id().length() + call.name().length() + call.arguments().length()
                            + length(call.signature());
                    case Block.Image _,Block.Document _,Block.Audio _,Block.ToolResult _,Block.Foreign _ ->
                        CacheTerms.LARGEST_ENTRY;
                };
            }
        }
        return weight;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    /** What the client of a hit gets: a whole reply or all events, in its own dialect. */
    public byte[] replay(Exchange exchange, CacheLook.Hit hit) {
        KeptAnswer answer = hit.answer();
        byte[] plain = answer.plain();
        boolean streamed = exchange.request().streamed();
        if (!streamed && plain != null) {
            return plain;
        }
        Protocol protocol = Protocol.of(exchange.arrival().surface());
        if (protocol == null) {
            throw new IllegalStateException("only chats are kept");
        }
        TokenCount usage = count(answer.usage());
        Presentation presentation = new Presentation(exchange.arrival().id().toString().replace("-", ""),
                exchange.route().name(), exchange.arrival().at(), exchange.request().usageAsked(), usage.input());
        ChatReply reply = answer.reply();
        if (!streamed) {
            return protocols.client(protocol).writeReply(
                    new ChatReply(reply.id(), reply.model(), reply.choices(), usage), presentation);
        }
        ByteArrayOutputStream events = new ByteArrayOutputStream(4096);
        EventWriter writer = protocols.client(protocol).events(presentation);
        Steps.of(reply, usage, step -> writer.write(step, events));
        return events.toByteArray();
    }

    private static TokenCount count(Usage usage) {
        return new TokenCount(usage.inputTokens(), usage.cachedInputTokens(), usage.cacheWriteTokens(),
                usage.longCacheWriteTokens(),
                usage.outputTokens(), usage.reasoningTokens(), new TokenCount.Media(usage.media().audioInput(),
                        usage.media().imageInput(), usage.media().audioOutput(), usage.media().imageOutput()));
    }

    /** Counts a hit that was recorded. */
    public void given(CacheLook.Hit hit) {
        KeptAnswer answer = hit.answer();
        hits.increment();
        savedInput.add(answer.usage().inputTokens());
        savedOutput.add(answer.usage().outputTokens());
        Cost cost = answer.cost();
        if (cost != null) {
            savedMoney.merge(cost.currency(), cost.amount(), BigDecimal::add);
        }
    }

    /** Forgets every answer of a public model; says how many there were. */
    public int purge(UUID model) {
        return store.forget(question -> question.route().equals(model));
    }

    /** Forgets every answer; says how many there were. */
    public int purge() {
        return store.forget(_ -> true);
    }

    /** How many answers of a public model are kept. */
    public int kept(UUID model) {
        return store.count(question -> question.route().equals(model));
    }

    /** Forgets the answers of models that are gone or are not to be kept any more. */
    public void follow(PolicySnapshot snapshot) {
        if (store.size() > 0) {
            Set<UUID> keeping = new HashSet<>();
            for (ModelRoute route : snapshot.models().values()) {
                if (route.cache().enabled()) {
                    keeping.add(route.id());
                }
            }
            store.forget(question -> !keeping.contains(question.route()));
        }
    }

    /** How it does, since the daemon started. */
    public Figures figures() {
        return new Figures(hits.sum(), misses.sum(), store.size(), store.bytes(), store.mostBytes(), store.evicted(),
                savedInput.sum(), savedOutput.sum(), new TreeMap<>(savedMoney));
    }

    /**
     * How the cache does. Immutable.
     *
     * @param hits calls that it answered
     * @param misses calls that it could have answered, had it had the answer
     * @param entries answers that it keeps now
     * @param bytes what they take of memory, estimated from above
     * @param mostBytes what they may take
     * @param evicted answers that had to go to make room
     * @param savedInputTokens prompt tokens that no model had to read
     * @param savedOutputTokens tokens that no model had to produce
     * @param savedMoney what these would have cost, by currency
     */
    public record Figures(long hits, long misses, int entries, long bytes, long mostBytes, long evicted,
            long savedInputTokens, long savedOutputTokens, Map<String, BigDecimal> savedMoney) {

        /** Copies the sums. */
        public Figures {
            savedMoney = Map.copyOf(savedMoney);
        }
    }
}
