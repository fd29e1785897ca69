package org.gatehouse.machine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import org.gatehouse.machine.MachineSettings.Mode;
import org.gatehouse.machine.MachineSettings.Network;

import static org.assertj.core.api.Assertions.assertThat;

class NetworkProofTest {
    private static final Network FIXED = new Network(Mode.STATIC, "eno1", "192.0.2.7/24", "192.0.2.1", null, List.of(),
            List.of());
    private static final Network GIVEN = new Network(Mode.DHCP, "eno1", null, null, 7, List.of(), List.of());

    private final Machine machine = new Machine();
    private boolean gatewayAnswers;
    private final NetworkProof proof = new NetworkProof(machine,
            address -> gatewayAnswers && address.equals("192.0.2.1"), machine::wait);

    /** A machine whose network card gets an address after a while. */
    private static final class Machine implements SystemChanges {
        private final List<String> decided = new ArrayList<>();
        private Card card = new Card("eno1", "", true, List.of());
        private Card afterwards = card;
        private Duration until = Duration.ZERO;
        private Duration waited = Duration.ZERO;

        void wait(Duration time) {
            waited = waited.plus(time);
            if (waited.compareTo(until) >= 0) {
                card = afterwards;
            }
        }

        @Override
        public boolean recorded() {
            return false;
        }

        @Override
        public Facts facts() {
            return new Facts("gw", "Etc/UTC", List.of(card));
        }

        @Override
        public Optional<MachineSettings> applied() {
            return Optional.empty();
        }

        @Override
        public Applied apply(MachineSettings wanted, Duration within) {
            return new Applied(true, new Trial("1", Instant.EPOCH));
        }

        @Override
        public Optional<Trial> trial() {
            return Optional.empty();
        }

        @Override
        public Optional<Undone> undone() {
            return Optional.empty();
        }

        @Override
        public void keep() {
            decided.add("keep");
        }

        @Override
        public void undo() {
            decided.add("undo");
        }
    }

    @Test
    void aGatewayThatAnswersKeepsTheChange() throws Exception {
        machine.until = Duration.ofSeconds(5);
        machine.afterwards = new SystemChanges.Card("eno1", "", true, List.of("192.0.2.7/24"));
        gatewayAnswers = true;

        assertThat(proof.decide(FIXED).kept()).isTrue();
        assertThat(machine.decided).containsExactly("keep");
        assertThat(machine.waited).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(6));
    }

    @Test
    void aGatewayThatIsSilentUndoesItWithinTwentySeconds() throws Exception {
        machine.card = machine.afterwards = new SystemChanges.Card("eno1", "", true, List.of("192.0.2.7/24"));

        NetworkProof.Decision decision = proof.decide(FIXED);
        assertThat(decision.kept()).isFalse();
        assertThat(decision.message()).contains("192.0.2.1 does not answer");
        assertThat(machine.decided).containsExactly("undo");
        assertThat(machine.waited).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(22));
    }

    @Test
    void aCableThatIsOutProvesNothingSoTheChangeIsKept() throws Exception {
        machine.card = machine.afterwards = new SystemChanges.Card("eno1", "", false, List.of());

        assertThat(proof.decide(FIXED).message()).contains("check the cable");
        assertThat(machine.decided).containsExactly("keep");
    }

    @Test
    void anAddressOfTheLinkAloneIsNoneThatSomebodyGave() throws Exception {
        machine.card = machine.afterwards = new SystemChanges.Card("vlan7", "", true, List.of("169.254.3.4/16"));
        assertThat(proof.decide(GIVEN).kept()).isFalse();

        machine.card = machine.afterwards = new SystemChanges.Card("vlan7", "", true, List.of("10.0.0.9/24"));
        assertThat(proof.decide(GIVEN).kept()).isTrue();
    }
}
