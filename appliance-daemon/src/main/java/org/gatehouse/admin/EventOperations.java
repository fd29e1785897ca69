package org.gatehouse.admin;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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
                        + " the operation of the same matter answers. Ends with the session.",
                new Operation.Reply.Bytes("text/event-stream"), this::listen).needing(Permission.SIGNED_IN)
                .reaching(Operation.Reaching.WITHIN)
                .with(Parameter.text("topics", "What to listen to, with commas between: "
                        + String.join(", ", feed.topics().keySet().stream().sorted().toList()) + "."),
                        Parameter.text("lastEventId", "The same as the header Last-Event-ID, for those who can't set"
                                + " it.")));
    }

    private Answer listen(Call call) {
        Set<String> wanted = new LinkedHashSet<>(List.of(call.query("topics", String.class).orElse("").split(",", -1)));
        for (String name : wanted) {
            EventFeed.Topic topic = feed.topics().get(name);
            if (topic == null) {
                return new Answer.Failed(Problem.invalid("topics", "must be some of "
                        + String.join(", ", feed.topics().keySet().stream().sorted().toList())
                        + ", with commas between"));
            }
            if (!call.identity().mayEverywhere(topic.permission())) {
                return new Answer.Failed(Problem.forbidden(topic.permission()));
            }
        }
        EventFeed.Seat seat = feed.enter(call.actor().title(), wanted);
        if (seat == null) {
            return new Answer.Failed(Problem.unavailable("Too many listen to events already, or the box is stopping."
                    + " Close some pages, or ask for the states by themselves."));
        }
        String last = call.query("lastEventId", String.class).orElse(call.arrival().lastEventId());
        return new Answer.Events(out -> {
            try {
                feed.serve(seat, last, () -> guard.again(call.identity(), call.arrival())
                        .filter(now -> wanted.stream().allMatch(name -> mayHear(now, name))).isPresent(), out);
            } finally {
                feed.leave(seat);
            }
        });
    }

    private boolean mayHear(Identity identity, String name) {
        EventFeed.Topic topic = feed.topics().get(name);
        return topic != null && identity.mayEverywhere(topic.permission());
    }
}
