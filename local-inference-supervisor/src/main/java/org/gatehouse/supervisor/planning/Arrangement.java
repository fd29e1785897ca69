package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts replicas on GPUs that have room. A tensor-parallel group stays inside one NVLink island, and inside one NUMA node where it
 * can; pipeline stages stay on one box where they can. No GPU is used twice. How many replicas can be placed depends only on how
 * many GPUs of each island have room, so that more memory never makes a placement impossible.
 *
 * @param shape of each replica
 * @param withoutNvlink whether GPUs of a box that have no NVLink may share layers over PCIe
 * @param acrossNodes whether one replica may lie on several boxes
 */
record Arrangement(Shape shape, boolean withoutNvlink, boolean acrossNodes) {
    /** Least memory first: what is larger stays for models that need it. Strangers last: nobody knows what they will take. */
    private static final Comparator<Room> LEAST = Comparator.comparing(Room::hasStrangers)
            .thenComparingLong(Room::bytes)
            .thenComparing(room -> room.gpu().node()).thenComparingInt(room -> room.gpu().index())
            .thenComparing(room -> room.gpu().id());

    private record Domain(String node, int island) {
        static Domain of(Room room) {
            return new Domain(room.gpu().node(), room.gpu().nvlinkIsland());
        }
    }

    /** GPUs that share each layer, and how many with room their island has. */
    private record Group(List<Room> rooms, int islandSize) {
        boolean isLinked() {
            return rooms.getFirst().gpu().nvlinkIsland() != GpuCapacity.NONE;
        }

        String node() {
            return rooms.getFirst().gpu().node();
        }

        long bytes() {
            return rooms.stream().mapToLong(Room::bytes).sum();
        }

        boolean hasStrangers() {
            return rooms.stream().anyMatch(Room::hasStrangers);
        }
    }

    /** The GPUs of each replica in the order of ranks; fewer replicas than asked for where there is no more room. */
    List<List<Room>> place(Collection<Room> withRoom, int replicas) {
        List<Group> groups = shape.tensorParallel() == 1 ? alone(withRoom) : together(withRoom);
        if (shape.pipelineParallel() == 1) {
            return groups.stream().limit(replicas).map(Group::rooms).toList();
        }
        Map<String, List<Group>> byNode = new TreeMap<>();
        groups.forEach(group -> byNode.computeIfAbsent(group.node(), _ -> new ArrayList<>()).add(group));
        List<List<Room>> placed = new ArrayList<>(onOneNodeEach(byNode, replicas));
        if (placed.size() < replicas && acrossNodes) {
            for (int stages = shape.pipelineParallel() / 2; stages >= 1; stages--) {
                if (shape.pipelineParallel() % stages == 0) {
                    List<List<Room>> spread = onSeveralNodesEach(byNode, stages, replicas);
                    placed = spread.size() > placed.size() ? spread : placed;
                }
            }
        }
        return placed;
    }

    /** The least wasteful first; of equals the one whose island is small, so that large islands stay whole. */
    private static List<Group> alone(Collection<Room> withRoom) {
        Map<Domain, Integer> sizes = new HashMap<>();
        withRoom.forEach(room -> sizes.merge(Domain.of(room), 1, Integer::sum));
        return withRoom.stream().sorted(LEAST).map(room -> new Group(List.of(room),
                room.gpu().nvlinkIsland() == GpuCapacity.NONE ? 1 : sizes.getOrDefault(Domain.of(room), 1)))
                .sorted(Comparator.comparing(Group::hasStrangers).thenComparingLong(Group::bytes)
                        .thenComparingInt(Group::islandSize))
                .toList();
    }

    private List<Group> together(Collection<Room> withRoom) {
        Map<Domain, List<Room>> islands = new HashMap<>();
        for (Room room : withRoom) {
            boolean linked = room.gpu().nvlinkIsland() != GpuCapacity.NONE;
            if (!room.gpu().isMig() && (linked || withoutNvlink)) {
                islands.computeIfAbsent(Domain.of(room), _ -> new ArrayList<>()).add(room);
            }
        }
        List<Group> groups = new ArrayList<>();
        islands.values().forEach(island -> groups.addAll(divide(island)));
        groups.sort(Comparator.comparing(Group::isLinked).reversed().thenComparing(Group::hasStrangers)
                .thenComparingLong(Group::bytes)
                .thenComparingInt(Group::islandSize).thenComparing(group -> group.rooms().getFirst(), LEAST));
        return groups;
    }

