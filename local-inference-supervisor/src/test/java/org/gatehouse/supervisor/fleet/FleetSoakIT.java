package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.gatehouse.supervisor.EngineClient;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.fleet.EngineProcesses.Found;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random events in the life of a fleet with real processes, from a seed: after each burst what is wished serves, and nothing else runs.
 * {@code -Dsoak.events=200} for a long one, {@code -Dsoak.seed} for another. Engines are stand-ins, GPUs are scripted.
 */
class FleetSoakIT {
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final int GPUS = 2;
    private static final Map<String, String> USUAL = Map.of("a", "a 2 pinned one", "b", "b 1 pinned group", "c",
            "c 1 sleeper one", "d", "d 1 demand session");

    /** What can happen. */
    private enum Event {
        ENGINE_KILLED, CHILD_KILLED, ENGINE_EXITS_WITH_0, HANGS, DEAF, REMOVED_AND_APPLIED, APPLIED_OR_REMOVED, UPGRADED, SCALED, CALLED, CALLED_BY_MANY, IDLE, DAEMON_KILLED, DAEMON_KILLED_IN_MID_ORDER, DAEMON_CLOSED, GPU_LOST_OR_BACK
    }

    private final long seed = Long.getLong("soak.seed", 20_260_102);
    private final Random random = new Random(seed);
    private final Map<Event, Integer> happened = new TreeMap<>();
    private final List<String> trail = new ArrayList<>();
    private final String[] gpus = {"well", "well"};
    /** Engines that hang and must not be there any more when all is well. */
    private final Set<String> hanging = new HashSet<>();
    private Path directory = Path.of("/");
    private EngineProcesses processes = new EngineProcesses(directory);
    private RemoteFleet daemon;
    private String why = "";

    @BeforeEach
    void open() throws IOException {
        directory = Files.createTempDirectory("soak"); // Short: a socket's path has 107 bytes at most.
        processes = new EngineProcesses(directory.resolve("f/instances"));
        TinyModel.in(directory.resolve("tiny"));
        script();
        daemon = new RemoteFleet(directory);
    }

