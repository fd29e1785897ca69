package org.gatehouse.gateway.routing.sticky;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class StickyTest {
    private static final UUID ROUTE = new UUID(0, 1);
    private static final UUID TARGET = new UUID(0, 2);

    private static String place(String name, List<String> places) {
        return Rendezvous.place(name, places, place -> place, _ -> 1);
    }

    @Test
    void whenAPlaceGoesOnlyItsOwnNamesMove() {
        List<String> four = List.of("a", "b", "c", "d");
        List<String> three = List.of("a", "b", "d");
        int moved = 0;
        for (int i = 0; i < 10_000; i++) {
            String before = place("name " + i, four);
            if (before.equals("c")) {
                moved++;
            } else {
                assertThat(place("name " + i, three)).isEqualTo(before);
            }
        }
        assertThat(moved).isBetween(2300, 2700);
    }

    @Test
    void namesAreSharedByWeight() {
        List<Integer> weights = List.of(10, 25, 65, 0);
        int[] counts = new int[4];
        for (int i = 0; i < 20_000; i++) {
            int place = Rendezvous.place("n" + i, List.of(0, 1, 2, 3), index -> "place " + index, weights::get);
            counts[place]++;
        }
        for (int i = 0; i < 4; i++) {
            assertThat(counts[i] / 20_000.0).isCloseTo(weights.get(i) / 100.0, within(0.012));
        }
    }

    @Test
    void hashIsTheSameForEver() {
        assertThat(Rendezvous.hash("gatehouse")).isEqualTo(Rendezvous.hash(new StringBuilder("gatehouse")));
        assertThat(place("one", List.of("a", "b", "c"))).isEqualTo(place("one", List.of("c", "a", "b")));
    }

    @Test
    void laterTurnsOfAConversationHaveTheSameNameAndOtherTenantsAnother() {
        String name = PromptPrefix.of("dep", "Be kind.", "x".repeat(5000));
        assertThat(PromptPrefix.of("dep", "Be kind.", "x".repeat(5000) + " more")).isEqualTo(name);
        assertThat(PromptPrefix.of("other", "Be kind.", "x".repeat(5000))).isNotEqualTo(name);
        assertThat(PromptPrefix.of("dep", "Be rude.", "x".repeat(5000))).isNotEqualTo(name);
    }

    @Test
    void sessionsAreForgottenWhenIdleAndKeptWhenUsed() {
        Sessions sessions = new Sessions(100);
        sessions.bind(ROUTE, "s", TARGET, 100, 0);
        assertThat(sessions.targetOf(ROUTE, "s", 100, 99)).isEqualTo(TARGET);
        assertThat(sessions.targetOf(ROUTE, "s", 100, 198)).isEqualTo(TARGET);
        assertThat(sessions.targetOf(ROUTE, "s", 100, 298)).isNull();
        assertThat(sessions.size()).isZero();
        assertThat(sessions.targetOf(new UUID(0, 7), "s", 100, 0)).isNull();
    }

    @Test
    void sessionsAreBoundedAndTheOneUsedLongestAgoGoesFirst() throws InterruptedException {
        Sessions sessions = new Sessions(1600);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int thread = t;
            threads.add(Thread.startVirtualThread(() -> {
                for (int i = 0; i < 5000; i++) {
                    sessions.bind(ROUTE, thread + "-" + i, TARGET, 1_000_000, i);
                    sessions.bind(ROUTE, "busy", TARGET, 1_000_000, i);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(sessions.size()).isBetween(1500, 1600);
        assertThat(sessions.targetOf(ROUTE, "busy", 1, 0)).isEqualTo(TARGET);
        assertThat(sessions.targetOf(ROUTE, "0-0", 1, 0)).isNull();
    }
}
