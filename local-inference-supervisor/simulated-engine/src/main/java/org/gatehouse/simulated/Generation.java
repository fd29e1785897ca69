package org.gatehouse.simulated;

import java.io.IOException;

/**
 * One request's time in the engine: checked, admitted, paced token by token, counted, ended. Open it, ask
 * {@link #awaitTokens} before each token, and close it; whatever way it ends, ledger and metrics are right.
 */
final class Generation implements AutoCloseable {
    private static final long SLOT_POLL_NANOS = 5_000_000;
    /** Replies longer than this are watched for the caller's leaving, even when nothing slows them. */
    private static final int WATCHED_TOKENS = 256;
    private static final int FAULT_AFTER = 3;

    private final Exchange exchange;
    private final GenerationRequest request;
    private final Usage promptUsage;
    private final OutputPlan plan;
    private final int copies;
    private final long firstNanos;
    private final long eachNanos;
    private final long beganNanos;
    private int produced;
    private boolean aborted;
    private boolean ended;
    private long firstTokenNanos;

    private Generation(Exchange exchange, GenerationRequest request, int cached, OutputPlan plan, int copies) {
        this.exchange = exchange;
        this.request = request;
        this.plan = plan;
        this.copies = copies;
        Options options = exchange.engine().options();
        Directive directive = request.directive;
        firstNanos = nanos(directive.firstTokenMillis() >= 0
                ? directive.firstTokenMillis()
                : options.firstTokenMillis());
        eachNanos = nanos(directive.tokenMillis() >= 0 ? directive.tokenMillis() : options.tokenMillis());
        beganNanos = exchange.engine().nanos();
        promptUsage = new Usage(request.promptTokens(), 0, cached, 0);
    }

    /**
     * Lets a request in: the model is known, prompt and output fit, a slot is free or becomes free.
     *
     * @param copies replies generated side by side
     */
    static Generation begin(Exchange exchange, GenerationRequest request, int copies) throws IOException, Refused {
        Engine engine = exchange.engine();
        if (!engine.serves(request.model)) {
            throw new Refused(Problem.unknownModel(request.model));
        }
        int longest = 0;
        for (PromptTokens prompt : request.prompts) {
            longest = Math.max(longest, prompt.count());
        }
        longest += request.toolTokens;
        int limit = engine.options().maxModelLength();
        int room = limit - longest;
        if (room < Math.max(1, request.maxTokens)) {
            throw new Refused(Problem.tooLong(limit, Math.max(0, request.maxTokens), longest));
        }
        if (request.maxTokens > 0) {
            room = request.maxTokens;
        }
        Faults.beforeReply(exchange, request.directive);
        OutputPlan plan = OutputPlan.of(request, engine, room);
        waitForSlot(exchange);
        int cached = -1;
        if (engine.tellsCachedTokens()) {
            cached = 0;
            for (PromptTokens prompt : request.prompts) {
                cached += engine.prefixes().cachedTokens(prompt, request.cacheSalt + request.toolTokens);
            }
        }
        Generation generation = new Generation(exchange, request, cached, plan, copies);
        exchange.entry().admitted(request.model.isEmpty() ? engine.servedName() : request.model,
                generation.promptUsage.prompt(), Math.max(0, cached));
        engine.metrics().begins(generation.promptUsage.prompt());
        return generation;
    }

    private static void waitForSlot(Exchange exchange) throws IOException, Refused {
        Engine engine = exchange.engine();
        if (engine.takeSlot()) {
            return;
        }
        if (!engine.playsVllm()) {
            exchange.reply().header("retry-after", "1");
            throw new Refused(new Problem(429, "requests", "rate_limit_exceeded",
                    "Rate limit reached: too many requests at once. Please try again in 1s.", null));
        }
        engine.metrics().waits();
        try {
            while (!engine.takeSlot()) {
                exchange.caller().pause(SLOT_POLL_NANOS);
            }
        } finally {
            engine.metrics().waitsNoMore();
        }
    }

