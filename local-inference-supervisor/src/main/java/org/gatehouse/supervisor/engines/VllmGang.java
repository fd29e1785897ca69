package org.gatehouse.supervisor.engines;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.gatehouse.supervisor.engines.ArgumentProblem.Kind;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/**
 * vLLM on several boxes. Traffic between ranks is neither encrypted nor checked (it is pickled Python objects), so it belongs on a
 * private network. The order's model, program and state directory must be at the same paths on all boxes.
 */
public final class VllmGang {
    private static final Duration FORMATION = Duration.ofSeconds(60);
    private static final int RAY_PORT = 6379;

    private VllmGang() {}

    /**
     * With vLLM's own processes: one dependency fewer, and the usual way.
     *
     * @param order what to serve
     * @param plan the plan that the placement belongs to
     * @param placement where, on at least two boxes, with as many GPUs on each
     * @param address where the leader answers
     * @param hosts the address of each box on the private network
     * @param port where the leader's ranks meet, on the private network
     */
    public static GangOutcome ofProcesses(EngineOrder order, Plan.Fits plan, Placement placement,
            EngineAddress address, Map<String, String> hosts, int port) {
        List<String> nodes = placement.nodes();
        String wrong = wrong(placement, hosts);
        if (!wrong.isEmpty()) {
            return refused(wrong);
        }
        List<Gang.Member> members = new ArrayList<>();
        for (int rank = 0; rank < nodes.size(); rank++) {
            String node = nodes.get(rank);
            CommandLine line = Vllm.serve(order, plan, placement, address).add("--nnodes", nodes.size(), "--node-rank",
                    rank, "--master-addr", host(hosts, nodes.getFirst()), "--master-port", port)
                    .addIf(rank > 0, "--headless").gpus(placement.gpusOf(node)).set("VLLM_HOST_IP", host(hosts, node));
            switch (Vllm.impossible(order, address)
                    .orElseGet(() -> line.with(VllmArguments.RULES, order.extraArguments()))) {
                case Launch.Command command -> members.add(new Gang.Member(node, List.of(command), members.isEmpty()));
                case Launch.Refused(ArgumentProblem problem) -> {
                    return new GangOutcome.Refused(problem);
                }
            }
        }
        return new GangOutcome.Ready(new Gang(members, FORMATION));
    }

    /** With Ray, where it is installed on all boxes: each joins a cluster, and vLLM on the leader spreads its ranks over it. */
    public static GangOutcome ofRay(EngineOrder order, Plan.Fits plan, Placement placement, EngineAddress address,
            Map<String, String> hosts) {
        List<String> nodes = placement.nodes();
        String wrong = wrong(placement, hosts);
        if (!wrong.isEmpty()) {
            return refused(wrong);
        }
        CommandLine serve = Vllm.serve(order, plan, placement, address).add("--distributed-executor-backend", "ray")
                .gpus(placement.gpusOf(nodes.getFirst())).set("VLLM_HOST_IP", host(hosts, nodes.getFirst()))
                .set("RAY_ADDRESS", host(hosts, nodes.getFirst()) + ":" + RAY_PORT);
        Launch launch = Vllm.impossible(order, address)
                .orElseGet(() -> serve.with(VllmArguments.RULES, order.extraArguments()));
        if (!(launch instanceof Launch.Command leader)) {
            return new GangOutcome.Refused(((Launch.Refused) launch).problem());
        }
        List<Gang.Member> members = new ArrayList<>();
        for (String node : nodes) {
            boolean leads = members.isEmpty();
            Launch.Command ray = ray(order, placement, node, hosts, leads);
            members.add(new Gang.Member(node, leads ? List.of(ray, leader) : List.of(ray), leads));
        }
        return new GangOutcome.Ready(new Gang(members, FORMATION));
    }

    private static Launch.Command ray(EngineOrder order, Placement placement, String node, Map<String, String> hosts,
            boolean leads) {
        String head = host(hosts, placement.nodes().getFirst());
        List<String> arguments = new ArrayList<>(List.of("ray", "start"));
        arguments.addAll(leads
                ? List.of("--head", "--port=" + RAY_PORT, "--include-dashboard=false")
                : List.of("--address=" + head + ":" + RAY_PORT));
        arguments.addAll(List.of("--node-ip-address=" + host(hosts, node),
                "--num-gpus=" + placement.gpusOf(node).size(), "--disable-usage-stats", "--block"));
        CommandLine line = new CommandLine(order.program(arguments, order.version()));
        Vllm.environment(line, order, placement.gpusOf(node));
        line.set("VLLM_HOST_IP", host(hosts, node));
        return line.command();
    }

    /** What about the placement or the addresses does not suit, or nothing. */
    private static String wrong(Placement placement, Map<String, String> hosts) {
        List<String> nodes = placement.nodes();
        if (nodes.size() < 2) {
            return "The replica lies on one box only: start it there without a gang.";
        }
        for (String node : nodes) {
            String host = hosts.get(node);
            if (host == null || !host.matches("[A-Za-z0-9][A-Za-z0-9.:-]{0,252}")) {
                return "There is no address on the private network for box " + node + ": set one.";
            }
            if (placement.gpusOf(node).size() * nodes.size() != placement.gpus().size()) {
                return "vLLM wants as many GPUs on each box of a gang; box " + node + " has "
                        + placement.gpusOf(node).size() + " of " + placement.gpus().size() + ": plan it again.";
            }
        }
        return "";
    }

    private static String host(Map<String, String> hosts, String node) {
        return Objects.requireNonNull(hosts.get(node), "checked before");
    }

    private static GangOutcome refused(String message) {
        return new GangOutcome.Refused(new ArgumentProblem(Kind.IMPOSSIBLE, "gang", message));
    }
}
