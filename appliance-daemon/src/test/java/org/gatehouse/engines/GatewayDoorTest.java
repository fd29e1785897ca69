package org.gatehouse.engines;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.queue.QueueTerms;
import org.gatehouse.gateway.upstream.LocalEngines.Instance;
import org.gatehouse.gateway.upstream.LocalEngines.Standing;
import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.fleet.Admission;
import org.gatehouse.supervisor.fleet.Demand;
import org.gatehouse.supervisor.fleet.Lease;
import org.gatehouse.supervisor.fleet.Way;

import static org.assertj.core.api.Assertions.assertThat;

class GatewayDoorTest {
    private final GatewayDoor door = new GatewayDoor();
    private final PaperDemand demand = new PaperDemand();

    @Test
    void thereIsNoDeploymentBeforeTheEnginesAreOpenAndNoneThatNobodyWants() {
        assertThat(door.standing("chat", "")).isInstanceOf(Standing.Refused.class);
        door.wanted("chat", "");
        door.onChange("chat", "", () -> {}).close();

        door.follow(demand, Map.of("other", deployed("other-model", DeploymentDraft.Queue.USUAL)));

        assertThat(door.standing("chat", "chat-large")).isInstanceOf(Standing.Refused.class);
        assertThat(demand.wanted).isEmpty();
    }

    @Test
    void modelIsTheDeploymentsOwnUnlessAnAdapterIsNamed() {
        door.follow(demand, Map.of("chat", deployed("chat-large", DeploymentDraft.Queue.USUAL)));

        door.wanted("chat", "");
        door.wanted("chat", "law");

        assertThat(demand.wanted).containsExactly("chat-large", "law");
    }

    @Test
    void instanceSaysWhereItAnswersHowBusyItIsAndWhichOfItsProcessesItIs() {
        door.follow(demand, Map.of("chat", deployed("chat-large", DeploymentDraft.Queue.USUAL)));
        demand.way = new Way.Open(List.of(new PaperPlace(new Listen.UnixSocket(Path.of("/run/chat-0.sock")), true),
                new PaperPlace(new Listen.LoopbackPort(21_000), true)));

        Standing standing = door.standing("chat", "chat-large");

        assertThat(standing).isInstanceOf(Standing.Ready.class);
        List<Instance> instances = ((Standing.Ready) standing).instances();
        assertThat(instances).extracting(Instance::baseUrl).containsExactly("unix:/run/chat-0.sock",
                "http://127.0.0.1:21000/v1");
        assertThat(instances.getFirst().name()).isEqualTo("chat-0.7");
        assertThat(instances.getFirst().load()).isEqualTo(3);
        assertThat(instances.getFirst().priorityScheduling()).isTrue();
    }

    @Test
    void queueHasThePlacesOfAllEnginesUnlessTheDeploymentSaysOtherwise() {
        demand.way = new Way.Open(List.of(new PaperPlace(new Listen.LoopbackPort(1), true),
                new PaperPlace(new Listen.LoopbackPort(2), true)));

        assertThat(terms(DeploymentDraft.Queue.USUAL)).isEqualTo(QueueTerms.of(8, 256, 128));
        assertThat(terms(new DeploymentDraft.Queue(3, 11, 0))).isEqualTo(QueueTerms.of(6, 11, 6));
        assertThat(terms(new DeploymentDraft.Queue(0, 0, 0))).isEqualTo(QueueTerms.of(8, 0, 0));
        assertThat(terms(new DeploymentDraft.Queue(0, 10, 9))).isEqualTo(QueueTerms.of(8, 10, 9));
    }

    private QueueTerms terms(DeploymentDraft.Queue queue) {
        door.follow(demand, Map.of("chat", deployed("chat-large", queue)));
        return ((Standing.Ready) door.standing("chat", "chat-large")).terms();
    }

    private static GatewayDoor.Deployed deployed(String model, DeploymentDraft.Queue queue) {
        return new GatewayDoor.Deployed(model, queue);
    }

    @Test
    void nobodyGoesInWhereTheFleetHasClosed() {
        door.follow(demand, Map.of("chat", deployed("chat-large", DeploymentDraft.Queue.USUAL)));
        demand.way = new Way.Open(List.of(new PaperPlace(new Listen.LoopbackPort(1), false)));

        Standing.Ready ready = (Standing.Ready) door.standing("chat", "");

        assertThat(ready.instances().getFirst().door().enter()).isNull();
    }

    @Test
    void callerLearnsWhetherToWaitOrToGiveUp() {
        door.follow(demand, Map.of("chat", deployed("chat-large", DeploymentDraft.Queue.USUAL)));

        demand.way = new Way.Closed(new Admission.Loading(Duration.ofSeconds(9), "weights", 40, "in words"));
        assertThat(door.standing("chat", "")).isEqualTo(new Standing.Loading(Duration.ofSeconds(9)));
        demand.way = new Way.Closed(new Admission.Loading(Duration.ofSeconds(2), "asleep", 0, "in words"));
        assertThat(door.standing("chat", "")).isEqualTo(new Standing.Asleep(Duration.ofSeconds(2)));
        for (Admission.Refusal refusal : Admission.Refusal.values()) {
            demand.way = new Way.Closed(new Admission.Refused(refusal, "with an admin's words: /models/secret"));
            assertThat(door.standing("chat", "")).isInstanceOfSatisfying(Standing.Refused.class,
                    refused -> assertThat(refused.why()).isNotEmpty().doesNotContain("secret"));
        }
    }

    /** A place of paper. */
    private record PaperPlace(Listen listen, boolean open) implements Way.Place {
        @Override
        public String instance() {
            return "chat-0";
        }

        @Override
        public long generation() {
            return 7;
        }

        @Override
        public boolean heedsPriority() {
            return true;
        }

        @Override
        public int sequences() {
            return 4;
        }

        @Override
        public double busyness() {
            return 2.5;
        }

        @Override
        public @Nullable Lease enter() {
            assertThat(open).as("only the closed one is tried").isFalse();
            return null;
        }
    }

    /** A fleet of paper. */
    private static final class PaperDemand implements Demand {
        final List<String> wanted = new ArrayList<>();
        Way way = new Way.Closed(new Admission.Refused(Admission.Refusal.UNKNOWN_MODEL, "none"));

        @Override
        public Admission acquire(String publicName, Duration wait) {
            throw new AssertionError("the gateway waits by itself");
        }

        @Override
        public Way way(String publicName) {
            return way;
        }

        @Override
        public void want(String publicName) {
            wanted.add(publicName);
        }

        @Override
        public Way.Watch watch(String publicName, Runnable action) {
            return () -> {};
        }
    }
}
