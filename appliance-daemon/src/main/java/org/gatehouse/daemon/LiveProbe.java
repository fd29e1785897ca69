package org.gatehouse.daemon;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.UpstreamProbe;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.provider.NotAuthorizedException;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.setup.ProviderTest;

/** Asks an upstream for its models, and if wanted for one token, over the data plane's own client and guards. */
record LiveProbe(Dispatch dispatch) implements UpstreamProbe {
    private static final String ANY_KEY = "";
    private static final int MAX_REPLY_BYTES = 4 << 20;
    private static final int MOST_MODELS = 500;
    /** Of a deployment none of whose engines is ready: nobody was asked. */
    private static final int NOBODY_SERVES = 0;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public Report probe(Upstream upstream, @Nullable String model) {
        long begun = System.nanoTime();
        List<String> models = new ArrayList<>();
        Verdict verdict;
        try {
            verdict = verdict(upstream, model, models);
        } catch (UpstreamFailureException e) {
            verdict = new Verdict(false, e.failure().message());
        } catch (NotAuthorizedException e) {
            verdict = new Verdict(false, "The upstream '" + upstream.name() + "' cannot be asked: " + e.getMessage()
                    + ". Correct its key or its options.");
        } catch (UntranslatableException e) {
            verdict = new Verdict(false, String.valueOf(e.getMessage()));
        } catch (IOException _) {
            verdict = new Verdict(false, "The upstream '" + upstream.name()
                    + "' answered with something that is not JSON. Check its base URL.");
        }
        return new Report(verdict.good(), verdict.message(), (System.nanoTime() - begun) / 1_000_000, models);
    }

    /** The same for the set-up, which knows no admin API. */
    ProviderTest forSetUp() {
        return (upstream, model) -> {
            Report report = probe(upstream, model);
            return new ProviderTest.Result(report.works(), report.message(), report.millis(), report.models());
        };
    }

    private record Verdict(boolean good, String message) {}

    /** Asks for the list where there is one, and then, or instead of it, for one token. */
    private Verdict verdict(Upstream upstream, @Nullable String model, List<String> models)
            throws UpstreamFailureException, NotAuthorizedException, UntranslatableException, IOException {
        boolean lists = dispatch.lists(upstream);
        if (lists) {
            Answer list = ask(upstream, dispatch.listing(upstream, ANY_KEY));
            if (list.status() != 200) {
                return new Verdict(false, refused(upstream, list));
            }
            read(list.json(), models);
        }
        if (model == null) {
            return lists
                    ? new Verdict(true, "The upstream '" + upstream.name() + "' answers and lists " + models.size()
                            + " models.")
                    : new Verdict(false, "The upstream '" + upstream.name()
                            + "' has no list of its models to ask for. Name one of them, and it is asked for a token.");
        }
        Answer token = ask(upstream, dispatch.oneToken(upstream, ANY_KEY, model));
        if (token.status() == 200) {
            return new Verdict(true, "The model '" + model + "' of the upstream '" + upstream.name() + "' answers.");
        }
        return new Verdict(false, lists
                ? "The upstream answers, but a call to its model '" + model + "' gave status " + token.status()
                        + ". Check the model's name and what the API key may use."
                : refused(upstream, token));
    }

    private static void read(JsonNode list, List<String> models) {
        for (JsonNode entry : list.has("models") ? list.path("models") : list.path("data")) {
            if (models.size() < MOST_MODELS) {
                // Google and Cohere call it the name.
                models.add(entry.path("id").asText(entry.path("name").asText()));
            }
        }
    }

    /**
     * What was answered.
     *
     * @param error what a bad status means; {@code null} for a good one, and when nobody was asked
     */
    private record Answer(int status, JsonNode json, @Nullable ProviderError error) {}

    private Answer ask(Upstream upstream, Optional<UpstreamCall> question)
            throws UpstreamFailureException, IOException {
        if (question.isEmpty()) {
            return new Answer(NOBODY_SERVES, MissingNode.getInstance(), null);
        }
        try (UpstreamCall call = question.get()) {
            UpstreamReply reply = call.execute();
            byte[] bytes = reply.readAll(MAX_REPLY_BYTES);
            return reply.status() == 200
                    ? new Answer(200, JSON.readTree(bytes), null)
                    : new Answer(reply.status(), MissingNode.getInstance(), dispatch.error(upstream, reply, bytes));
        }
    }

    private static String refused(Upstream upstream, Answer answer) {
        String name = "The upstream '" + upstream.name() + "' ";
        String status = " (status " + answer.status() + "). ";
        ProviderError error = answer.error();
        if (error == null) {
            return name + "has no engine that serves now. Look at its deployment.";
        }
        return switch (error.cause()) {
            case AUTHENTICATION, PERMISSION -> name + "refused the API key" + status + "Check the key.";
            case OUT_OF_MONEY -> name + "says that the account is out of money" + status + "Fill it up.";
            case RATE_LIMITED, OVERLOADED -> name + "is there, but too busy to answer" + status + "Try again later.";
            case NOT_FOUND -> name + "does not know what it was asked for" + status
                    + "Check the base URL (most end in /v1) and the model's name.";
            default -> name + "answered with status " + answer.status()
                    + ". Check its base URL and its own status page.";
        };
    }
}
