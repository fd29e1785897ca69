package org.gatehouse.setup.wizard.console;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.box.BoxClient;
import org.gatehouse.setup.wizard.box.Place;
import org.gatehouse.setup.wizard.box.Readiness;
import org.gatehouse.setup.wizard.box.Reply;
import org.gatehouse.setup.wizard.box.SetupView;

/** Asks the box every few seconds how it is, in the background: a screen must not stand still while an answer is waited for. Thread-safe. */
final class Lookout implements AutoCloseable {
    /** A daemon that can't start is tried again sooner than that. */
    private static final Duration OF_NOW = Duration.ofMinutes(5);

    private final Place place;
    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("lookout").factory());
    private volatile Standing standing = new Standing.Starting(false, "");
    private @Nullable BoxClient client;
    private boolean everAnswered;

    /** Of the daemon whose data lies there; begins at once. */
    Lookout(Place place, Duration every) {
        this.place = place;
        timer.scheduleWithFixedDelay(this::look, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How the box was just now. */
    Standing standing() {
        return standing;
    }

    private void look() {
        try {
            Standing now = asked();
            everAnswered |= !(now instanceof Standing.Starting);
            standing = now;
        } catch (RuntimeException _) {
            // What is said of the box is as old as it looks; an exception that escaped would end the timer.
            standing = starting();
        }
    }

    private Standing starting() {
        return new Standing.Starting(everAnswered,
                place.startFailure(Instant.now().minus(OF_NOW)).orElse(""));
    }

    private Standing asked() {
        Optional<URI> address = place.address();
        if (address.isEmpty()) {
            return starting();
        }
        BoxClient box = client(address.get());
        place.fingerprint().ifPresent(box::pin);
        box.as(place.adminToken().orElse(""));
        if (!(box.setup() instanceof Reply.Good<SetupView>(SetupView view))) {
            return starting();
        }
        if (!view.isFinished()) {
            return new Standing.Fresh(view.version(), view.fingerprint(),
                    view.isClaimed() ? "" : place.claimCode().orElse(""));
        }
        Readiness readiness = box.readiness() instanceof Reply.Good<Readiness>(Readiness now)
                ? now
                : new Readiness(false, List.of("It does not say whether it is ready."));
        return new Standing.Serving(view.version(), view.fingerprint(), readiness, troubles(box), engines(box));
    }

    private BoxClient client(URI server) {
        BoxClient known = client;
        if (known != null && known.server().equals(server)) {
            return known;
        }
        if (known != null) {
            known.close();
        }
        BoxClient fresh = new BoxClient(server);
        client = fresh;
        return fresh;
    }

    private static List<String> troubles(BoxClient box) {
        List<String> troubles = new ArrayList<>();
        if (box.status() instanceof Reply.Good<JsonNode>(JsonNode status)) {
            for (JsonNode part : status.path("parts")) {
                if (!part.path("healthy").asBoolean(true)) {
                    troubles.add(part.path("name").asText() + ": " + part.path("message").asText());
                }
            }
        }
        return troubles;
    }

    private static String engines(BoxClient box) {
        if (!(box.fleet() instanceof Reply.Good<JsonNode>(JsonNode fleet))) {
            return "";
        }
        int ready = 0;
        int desired = 0;
        for (JsonNode deployment : fleet.path("deployments")) {
            ready += deployment.path("ready").asInt();
            desired += deployment.path("desired").asInt();
        }
        int gpus = fleet.path("gpus").size();
        return (desired == 0 ? "no local model" : ready + " of " + desired + " engines ready") + ", "
                + (gpus == 0 ? "no GPU" : gpus == 1 ? "1 GPU" : gpus + " GPUs");
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