    @AfterEach
    void close() throws Exception {
        daemon.close();
        for (Found left : processes.all()) {
            ProcessHandle.of(left.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private void script() throws IOException {
        Path next = directory.resolve("gpus.next");
        Files.write(next, List.of(gpus));
        Files.move(next, directory.resolve("gpus"), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    @Timeout(3600)
    void afterEachBurstOfEventsWhatIsWishedServesAndInTheEndNothingIsLeft() throws Exception {
        int events = Integer.getInteger("soak.events", 25);
        System.out.println("FIGURE fleet soak: seed " + seed);
        long at = System.nanoTime();
        long longest = 0;
        for (String words : new TreeSet<>(USUAL.values())) {
            apply(words);
        }
        settle();
        for (int done = 0; done < events;) {
            int burst = Math.min(1 + random.nextInt(3), events - done);
            trail.clear();
            for (int i = 0; i < burst; i++, done++) {
                happen();
                Thread.sleep(random.nextInt(200));
            }
            long since = System.nanoTime();
            settle();
            longest = Math.max(longest, System.nanoTime() - since);
        }
        JsonNode counted = daemon.status().path("counted");
        System.out.println("FIGURE fleet soak: " + events + " events " + happened + " in "
                + Duration.ofNanos(System.nanoTime() - at).toSeconds() + " s, longest way back to what is wished "
                + Duration.ofNanos(longest).toMillis() + " ms; the last daemon counted " + counted);
        nothingIsLeft();
    }

    /** With a GPU lost there may be no room for it: then the wish stays what it was. */
    private void apply(String words) throws IOException {
        String answer = daemon.ask("apply " + words);
        boolean less = trail.stream().anyMatch(each -> each.contains("GPU-")) || List.of(gpus).stream()
                .anyMatch(gpu -> !gpu.equals("well"));
        assertThat(answer).matches(less ? "Applied.*|Refused.*DoesNotFit.*" : "Applied.*");
    }

    private Map<String, String> wished() throws IOException {
        return WordBook.words(directory.resolve("book"));
    }

    private static String usual(String name) {
        return Objects.requireNonNull(USUAL.get(name), name);
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private void happen() throws Exception {
        Event event = Event.values()[random.nextInt(Event.values().length)];
        happened.merge(event, 1, Integer::sum);
        List<Found> all = processes.all();
        List<Found> roots = all.stream().filter(Found::isRoot).toList();
        List<Found> children = all.stream().filter(each -> !each.isRoot()).toList();
        String name = any(new ArrayList<>(new TreeSet<>(USUAL.keySet())));
        trail.add(event + " " + name);
        switch (event) {
            case ENGINE_KILLED -> kill(roots);
            case CHILD_KILLED -> kill(children.isEmpty() ? roots : children);
            case ENGINE_EXITS_WITH_0 -> order(roots, "{\"crash\":0}");
            case HANGS -> order(roots, "{\"hang\":\"engine\"}");
            case DEAF -> order(roots, "{\"hang\":\"server\"}");
            case REMOVED_AND_APPLIED -> {
                String words = wished().getOrDefault(name, usual(name));
                daemon.ask("remove " + name);
                Thread.sleep(random.nextInt(300));
                apply(words);
            }
            case APPLIED_OR_REMOVED -> daemon.ask(otherwise(name));
            case UPGRADED -> apply("a 2 pinned " + (wished().getOrDefault("a", "").endsWith("one") ? "two" : "one"));
            case SCALED -> apply("a " + (1 + random.nextInt(2)) + " pinned "
                    + (wished().getOrDefault("a", "").endsWith("two") ? "two" : "one"));
            case CALLED -> daemon.ask("call " + name + " " + random.nextInt(500));
            case CALLED_BY_MANY -> {
                for (int caller = 0; caller < 8; caller++) {
                    daemon.ask("call " + any(List.of("a", "b", "c", "d")) + " " + random.nextInt(1000));
                }
            }
            case IDLE -> Thread.sleep(2000);
            case DAEMON_KILLED -> {
                daemon.kill();
                daemon = new RemoteFleet(directory);
            }
            case DAEMON_KILLED_IN_MID_ORDER -> {
                daemon.tell(otherwise(name));
                Thread.sleep(random.nextInt(60));
                daemon.kill();
                daemon = new RemoteFleet(directory);
            }
            case DAEMON_CLOSED -> {
                daemon.leave("close");
                daemon = new RemoteFleet(directory);
            }
            case GPU_LOST_OR_BACK -> gpu(roots);
        }
    }

    private String otherwise(String name) throws IOException {
        return wished().containsKey(name) ? "remove " + name : "apply " + usual(name);
    }

    private void kill(List<Found> among) {
        if (!among.isEmpty()) {
            Found victim = any(among);
            trail.add("  kills " + victim.instance() + " " + victim.pid() + (victim.isRoot() ? "" : " (child)"));
            ProcessHandle.of(victim.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** Through the stand-in's own door for tests; one that does not answer is on its way out. */
    private void order(List<Found> roots, String json) {
        if (roots.isEmpty()) {
            return;
        }
        Found target = any(roots);
        trail.add("  " + target.instance() + " " + target.pid() + " " + json);
        Listen listen = new Listen.UnixSocket(directory.resolve("r").resolve(target.instance() + ".sock"));
        try {
            boolean done = new EngineClient().post(listen, "/simulated/control", "", json, Duration.ofSeconds(1))
                    .isWell();
            // What sleeps hangs unseen until it is woken.
            if (done && json.contains("hang") && Set.of("one", "two", "group").contains(program(target))
                    && !target.instance().startsWith("c")) {
                hanging.add(target.marker());
            }
        } catch (IOException _) {
            trail.add("  which gave no answer");
        }
    }

    private static String program(Found found) {
        String child = found.after("--simulate-child");
        return !child.equals("none") ? child : found.after("--default-tokens").equals("22") ? "two" : "one";
    }

    /** A lost GPU takes the engines on it along, or not at once; what they say then stands in their log. */
    private void gpu(List<Found> roots) throws IOException {
        for (int index = 0; index < GPUS; index++) {
            if (!gpus[index].equals("well")) {
                gpus[index] = "well";
                script();
                trail.add("  GPU-" + index + " is back");
                return;
            }
        }
        int lost = random.nextInt(GPUS);
        boolean dies = random.nextBoolean();
        boolean seenFirst = random.nextBoolean();
        gpus[lost] = random.nextBoolean() ? "gone" : "XID 79: it fell off the bus";
        trail.add("  GPU-" + lost + " " + gpus[lost] + (dies ? ", its engines die" : "")
                + (seenFirst ? ", seen first" : ""));
        if (seenFirst) {
            script();
        }
        for (Found each : roots) {
            if (dies && each.gpu() == lost) {
                Files.writeString(directory.resolve("l").resolve(each.instance() + ".log"),
                        "RuntimeError: CUDA error: unspecified launch failure\n", StandardCharsets.UTF_8,
                        StandardOpenOption.APPEND);
                ProcessHandle.of(each.pid()).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
        script();
    }

    /** Waits until what is wished serves and nothing else is there. */
    private void settle() throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            JsonNode status = daemon.status();
            why = unsettled(status);
            if (why.isEmpty()) {
                return;
            }
            assertThat(System.nanoTime()).as(() -> "seed " + seed + ": " + why + "\nafter " + trail + "\n" + status
                    + "\n" + processes.all()).isLessThan(end);
            Thread.sleep(20);
        }
    }

    private static List<JsonNode> each(JsonNode node) {
        return node.valueStream().toList();
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** What is not as it shall be; empty if all is. */
    private String unsettled(JsonNode status) throws IOException {
        Map<String, String> wished = wished();
        boolean lost = !gpus[0].equals("well") || !gpus[1].equals("well");
        if (!names(status.path("deployments")).equals(wished.keySet())) {
            return "deployments " + names(status.path("deployments")) + " instead of " + wished.keySet();
        }
        List<Found> all = processes.all();
        Set<String> living = new TreeSet<>();
        for (Map.Entry<String, String> wish : wished.entrySet()) {
            JsonNode deployment = status.path("deployments").path(wish.getKey());
            String wrong = wrong(wish.getValue().split(" "), deployment, lost, all);
            if (!wrong.isEmpty()) {
                return wish.getKey() + ": " + wrong;
            }
            living.addAll(names(deployment.path("replicas")));
        }
        for (JsonNode gpu : each(status.path("gpus"))) {
            Set<String> holders = gpu.path("holders").asText().isEmpty()
                    ? Set.of()
                    : Set.of(gpu.path("holders").asText().split(","));
            if (!living.containsAll(holders) || !gpu.path("loading").asText().isEmpty()) {
                return "GPU memory is promised to nobody: " + gpu;
            }
        }
        if (all.stream().anyMatch(found -> hanging.contains(found.marker()))) {
            return "a hung engine lives";
        }
        return leftOver(living, all);
    }

    private String wrong(String[] wish, JsonNode deployment, boolean lost, List<Found> all) {
        int replicas = Integer.parseInt(wish[1]);
        String standing = deployment.path("standing").asText();
        boolean pinned = wish[2].equals("pinned");
        if (pinned && (!standing.equals("SERVING") || deployment.path("ready").asInt() != replicas
                || deployment.path("replicas").size() != replicas)) {
            return "not " + replicas + " that serve";
        }
        if (!pinned && !(standing.equals("SERVING") || standing.equals("IDLE") || lost && standing.equals("WAITING"))) {
            return standing;
        }
        for (JsonNode replica : each(deployment.path("replicas"))) {
            String phase = replica.path("phase").asText();
            if (!(phase.equals("READY") || phase.equals("ASLEEP") && wish[2].equals("sleeper"))) {
                return phase;
            }
            for (int index = 0; index < GPUS; index++) {
                if (phase.equals("READY") && !gpus[index].equals("well")
                        && replica.path("gpus").asText().contains("GPU-" + index)) {
                    return "one serves on a lost GPU";
                }
            }
        }
        for (String id : names(deployment.path("replicas"))) {
            List<Found> roots = all.stream().filter(found -> found.instance().equals(id) && found.isRoot()).toList();
            if (roots.size() != 1 || !program(roots.getFirst()).equals(wish[3])) {
                return "of " + id + " runs " + roots;
            }
        }
        return "";
    }

    private String leftOver(Set<String> living, List<Found> all) throws IOException {
        Set<String> working = all.stream().map(Found::instance).collect(Collectors.toCollection(TreeSet::new));
        if (!working.equals(living)) {
            return "processes of " + working + " instead of " + living;
        }
        if (all.stream().map(Found::marker).distinct().count() != living.size()) {
            return "families left of earlier generations: " + all;
        }
        Set<String> sockets = living.stream().map(id -> id + ".sock").collect(Collectors.toCollection(TreeSet::new));
        if (!files("r", "*").equals(sockets)) {
            return "sockets " + files("r", "*") + " instead of " + sockets;
        }
        Set<String> manifests = living.stream().map(id -> id + ".manifest")
                .collect(Collectors.toCollection(TreeSet::new));
        return files("s", "*.manifest").equals(manifests)
                ? ""
                : "manifests " + files("s", "*.manifest") + " instead of " + manifests;
    }

    private Set<String> files(String where, String pattern) throws IOException {
        Set<String> names = new TreeSet<>();
        Files.createDirectories(directory.resolve(where));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.resolve(where), pattern)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }

    private void nothingIsLeft() throws Exception {
        Arrays.fill(gpus, "well");
        script();
        for (String words : new TreeSet<>(USUAL.values())) {
            apply(words);
        }
        settle();
        assertThat(daemon.ask("routes a b c d").split(" ")).as("leases for all").hasSize(5)
                .satisfies(
                        answer -> assertThat(List.of(answer).subList(1, 5)).allMatch(id -> id.matches("[abcd]-\\d+")));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (daemon.status().path("open").asInt() > 0) {
            assertThat(System.nanoTime()).as("leases are held").isLessThan(end);
            Thread.sleep(20);
        }
        assertThat(daemon.status().path("counted").path("call-to-a-sleeper").asInt()).isZero();
        for (String name : USUAL.keySet()) {
            assertThat(daemon.ask("remove " + name)).isEqualTo("true");
        }
        settle();
        JsonNode status = daemon.status();
        assertThat(status.path("gpus").size()).isEqualTo(GPUS);
        assertThat(each(status.path("gpus"))).allSatisfy(gpu -> {
            assertThat(gpu.path("promised").asLong()).as("promise").isZero();
            assertThat(gpu.path("closed").asText()).as("closed").isEmpty();
        });
        daemon.leave("end");
        assertThat(processes.all()).as("processes").isEmpty();
        assertThat(files("r", "*")).as("sockets").isEmpty();
        assertThat(files("s", "*.manifest")).as("manifests").isEmpty();
        assertThat(Files.readString(directory.resolve("f/fleet.json"))).as("journal").contains("\"entries\":[]");
        assertThat(Files.readString(directory.resolve("daemon.log"))).as("the daemons' logs")
                .doesNotContain("met what it cannot handle");
    }

}
