package org.gatehouse.acceptance;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Unattended;
import org.gatehouse.acceptance.machine.Neighbour;
import org.gatehouse.acceptance.machine.NotSeen;

import static org.assertj.core.api.Assertions.assertThat;

/** What a neighbour on the network can reach: calls and the console, and the redirection to them. */
@Order(2)
@ExtendWith(Steps.Given.class)
final class PortsRound {
    private static final int HTTPS = 443;
    private static final Duration NAMED = Duration.ofMinutes(2);
    private static final Set<Integer> PROMISED = Set.of(80, HTTPS);

    @Test
    void onlyWhatIsPromisedAnswers(Steps steps) throws Exception {
        try (Neighbour neighbour = Neighbour.waiting();
                Station station = Station.copyOfSetUpBox(Lab.here().folder("ports"))) {
            station.rebuild(station.hardware().with(neighbour));
            steps.run("serves, and takes an address of a second network", () -> {
                station.serve();
                long end = System.nanoTime() + Lab.BOOT.toNanos();
                while (!neighbour.hasLease()) {
                    if (System.nanoTime() > end) {
                        throw new NotSeen("The box asked for no address on its second network.");
                    }
                    LockSupport.parkNanos(100_000_000);
                }
            });
            steps.run("is found by its name (multicast DNS)",
                    () -> assertThat(neighbour.isFoundAs(Unattended.NAME + ".local", NAMED)).isTrue());
            steps.run("answers at 443 and at most at 80, of all TCP ports over IPv4",
                    () -> check(steps, neighbour, false));
            steps.run("answers at 443 and at most at 80, of all TCP ports over IPv6",
                    () -> check(steps, neighbour, true));
        }
    }

    private static void check(Steps steps, Neighbour neighbour, boolean overIpv6) throws Exception {
        Neighbour.Ports ports = neighbour.scan(overIpv6);
        steps.note("open " + ports.open() + ", refusing " + ports.refusing());
        assertThat(ports.open()).contains(HTTPS).isSubsetOf(PROMISED);
        assertThat(ports.refusing()).isSubsetOf(PROMISED);
    }
}
