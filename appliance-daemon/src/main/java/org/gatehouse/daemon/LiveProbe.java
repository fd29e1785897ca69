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
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.gateway.upstream.http.UpstreamCall;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.gateway.upstream.provider.NotAuthorizedException;
import org.gatehouse.governance.snapshot.Upstream;

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
        try {
            Answer list = ask(dispatch.listing(upstream, ANY_KEY));
            long millis = (System.nanoTime() - begun) / 1_000_000;
            if (list.status() != 200) {
                return new Report(false, refused(upstream, list.status()), millis, models);
            }
            for (JsonNode entry : list.json().has("models") ? list.json().path("models") : list.json().path("data")) {
                if (models.size() < MOST_MODELS) {
                    // Google and Cohere call it the name.
                    models.add(entry.path("id").asText(entry.path("name").asText()));
                }
            }
            if (model == null) {
                return new Report(true, "The upstream '" + upstream.name() + "' answers and lists " + models.size()
                        + " models.", millis, models);
            }
            Answer token = ask(dispatch.oneToken(upstream, ANY_KEY, model));
            return token.status() == 200
                    ? new Report(true, "The model '" + model + "' of the upstream '" + upstream.name() + "' answers.",
                            millis, models)
                    : new Report(false, "The upstream answers, but a call to its model '" + model + "' gave status "
                            + token.status() + ". Check the model's name and what the API key may use.", millis,
                            models);
        } catch (UpstreamFailureException e) {
            return new Report(false, e.failure().message(), (System.nanoTime() - begun) / 1_000_000, models);
        } catch (NotAuthorizedException | UntranslatableException e) {
            return new Report(false, String.valueOf(e.getMessage()), (System.nanoTime() - begun) / 1_000_000, models);
        } catch (IOException _) {
            return new Report(false, "The upstream '" + upstream.name()
                    + "' answered with something that is not JSON. Check its base URL.",
                    (System.nanoTime() - begun) / 1_000_000,
                    models);
        }
    }

    private record Answer(int status, JsonNode json) {}

    private static Answer ask(Optional<UpstreamCall> question) throws UpstreamFailureException, IOException {
        if (question.isEmpty()) {
            return new Answer(NOBODY_SERVES, MissingNode.getInstance());
        }
        try (UpstreamCall call = question.get()) {
            UpstreamReply reply = call.execute();
            byte[] bytes = reply.readAll(MAX_REPLY_BYTES);
            return new Answer(reply.status(),
                    reply.status() == 200
                            ? JSON.readTree(bytes)
                            : MissingNode.getInstance());
        }
    }

    private static String refused(Upstream upstream, int status) {
        String name = "The upstream '" + upstream.name() + "' ";
        return switch (status) {
            case NOBODY_SERVES -> name + "has no engine that serves now. Look at its deployment.";
            case 401, 403 -> name + "refused the API key (status " + status + "). Check the key.";
            case 404 -> name + "has no /models under its base URL (status 404). Check the base URL; most end in /v1.";
            default -> name + "answered with status " + status + ". Check its base URL and its own status page.";
        };
    }
}
