package org.gatehouse.supervisor.engines;

import java.time.Duration;
import java.util.List;

/**
 * One replica that lies on several boxes: all ranks start together, and the end of one is the end of all. Immutable.
 *
 * @param members one for each box; the first one leads and is the only one with an API
 * @param formation longest time until all have found each other; then everything is taken down everywhere
 */
public record Gang(List<Member> members, Duration formation) {

    /**
     * What runs on one box.
     *
     * @param node the box
     * @param commands one after the other: each must stay up, the last one is the engine (or, under Ray, what serves it)
     * @param answers whether it has an API; the others are watched by process alone
     */
    public record Member(String node, List<Launch.Command> commands, boolean answers) {
        /** Copies the list. */
        public Member {
            commands = List.copyOf(commands);
        }
    }

    /** Copies the list. */
    public Gang {
        members = List.copyOf(members);
    }
}
