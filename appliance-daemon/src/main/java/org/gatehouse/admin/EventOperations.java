package org.gatehouse.admin;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.gatehouse.admin.EventTopic.Part;
import org.gatehouse.governance.Reach;

/** Live states, for whoever would ask again and again. */
final class EventOperations {
    private final EventFeed feed;
    private final Guard guard;

    EventOperations(EventFeed feed, Guard guard) {
        this.feed = feed;
        this.guard = guard;
    }

    List<Operation> all() {
        return List.of(Operation.get(Operation.BASE + "events", "listenToEvents", "events",
                "Server-sent events: the state of each topic now, and whenever it is another. What a topic says is what"
                        + " the operation of the same matter answers; 'spend' says what getUsage answers for today and"
                        + " for this month (UTC), of whose usage the listener may see. The event 'beat' says every 15"
                        + " seconds of silence that the box is there. Ends with the session.",
                new Operation.Reply.Bytes("text/event-stream"), this::listen).needing(Permission.SIGNED_IN)
                .reaching(Operation.Reaching.WITHIN)
                .with(Parameter.text("topics", "What to listen to, with commas between: "
                        + String.join(", ", feed.topics().keySet().stream().sorted().toList()) + "."),
                        Parameter.text("lastEventId", "The same as the header Last-Event-ID, for those who can't set"
                                + " it.")));
    }

    private Answer listen(Call call) {
        Set<String> names = new LinkedHashSet<>(List.of(call.query("topics", String.class).orElse("").split(",", -1)));
        Set<Part> wanted = new LinkedHashSet<>();
        for (String name : names) {
            EventTopic topic = feed.topics().get(name);
            if (topic == null) {
                return new Answer.Failed(Problem.invalid("topics", "must be some of "
                        + String.join(", ", feed.topics().keySet().stream().sorted().toList())
                        + ", with commas between"));
            }
            Optional<Reach> reach = topic.heardBy(call.identity());
            if (reach.isEmpty()) {
                return new Answer.Failed(Problem.forbidden(topic.permission()));
            }
            wanted.add(new Part(name, reach.get()));
        }
        EventFeed.Seat seat = feed.enter(call.actor().title(), wanted);
        if (seat == null) {
            return new Answer.Failed(Problem.unavailable("Too many listen to events already, or the box is stopping."
                    + " Close some pages, or ask for the states by themselves."));
        }
        String last = call.query("lastEventId", String.class).orElse(call.arrival().lastEventId());
        return new Answer.Events((out, client) -> {
            // Writes to an HTTP/2 stream that the client has reset go nowhere and succeed for ever (Helidon 4.5.0): nothing waits for one to fail.
            try (var _ = client.onGone(() -> feed.wentAway(seat))) {
                feed.serve(seat, last, () -> standing(call, wanted), out);
            } finally {
                feed.leave(seat);
            }
        });
    }

    private EventFeed.Hearing standing(Call call, Set<Part> wanted) {
        Identity now = guard.again(call.identity(), call.arrival()).orElse(null);
        if (now == null) {
            return EventFeed.Hearing.NOTHING;
        }
        boolean same = true;
        for (Part part : wanted) {
            EventTopic topic = feed.topics().get(part.topic());
            Optional<Reach> reach = topic == null ? Optional.empty() : topic.heardBy(now);
            if (reach.isEmpty()) {
                return EventFeed.Hearing.NOTHING;
            }
            same &= reach.get().equals(part.reach());
        }
        return same ? EventFeed.Hearing.SAME : EventFeed.Hearing.OTHER;
    }
}