    /** Groups of one NUMA node first, then groups of what is left over: as many as the island's size allows. */
    private List<Group> divide(List<Room> island) {
        Map<Integer, List<Room>> byNuma = new TreeMap<>();
        island.forEach(room -> byNuma.computeIfAbsent(room.gpu().numaNode(), _ -> new ArrayList<>()).add(room));
        List<Group> groups = new ArrayList<>();
        List<Room> left = new ArrayList<>();
        for (List<Room> side : byNuma.values()) {
            alike(side).forEach(rooms -> groups.add(new Group(rooms, island.size())));
            left.addAll(side);
        }
        alike(left).forEach(rooms -> groups.add(new Group(rooms, island.size())));
        return groups;
    }

    /** Takes groups of GPUs with the most equal room out of the list: each GPU of a group gives only what the poorest gives. */
    private List<List<Room>> alike(List<Room> rooms) {
        int size = shape.tensorParallel();
        List<List<Room>> groups = new ArrayList<>();
        rooms.sort(Comparator.comparingLong(Room::bytes).thenComparing(LEAST));
        while (rooms.size() >= size) {
            int best = 0;
            for (int from = 1; from + size <= rooms.size(); from++) {
                if (spread(rooms, from, size) < spread(rooms, best, size)) {
                    best = from;
                }
            }
            List<Room> group = rooms.subList(best, best + size);
            groups.add(List.copyOf(group));
            group.clear();
        }
        return groups;
    }

    private static long spread(List<Room> sorted, int from, int size) {
        return sorted.get(from + size - 1).bytes() - sorted.get(from).bytes();
    }

    private static <T> List<List<T>> chunks(List<T> whole, int size) {
        List<List<T>> chunks = new ArrayList<>();
        for (int from = 0; from < whole.size(); from += size) {
            chunks.add(List.copyOf(whole.subList(from, from + size)));
        }
        return chunks;
    }

    private List<List<Room>> onOneNodeEach(Map<String, List<Group>> byNode, int replicas) {
        int stages = shape.pipelineParallel();
        List<List<Group>> nodes = new ArrayList<>(byNode.values());
        nodes.sort(Comparator.comparingInt(List::size));
        List<List<Room>> placed = new ArrayList<>();
        for (List<Group> groups : nodes) {
            for (List<Group> stack : chunks(groups.subList(0, groups.size() / stages * stages), stages)) {
                if (placed.size() < replicas) {
                    placed.add(ranks(stack));
                }
            }
        }
        return placed;
    }

    /** Each replica on as many boxes, with as many stages on each: vLLM wants the ranks divided evenly among the boxes. */
    private List<List<Room>> onSeveralNodesEach(Map<String, List<Group>> byNode, int stagesOfNode, int replicas) {
        int boxes = shape.pipelineParallel() / stagesOfNode;
        List<List<List<Group>>> left = new ArrayList<>();
        for (List<Group> groups : byNode.values()) {
            int whole = groups.size() / stagesOfNode * stagesOfNode;
            left.add(new ArrayList<>(chunks(groups.subList(0, whole), stagesOfNode)));
        }
        List<List<Room>> placed = new ArrayList<>();
        while (placed.size() < replicas) {
            // Boxes with the most room first: the order that places the most replicas.
            left.sort(Comparator.comparingInt((List<List<Group>> node) -> node.size()).reversed());
            if (left.size() < boxes || left.get(boxes - 1).isEmpty()) {
                return placed;
            }
            List<Group> stack = new ArrayList<>();
            for (List<List<Group>> node : left.subList(0, boxes)) {
                stack.addAll(node.removeFirst());
            }
            placed.add(ranks(stack));
        }
        return placed;
    }

    private static List<Room> ranks(List<Group> stack) {
        List<Room> rooms = new ArrayList<>();
        stack.forEach(group -> rooms.addAll(group.rooms()));
        return Collections.unmodifiableList(rooms);
    }
}
