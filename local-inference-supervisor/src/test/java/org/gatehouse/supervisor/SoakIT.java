package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.Signals.Signal;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random events of engines and daemons, from a fixed seed, with real processes: after each batch what is wished runs, and nothing else
 * does. {@code -Dsoak.events=200} for a long one, {@code -Dsoak.seed} for another.
 */
class SoakIT {
    private static final int BATCH = 10;
    private static final List<String> IDS = List.of("e0", "e1", "e2", "e3", "e4", "e5");

    /** What can happen. */
    private enum Event {
        EXIT, KILLED, HANG, DEAF, STOP, START, DAEMON_KILLED, DAEMON_KILLED_IN_MID_ORDER, DAEMON_CLOSED
    }

    @TempDir
    Path directory;
    private final Set<String> wished = new TreeSet<>(IDS);
    /** Which process shall be seen to hang before its order is called off. */
    private final Map<String, String> hanging = new HashMap<>();
    private final Map<Event, Integer> happened = new TreeMap<>();
    private final Random random = new Random(Long.getLong("soak.seed", 20_260_101));
    private RemoteDaemon daemon;

    @BeforeEach
    void open() throws IOException {
        daemon = new RemoteDaemon(directory);
    }

    @AfterEach
    void close() throws Exception {
        daemon.close();
    }

    @Test
    @Timeout(1800)
    void afterEachBatchOfEventsWhatIsWishedRunsAndNothingElseDoes() throws Exception {
        int events = Integer.getInteger("soak.events", 20);
        long at = System.nanoTime();
        long longest = 0;
        askForAll();
        settle();
        for (int done = 0; done < events;) {
            for (int i = 0; i < BATCH && done < events; i++, done++) {
                happen();
                Thread.sleep(random.nextInt(150));
            }
            long since = System.nanoTime();
            settle();
            longest = Math.max(longest, System.nanoTime() - since);
        }
        System.out.println("FIGURE soak: " + events + " events " + happened + " in "
                + Duration.ofNanos(System.nanoTime() - at).toSeconds() + " s, longest way back to what is wished "
                + Duration.ofNanos(longest).toMillis() + " ms");

        daemon.ask("stop-everything");
        daemon.awaitEnd();
        assertThat(processes()).isEmpty();
        assertThat(files("run", "*")).isEmpty();
        assertThat(files("state", "*.manifest")).isEmpty();
    }

    private void happen() throws Exception {
        Event event = Event.values()[random.nextInt(Event.values().length)];
        String id = IDS.get(random.nextInt(IDS.size()));
        happened.merge(event, 1, Integer::sum);
        switch (event) {
            case EXIT -> order(id, "exit-" + random.nextInt(3));
            case KILLED -> {
                long pid = Long.parseLong(pid(id));
                if (pid > 0) {
                    new Signals().toProcess(pid, Signal.KILL);
                }
            }
            case HANG -> hang(id, "stuck");
            case DEAF -> hang(id, "hang");
            case STOP -> {
                wished.remove(id);
                assertThat(daemon.ask("stop " + id)).doesNotContain("Failed");
            }
            case START -> {
                wished.add(id);
                assertThat(daemon.ask("start " + id)).isEqualTo("Accepted");
            }
            case DAEMON_KILLED -> anotherDaemon(() -> daemon.kill());
            case DAEMON_KILLED_IN_MID_ORDER -> {
                boolean stops = wished.remove(id);
                if (!stops) {
                    wished.add(id);
                }
                daemon.tell((stops ? "stop " : "start ") + id);
                Thread.sleep(random.nextInt(40));
                anotherDaemon(() -> daemon.kill());
            }
            case DAEMON_CLOSED -> anotherDaemon(() -> {
                daemon.ask("close");
                daemon.awaitEnd();
            });
        }
    }

    /** Something that ends a daemon. */
    private interface End {
        void happen() throws Exception;
    }

    private void anotherDaemon(End end) throws Exception {
        end.happen();
        daemon = new RemoteDaemon(directory);
        askForAll();
    }

    private void askForAll() throws IOException {
        for (String id : wished) {
            assertThat(daemon.ask("start " + id)).isEqualTo("Accepted");
        }
        daemon.ask("end-unclaimed");
    }

    private void order(String id, String file) throws IOException {
        Path path = directory.resolve("control-" + id).resolve(file);
        if (wished.contains(id) && !Files.exists(path)) {
            Files.createFile(path);
        }
    }

    private void hang(String id, String file) throws IOException {
        String pid = pid(id);
        if (wished.contains(id) && !pid.equals("0")) {
            order(id, file);
            hanging.putIfAbsent(id, pid);
        }
    }

    private String pid(String id) throws IOException {
        List<String> words = daemon.all().get(id);
        return words == null ? "0" : words.get(1);
    }

    /** Waits until what is wished runs, calls off what hung once it was seen, and looks for what should not be there. */
    private void settle() throws Exception {
        for (Map.Entry<String, String> hung : hanging.entrySet()) {
            SupervisorBench
                    .awaitThat(() -> !wished.contains(hung.getKey()) || !pid(hung.getKey()).equals(hung.getValue()));
        }
        hanging.clear();
        for (String id : IDS) {
            try (DirectoryStream<Path> orders = Files.newDirectoryStream(directory.resolve("control-" + id))) {
                for (Path order : orders) {
                    Files.deleteIfExists(order);
                }
            }
        }
        SupervisorBench.awaitThat(() -> {
            Map<String, List<String>> all = daemon.all();
            return wished.stream().allMatch(id -> Objects.requireNonNullElse(all.get(id), List.of("none")).getFirst()
                    .equals("Ready"));
        });
        Map<String, List<String>> all = daemon.all();
        assertThat(all.entrySet().stream().filter(entry -> !entry.getValue().get(1).equals("0")).map(Map.Entry::getKey))
                .as("instances with a process").containsExactlyInAnyOrderElementsOf(wished);
        // Each engine is a root and its child.
        assertThat(processes()).as("processes of %s", all).hasSize(2 * wished.size())
                .containsAll(wished.stream().map(id -> Objects.requireNonNull(all.get(id)).get(1)).toList());
        assertThat(files("run", "*")).as("sockets")
                .isEqualTo(wished.stream().map(id -> id + ".sock").collect(Collectors.toSet()));
        assertThat(files("state", "*.manifest")).as("manifests")
                .isEqualTo(wished.stream().map(id -> id + ".manifest").collect(Collectors.toSet()));
    }

    /** Every process that works in the test's directory, where engines are started and nobody else is. */
    private List<String> processes() throws IOException {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    if (Files.readSymbolicLink(process.resolve("cwd")).equals(directory.toRealPath())) {
                        found.add(process.getFileName().toString());
                    }
                } catch (IOException _) {
                    // It ended, or it is another user's.
                }
            }
        }
        return found;
    }

    private Set<String> files(String where, String pattern) throws IOException {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.resolve(where), pattern)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }
}