    OutputPlan plan() {
        return plan;
    }

    /** Whether tokens take time, so that what is ready goes out before the next wait. */
    boolean paced() {
        return firstNanos > 0 || eachNanos > 0;
    }

    /**
     * Waits until the next token is due and counts it for every copy. False when the server stops, and the reply has to
     * end where it is.
     *
     * @param tokens how many at once
     */
    boolean awaitTokens(int tokens) throws CallEnded {
        Caller caller = exchange.caller();
        if ((exchange.engine().draining() && produced == 0) || caller.aborted()) {
            aborted = true;
            return false;
        }
        if (paced()) {
            caller.waitUntil(beganNanos + firstNanos + produced * eachNanos);
            if (caller.aborted()) {
                aborted = true;
                return false;
            }
        } else if (produced == 0 && plan.tokens() > WATCHED_TOKENS) {
            caller.watch();
        } else {
            caller.check();
        }
        if (produced == 0) {
            firstTokenNanos = exchange.engine().nanos() - beganNanos;
        }
        produced += tokens;
        exchange.entry().produced(produced * copies);
        return true;
    }

    /** Waits for and counts all tokens of a reply that is sent in one piece, up to the fault if there is one. */
    void awaitAll() throws CallEnded {
        int wanted = Math.min(plan.tokens(), faultPoint());
        if (!paced()) {
            awaitTokens(wanted);
            return;
        }
        for (int i = 0; i < wanted; i++) {
            if (!awaitTokens(1)) {
                return;
            }
        }
    }

    /** Waits for the time that the input takes, on surfaces that make no tokens one by one. */
    void awaitInput() throws CallEnded {
        if (firstNanos > 0) {
            exchange.caller().waitUntil(beganNanos + firstNanos);
        }
    }

    /** Counts what such a surface made in the unit of its usage. */
    void made(int tokens) {
        produced = tokens;
        exchange.entry().produced(tokens);
    }

    /** Output tokens before the fault that ends the reply in its middle; far away when there is none. */
    int faultPoint() {
        return switch (request.directive.fault()) {
            case CUT, CUT_CLEAN, ERROR_EVENT, STALL -> request.directive.after() >= 0
                    ? request.directive.after()
                    : FAULT_AFTER;
            default -> Integer.MAX_VALUE;
        };
    }

    /** Tokens of each copy so far. */
    int produced() {
        return produced;
    }

    boolean aborted() {
        return aborted;
    }

    /** Why the reply ended, for a reply that calls no tools. */
    String finishReason() {
        if (aborted) {
            return "abort";
        }
        return plan.cutShort() ? "length" : "stop";
    }

    /** What was used up to now. */
    Usage usage() {
        return new Usage(promptUsage.prompt(), produced * copies, promptUsage.cached(),
                Math.min(plan.reasoning(), produced) * copies);
    }

    /**
     * What one choice has used up to now, as vLLM tells it in each chunk: its own prompt, and its own output alone. Only the
     * last report of a stream is a sum over choices and prompts.
     *
     * @param choice its index; the choices of one prompt stand side by side
     * @param output tokens of that choice that went out
     */
    Usage usageOfChoice(int choice, int output) {
        int prompt = request.prompts.get(choice / request.choices).count() + request.toolTokens;
        return new Usage(prompt, output, -1, 0);
    }

    /** Tells that the reply comes to the end that it should have; call it before the last bytes go out. */
    void completed() {
        end(aborted ? Metrics.Finish.ABORT : plan.cutShort() ? Metrics.Finish.LENGTH : Metrics.Finish.STOP);
    }

    @Override
    public void close() {
        end(Metrics.Finish.ABORT);
    }

    private void end(Metrics.Finish finish) {
        if (!ended) {
            ended = true;
            Engine engine = exchange.engine();
            engine.giveSlotBack();
            engine.metrics().ends(finish, produced * copies, firstTokenNanos, engine.nanos() - beganNanos);
        }
    }

    private static long nanos(double millis) {
        return (long) (millis * 1e6);
    }
}
