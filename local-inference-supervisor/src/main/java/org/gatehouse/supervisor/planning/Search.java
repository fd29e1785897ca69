package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Looks for the first way of dividing and placing a model that has room, the least wasteful first. Used by one thread. */
final class Search {
    /** More stages than this cost more time than they save memory. */
    private static final int MOST_STAGES = 16;

    private final ModelDescription model;
    private final Wish wish;
    private final List<GpuCapacity> gpus;
    private final List<LearnedFootprint> learned;
    private final Map<GpuCapacity, Room> rooms;
    private final List<Candidate> candidates;

    /**
     * Replicas with their places.
     *
     * @param shape how each is divided
     * @param need what each GPU must give
     * @param replicas the GPUs of each, by rank
     */
    record Choice(Shape shape, Need need, List<List<Room>> replicas) {}

    /**
     * One way of dividing the model and one size of a step.
     *
     * @param shape how it is divided
     * @param need what each GPU must give
     * @param leastGpuBytes smaller GPUs take a smaller step
     */
    record Candidate(Shape shape, Need need, long leastGpuBytes) {}

    Search(ModelDescription model, Wish wish, Collection<GpuCapacity> gpus, List<LearnedFootprint> learned) {
        this.model = model;
        this.wish = wish;
        this.gpus = List.copyOf(gpus);
        this.learned = learned;
        this.rooms = this.gpus.stream().collect(Collectors.toMap(gpu -> gpu, gpu -> Room.of(gpu, wish)));
        this.candidates = candidates();
    }

    /** Each shape that may be tried, fewest GPUs first; layers are shared rather than handed on where that is possible. */
    List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (int tensor : tensorSizes()) {
            for (int stages : stageNumbers()) {
                if (tensor * stages <= gpus.size() && stages <= model.layers().size()) {
                    shapes.add(new Shape(tensor, stages));
                }
            }
        }
        shapes.sort(Comparator.comparingInt(Shape::devices).thenComparingInt(Shape::pipelineParallel));
        return shapes;
    }

    private List<Integer> tensorSizes() {
        if (wish.tensorParallel() > 0) {
            return divides(wish.tensorParallel()) ? List.of(wish.tensorParallel()) : List.of();
        }
        List<Integer> sizes = new ArrayList<>();
        for (int size = 1; size <= gpus.size() && (size == 1 || wish.engine().canTensorParallel()); size *= 2) {
            if (divides(size)) {
                sizes.add(size);
            }
        }
        return sizes;
    }

    private List<Integer> stageNumbers() {
        if (wish.pipelineParallel() > 0) {
            return List.of(wish.pipelineParallel());
        }
        List<Integer> numbers = new ArrayList<>();
        for (int stages = 1; stages <= MOST_STAGES && (stages == 1 || wish.engine().canPipelineParallel()); stages++) {
            numbers.add(stages);
        }
        return numbers;
    }

    /** Whether a group of so many GPUs can share this model's layers. */
    boolean divides(int group) {
        return model.heads().divisibleBy(group) && model.feedForwardSize() % group == 0;
    }

    private List<Candidate> candidates() {
        List<Candidate> found = new ArrayList<>();
        for (Shape shape : shapes()) {
            for (Batch.Choice choice : Batch.choices(wish)) {
                found.add(new Candidate(shape, Need.of(model, wish, shape, choice.batch(), learned),
                        choice.leastGpuBytes()));
            }
        }
        return found;
    }

    /** The first choice that holds every replica with so long a context. */
    Optional<Choice> find(long tokens) {
        for (Candidate candidate : candidates) {
            List<List<Room>> placed = place(candidate, tokens, wish.replicas());
            if (placed.size() == wish.replicas()) {
                return Optional.of(new Choice(candidate.shape(), candidate.need(), placed));
            }
        }
        return Optional.empty();
    }

    /** The longest context, at most {@code most}, that every replica can have; 0 if not even the weights fit. */
    long longest(long most) {
        long fits = 0;
        long tooLong = most + 1;
        while (tooLong - fits > 1) {
            long middle = (fits + tooLong) >>> 1;
            if (find(middle).isPresent()) {
                fits = middle;
            } else {
                tooLong = middle;
            }
        }
        return fits;
    }

    /** The candidate that lacks the least memory on the GPU that has the most. */
    Optional<Candidate> nearest(long tokens) {
        return candidates.stream().filter(candidate -> candidate.leastGpuBytes() == 0)
                .min(Comparator.comparingLong(candidate -> candidate.need().bytes(tokens)));
    }

    /** The GPU with the most room. */
    Optional<Room> largest() {
        return rooms.values().stream().max(Comparator.comparingLong(Room::bytes));
    }

    private List<List<Room>> place(Candidate candidate, long tokens, int replicas) {
        long needed = candidate.need().bytes(tokens);
        boolean alone = candidate.shape().devices() == 1;
        List<Room> withRoom = new ArrayList<>();
        for (GpuCapacity gpu : gpus) {
            Room room = rooms.get(gpu);
            if (room != null && room.bytes() >= needed && gpu.totalBytes() >= candidate.leastGpuBytes()
                    && (alone || !gpu.isMig())) {
                withRoom.add(room);
            }
        }
        return new Arrangement(candidate.shape(), wish.tensorParallel() > 1, wish.gpus().acrossNodes())
                .place(withRoom, replicas);
    }
}
