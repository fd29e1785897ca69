package org.gatehouse.admin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Deployment;
import org.gatehouse.governance.Reach;
import org.gatehouse.governance.form.Json;

/**
 * What can be listened to. Most topics say just what the operation of the same matter answers, and need the same permission.
 * Stateless.
 */
final class EventTopics {
    /** By topic: the operation whose answer it is. */
    private static final Map<String, String> SAME = Map.of("overview", "getStatus", "gpus", "listGpus", "deployments",
            "getFleetStatus", "imports", "listModelImports");

    private static final Duration EVERY = Duration.ofSeconds(1);
    /** Sums of a month are asked for: once for all who listen, and seldom enough to cost nothing. */
    private static final Duration SPEND_EVERY = Duration.ofSeconds(5);

    private EventTopics() {}

    static List<EventTopic> of(List<Operation> operations, AdminRooms rooms) {
        List<EventTopic> topics = new ArrayList<>();
        SAME.forEach((topic, id) -> find(operations, id).ifPresent(operation -> topics
                .add(ofTheBox(topic, operation.permission(), () -> state(operation, Reach.everything(), Map.of())))));
        find(operations, "getUsage").ifPresent(operation -> topics.add(new EventTopic("spend", operation.permission(),
                true, SPEND_EVERY, reach -> spend(operation, reach, rooms.clock()))));
        topics.add(ofTheBox("alerts", Permission.VIEW_BOX, () -> {
            ObjectNode page = JsonNodeFactory.instance.objectNode();
            ArrayNode items = page.putArray("items");
            rooms.alerts().current().reversed()
                    .forEach(alert -> items.add(Json.tree(AlertOperations.AlertView.of(alert.unseen()))));
            return page.putNull("next");
        }));
        topics.add(ofTheBox("queues", Permission.VIEW_BOX, () -> {
            ObjectNode lines = JsonNodeFactory.instance.objectNode();
            for (Deployment deployment : rooms.governance().deployments().all()) {
                LiveQueues.Line line = rooms.queues().line(deployment.name());
                if (line != null) {
                    lines.putObject(deployment.name()).put("places", line.places()).put("running", line.running())
                            .put("waiting", line.waiting()).put("waitingBatch", line.waitingBatch())
                            .put("turnedAway", line.turnedAway());
                }
            }
            return lines;
        }));
        return topics;
    }

    private static Optional<Operation> find(List<Operation> operations, String id) {
        return operations.stream().filter(operation -> operation.id().equals(id)).findFirst();
    }

    private static EventTopic ofTheBox(String name, Permission permission, Supplier<JsonNode> state) {
        return new EventTopic(name, permission, false, EVERY, _ -> state.get());
    }

    /** Today's and this month's sums, by the UTC calendar as budgets count: without groups, so a line a currency. */
    private static JsonNode spend(Operation usage, Reach reach, Clock clock) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        ObjectNode both = JsonNodeFactory.instance.objectNode();
        both.set("today", state(usage, reach, Map.of("from", start(today))));
        both.set("month", state(usage, reach, Map.of("from", start(today.withDayOfMonth(1)))));
        return both;
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** Asked by the box itself: who may hear it is decided before. */
    private static JsonNode state(Operation operation, Reach reach, Map<String, Object> query) {
        Actor feed = Actor.system("events");
        Call call = new Call(Identity.almighty(feed), Arrival.ofTheBox(), reach, Map.of(), query, null, null, null);
        if (operation.handler().answer(call) instanceof Answer.Json(int _, var tree, var _, var _)) {
            return tree;
        }
        throw new IllegalStateException(operation.id() + " answers no JSON");
    }
}
