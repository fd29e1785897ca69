package org.gatehouse.supervisor;

import java.io.IOException;
import java.time.Duration;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.gatehouse.supervisor.EngineClient.Reply;
import org.gatehouse.supervisor.engines.CallKind;
import org.gatehouse.supervisor.engines.Endpoints;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.planning.EngineKind;

/** Puts one engine through its {@link Trial}, over the way that calls will take and with the key that they will show. Thread-safe. */
final class TrialRun {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How it went. */
    sealed interface Verdict {
        /** It did what was asked. */
        record Passed() implements Verdict {}

        /** It did not, and counts as this failure if that stays so. */
        record NotPassed(EngineFailure failure, String why) implements Verdict {
            NotPassed(String why) {
                this(EngineFailure.NOT_SERVING, why);
            }
        }
    }

    private final EngineClient client = new EngineClient();
    private final SmallestCall call = new SmallestCall(System::nanoTime);
    private final Deployment deployment;
    private final Endpoints endpoints;
    private final String key;
    /** What its model was seen to be made for. */
    private volatile CallKind kind = CallKind.COMPLETION;

    TrialRun(Deployment deployment) {
        this.deployment = deployment;
        this.endpoints = Engine.of(deployment.engine()).endpoints();
        this.key = deployment.command().key();
    }

    /** The bearer key to show. */
    String key() {
        return key;
    }

    /** Tries it; each of its calls has this deadline. */
    Verdict run(Duration deadline) {
        try {
            return switch (deployment.trial().depth()) {
                case HEALTHY -> new Verdict.Passed();
                case LISTED -> listed(deadline);
                case ANSWERED -> listed(deadline) instanceof Verdict.NotPassed not ? not : answered(deadline);
            };
        } catch (JacksonException e) {
            return new Verdict.NotPassed("its answer is not JSON");
        } catch (IOException e) {
            return new Verdict.NotPassed(String.valueOf(e.getMessage()));
        }
    }

    /** Only a call: what is served was seen at the start. */
    Verdict again(Duration deadline) {
        try {
            return deployment.trial().depth() == Trial.Depth.ANSWERED ? answered(deadline) : run(deadline);
        } catch (JacksonException e) {
            return new Verdict.NotPassed("its answer is not JSON");
        } catch (IOException e) {
            return new Verdict.NotPassed(String.valueOf(e.getMessage()));
        }
    }

    private Verdict listed(Duration deadline) throws IOException {
        // transformers serve lists whatever lies in its caches and answers with its one model under any name.
        if (deployment.engine() == EngineKind.TRANSFORMERS) {
            return new Verdict.Passed();
        }
        Reply reply = client.get(deployment.listen(), endpoints.models(), key, deadline);
        if (reply.status() != 200) {
            return new Verdict.NotPassed("status " + reply.status() + " to the question for its models");
        }
        for (JsonNode model : JSON.readTree(reply.body()).path("data")) {
            if (model.path("id").asText().equals(deployment.publicName())) {
                return new Verdict.Passed();
            }
        }
        return new Verdict.NotPassed("it does not list the model " + deployment.publicName());
    }

    private Verdict answered(Duration deadline) throws IOException {
        if (sleeps(deadline)) {
            return new Verdict.Passed(); // It would answer when it is woken, and not before.
        }
        return switch (call.ask(deployment.listen(), endpoints, key, deployment.publicName(), kind, deadline)) {
            case SmallestCall.Outcome.Answered(CallKind answered, Duration _) -> {
                kind = answered;
                yield new Verdict.Passed();
            }
            case SmallestCall.Outcome.RefusedAll(String why) ->
                new Verdict.NotPassed(EngineFailure.REFUSES_CALLS, why);
            case SmallestCall.Outcome.Failed(String why) -> new Verdict.NotPassed(why);
        };
    }

    private boolean sleeps(Duration deadline) throws IOException {
        if (endpoints.asleep().isEmpty()) {
            return false;
        }
        Reply reply = client.get(deployment.listen(), endpoints.asleep(), key, deadline);
        // 404 without sleep mode.
        return reply.status() == 200 && JSON.readTree(reply.body()).path("is_sleeping").asBoolean();
    }
}
