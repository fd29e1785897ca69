package org.gatehouse.acceptance;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.gatehouse.acceptance.box.Claim;
import org.gatehouse.acceptance.box.Unattended;
import org.gatehouse.acceptance.machine.Neighbour;
import org.gatehouse.acceptance.machine.NotSeen;

import static org.assertj.core.api.Assertions.assertThat;

/** What a neighbour on the network can reach: calls and the console, and the redirection to them. And what a box does that has no network. */
@Order(2)
@ExtendWith(Steps.Given.class)
final class PortsRound {
    private static final int HTTPS = 443;
    private static final Duration NAMED = Duration.ofMinutes(2);
    private static final Set<Integer> PROMISED = Set.of(80, HTTPS);
    private static final String UNPLUGGED = "is a network cable plugged in?";
    private static final Duration MOMENT = Duration.ofSeconds(3);

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

    @Test
    void boxWithoutANetworkStartsAndSaysSo(Steps steps) throws Exception {
        try (Station station = Station.unpacked(Lab.here().folder("no-network"))) {
            Claim[] claim = new Claim[1];
            steps.run("a new box without a network shows its claim code, and asks for the cable", () -> {
                station.switchOn().setCable(false);
                claim[0] = station.readClaim();
                station.machine().serial().awaitScreen(Lab.BOOT, UNPLUGGED);
                assertThat(station.box().answersWithin(MOMENT)).isFalse();
            });
            steps.run("is reached and set up once the cable is in, without a restart", () -> {
                station.machine().setCable(true);
                station.box().awaitAnswer(Lab.BOOT);
                station.machine().serial().awaitScreen(Lab.BOOT, "https://10.0.2.15");
                station.applyAnswers(claim[0]);
                station.shutDown();
            });
            steps.run("set up, it starts without a network and says so, and carries calls once the cable is in", () -> {
                station.switchOn().setCable(false);
                station.machine().serial().awaitScreen(Lab.BOOT, "Health", UNPLUGGED);
                assertThat(station.box().answersWithin(MOMENT)).isFalse();
                station.machine().setCable(true);
                station.box().awaitReady(Lab.BOOT);
                station.box().chat(station.key(), Station.MODEL, "Hello").expect(200);
            });
        }
    }

    private static void check(Steps steps, Neighbour neighbour, boolean overIpv6) throws Exception {
        Neighbour.Ports ports = neighbour.scan(overIpv6);
        steps.note("open " + ports.open() + ", refusing " + ports.refusing());
        assertThat(ports.open()).contains(HTTPS).isSubsetOf(PROMISED);
        assertThat(ports.refusing()).isSubsetOf(PROMISED);
    }
}
