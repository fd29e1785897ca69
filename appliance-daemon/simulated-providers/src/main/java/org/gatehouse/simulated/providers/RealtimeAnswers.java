package org.gatehouse.simulated.providers;

import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Makes the answers of one Realtime session, one at a time, and keeps their books. Thread-safe. */
final class RealtimeAnswers {
    /** 50 ms of 24 kHz and 16 bits. */
    private static final byte[] SILENCE = new byte[2_400];
    private static final int FAILS_AFTER = 3;

    /** What the session does when it is told to break off. */
    interface Cable {
        /** Cuts the connection, with a reset or without. */
        void cut(boolean reset) throws IOException;
    }

    private final Simulation simulation;
    private final RealtimeSocket socket;
    private final Ledger ledger;
    private final Call call;
    private final String model;
    private final boolean beta;
    private final Cable cable;
    private FailureWall.@Nullable Fault planned;
    private String said = "";
    private int textTokens;
    private int audioTokens;
    private int cachedTokens;
    private boolean running;
    private boolean cancelled;

    RealtimeAnswers(Simulation simulation, RealtimeSocket socket, Ledger ledger, Call call, String model, boolean beta,
            FailureWall.@Nullable Fault planned, Cable cable) {
        this.simulation = simulation;
        this.socket = socket;
        this.ledger = ledger;
        this.call = call;
        this.model = model;
        this.beta = beta;
        this.planned = planned;
        this.cable = cable;
    }

    synchronized boolean busy() {
        return running;
    }

    synchronized void reads(String text) {
        said = text;
        textTokens += Tokenizer.count(text);
    }

    synchronized void hears(int tokens) {
        audioTokens += tokens;
    }

    /** False when there is none to be cancelled. */
    synchronized boolean cancel() {
        cancelled = running;
        return running;
    }

    synchronized void stop() {
        cancelled = true;
    }

    /** Begins an answer to what was said last. */
    void begin(boolean spoken, int most) {
        Answer answer;
        Directive directive;
        FailureWall.Fault fault;
        synchronized (this) {
            Ask ask = new Ask(said, most, false, List.of(), false, null, List.of(), new Ask.Choice.None(), false);
            directive = ask.directive();
            answer = simulation.composer().compose(ask);
            Failure asked = directive.failure();
            fault = asked == null
                    ? planned
                    : new FailureWall.Fault(asked, directive.count("after", -1), -1);
            planned = null;
            running = true;
            cancelled = false;
        }
        Thread.ofVirtual().name("simulated-realtime-answer").start(() -> make(answer, directive, spoken, fault));
    }

    private void make(Answer answer, Directive directive, boolean spoken, FailureWall.@Nullable Fault fault) {
        String id = simulation.ids().next("resp_", 16);
        long number = ledger.open(entry -> entry
                .received(simulation.clock().instant(), call.id(), call.received(), said)
                .modelled(model, true, textTokens + audioTokens));
        int made = 0;
        try {
            ObjectNode created = event("response.created");
            created.putObject("response").put("object", "realtime.response").put("id", id).put("status", "in_progress")
                    .putNull("usage");
            socket.send(created);
            pause(directive, "first-token-ms", simulation.options().firstToken());
            for (String token : answer.text()) {
                if (fault != null && made == (fault.after() < 0 ? FAILS_AFTER : fault.after())) {
                    ledger.change(number, entry -> entry.failing(fault.failure()).ended(200,
                            LedgerEntry.State.FAILED));
                    if (fails(fault.failure(), id, made)) {
                        return;
                    }
                }
                synchronized (this) {
                    if (cancelled) {
                        break;
                    }
                }
                delta(id, token, spoken);
                made++;
                int sent = made;
                ledger.change(number, entry -> entry.produced(sent));
                pause(directive, "token-ms", simulation.options().perToken());
            }
            // Before the last bytes: whoever has them finds it in the books.
            ledger.change(number, entry -> entry.ended(200, LedgerEntry.State.FINISHED));
            done(id, made, spoken);
        } catch (IOException e) {
            ledger.change(number, entry -> entry.ended(200, LedgerEntry.State.ABANDONED));
        } finally {
            synchronized (this) {
                running = false;
            }
        }
    }

    /** Whether that was the end of it. */
    private boolean fails(Failure failure, String id, int made) throws IOException {
        switch (failure) {
            case CUT, TRUNCATED -> cable.cut(false);
            case RESET -> cable.cut(true);
            case BAD_CHUNK, BAD_FRAMING -> socket.sendBroken();
            case STALL -> {
                // Says nothing more; the session is there all the same.
            }
            case ERROR_EVENT -> {
                ObjectNode event = event("response.done");
                ObjectNode response = event.putObject("response").put("object", "realtime.response").put("id", id)
                        .put("status", "failed");
                response.putObject("status_details").put("type", "failed").putObject("error")
                        .put("type", "server_error").put("code", "server_error");
                usage(response, made, false);
                socket.send(event);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void delta(String id, String token, boolean spoken) throws IOException {
        String prefix = beta ? "response." : "response.output_";
        if (spoken) {
            socket.send(event(prefix + "audio.delta").put("response_id", id).put("delta",
                    Base64.getEncoder().encodeToString(SILENCE)));
            socket.send(event(prefix + "audio_transcript.delta").put("response_id", id).put("delta", token));
        } else {
            socket.send(event(prefix + "text.delta").put("response_id", id).put("delta", token));
        }
    }

    private synchronized void done(String id, int made, boolean spoken) throws IOException {
        // What follows may be asked for as soon as this is heard.
        running = false;
        ObjectNode event = event("response.done");
        ObjectNode response = event.putObject("response").put("object", "realtime.response").put("id", id)
                .put("status", cancelled ? "cancelled" : "completed");
        usage(response, made, spoken);
        cachedTokens = textTokens + audioTokens;
        textTokens += spoken ? 0 : made;
        audioTokens += spoken ? made : 0;
        socket.send(event);
    }

    private void usage(ObjectNode response, int made, boolean spoken) {
        ObjectNode usage = response.putObject("usage").put("total_tokens", textTokens + audioTokens + made)
                .put("input_tokens", textTokens + audioTokens).put("output_tokens", made);
        usage.putObject("input_token_details").put("text_tokens", textTokens).put("audio_tokens", audioTokens)
                .put("cached_tokens", cachedTokens);
        usage.putObject("output_token_details").put("text_tokens", spoken ? 0 : made)
                .put("audio_tokens", spoken ? made : 0);
    }

    private static void pause(Directive directive, String key, Duration usual) {
        double millis = directive.millis(key, usual.toNanos() / 1e6);
        if (millis > 0) {
            LockSupport.parkNanos((long) (millis * 1e6));
        }
    }

    private ObjectNode event(String type) {
        return Json.object().put("type", type).put("event_id", simulation.ids().next("event_", 16));
    }
}
