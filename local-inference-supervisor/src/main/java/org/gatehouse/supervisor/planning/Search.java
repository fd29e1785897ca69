package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Looks for the first way of dividing and placing a model that has room, the least wasteful first. Used by one thread. */
final class Search {
    /** More stages than this cost more time than they save memory. */
    private static final int MOST_STAGES = 16;
    /** Room for so many tokens of the cache, or for so many whole contexts, is worth a second GPU. */
    private static final long COMFORTABLE_TOKENS = 65_536;
    private static final int MOST_COMFORTABLE = 4;

    private final ModelDescription model;
    private final Wish wish;
    private final List<GpuCapacity> gpus;
    private final List<LearnedFootprint> learned;
    private final List<Room> rooms;
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
     * One way of dividing the model.
     *
     * @param shape how it is divided
     * @param sizes what each GPU must give for steps of several sizes, the largest step first
     */
    record Candidate(Shape shape, List<Size> sizes) {
        /** The one that takes the least memory. */
        Need smallest() {
            return sizes.getLast().need();
        }
    }

    /**
     * One size of a step.
     *
     * @param need what each GPU must give
     * @param leastGpuBytes smaller GPUs take a smaller step
     */
    record Size(Need need, long leastGpuBytes) {
        boolean suits(List<List<Room>> replicas, long bytes) {
            return replicas.stream().flatMap(List::stream)
                    .allMatch(room -> room.bytes() >= bytes && room.gpu().totalBytes() >= leastGpuBytes);
        }
    }

    Search(ModelDescription model, Wish wish, Collection<GpuCapacity> gpus, List<LearnedFootprint> learned) {
        this.model = model;
        this.wish = wish;
        this.gpus = List.copyOf(gpus);
        this.learned = learned;
        this.rooms = this.gpus.stream().map(gpu -> Room.of(gpu, wish)).toList();
        this.candidates = candidates();
    }

    /** Each shape that may be tried: layers are shared before they are handed on, because that answers sooner. */
    List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (int tensor : tensorSizes()) {
            for (int stages : stageNumbers()) {
                if (tensor * stages <= gpus.size() && stages <= model.layers().size()) {
                    shapes.add(new Shape(tensor, stages));
                }
            }
        }
        shapes.sort(Comparator.comparingInt(Shape::pipelineParallel).thenComparingInt(Shape::devices));
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
            found.add(new Candidate(shape, Batch.choices(wish).stream()
                    .map(choice -> new Size(Need.of(model, wish, shape, choice.batch(), learned),
                            choice.leastGpuBytes()))
                    .toList()));
        }
        return found;
    }

    /**
     * The first choice that holds every replica with so long a context; where the planner may choose the shape, rather one that
     * holds more than a single long sequence.
     */
    Optional<Choice> find(long tokens) {
        boolean free = wish.tensorParallel() == 0 && wish.pipelineParallel() == 0 && wish.engine().takesPool();
        int comfortable = free ? (int) Math.clamp(Math.ceilDiv(COMFORTABLE_TOKENS, tokens), 1, MOST_COMFORTABLE) : 1;
        Optional<Choice> found = find(tokens, comfortable);
        return found.isPresent() || comfortable == 1 ? found : find(tokens, 1);
    }

    private Optional<Choice> find(long tokens, int sequences) {
        for (Candidate candidate : candidates) {
            List<List<Room>> placed = place(candidate, candidate.smallest().bytes(tokens, sequences));
            if (placed.size() == wish.replicas()) {
                Need need = candidate.sizes().stream()
                        .filter(size -> size.suits(placed, size.need().bytes(tokens, sequences))).findFirst()
                        .map(Size::need).orElse(candidate.smallest());
                return Optional.of(new Choice(candidate.shape(), need, placed));
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
            if (find(middle, 1).isPresent()) {
                fits = middle;
            } else {
                tooLong = middle;
            }
        }
        return fits;
    }

    /** The way of dividing that takes the least of each GPU. */
    Optional<Candidate> nearest(long tokens) {
        return candidates.stream().min(Comparator.comparingLong(candidate -> candidate.smallest().bytes(tokens, 1)));
    }

    /** The GPU with the most room. */
    Optional<Room> largest() {
        return rooms.stream().max(Comparator.comparingLong(Room::bytes));
    }

    private List<List<Room>> place(Candidate candidate, long needed) {
        boolean alone = candidate.shape().devices() == 1;
        List<Room> withRoom = rooms.stream().filter(room -> room.bytes() >= needed && (alone || !room.gpu().isMig()))
                .toList();
        return new Arrangement(candidate.shape(), wish.tensorParallel() > 1, wish.gpus().acrossNodes())
                .place(withRoom, wish.replicas());
    }
}
