package org.gatehouse.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.admin.EventFeed.Topic;
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

    private EventTopics() {}

    static List<Topic> of(List<Operation> operations, AdminRooms rooms) {
        List<Topic> topics = new ArrayList<>();
        SAME.forEach((topic, id) -> operations.stream().filter(operation -> operation.id().equals(id)).findFirst()
                .ifPresent(operation -> topics.add(new Topic(topic, operation.permission(), () -> state(operation)))));
        topics.add(new Topic("alerts", Permission.VIEW_BOX, () -> {
            ObjectNode page = JsonNodeFactory.instance.objectNode();
            ArrayNode items = page.putArray("items");
            rooms.alerts().current().reversed()
                    .forEach(alert -> items.add(Json.tree(AlertOperations.AlertView.of(alert.unseen()))));
            return page.putNull("next");
        }));
        topics.add(new Topic("queues", Permission.VIEW_BOX, () -> {
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

    /** Asked by the box itself: who may hear it is decided before. */
    private static com.fasterxml.jackson.databind.JsonNode state(Operation operation) {
        Actor feed = Actor.system("events");
        Call call = new Call(Identity.almighty(feed), Arrival.ofTheBox(), Reach.everything(), Map.of(), Map.of(), null,
                null, null);
        if (operation.handler().answer(call) instanceof Answer.Json(int _, var tree, var _, var _)) {
            return tree;
        }
        throw new IllegalStateException(operation.id() + " answers no JSON");
    }
}
