package org.gatehouse.gateway.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FairQueueTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong(7);

    private FairQueue queue(int places, int waiting, int waitingOfOne) {
        return new FairQueue(new QueueTerms(places, waiting, waitingOfOne, 4, Duration.ofSeconds(60)), now::get);
    }

    private Entry enter(FairQueue queue, String department, int weight, boolean batch, long tokens) {
        return queue.enter(department, weight, batch, tokens, 0, now.get() + 100 * SECOND);
    }

    private Turn turn(Entry entry) {
        return entry instanceof Entry.Admitted admitted ? admitted.turn() : turnedAway(entry);
    }

    private static Turn turnedAway(Entry entry) {
        throw new AssertionError(entry.toString());
    }

    @Test
    void departmentsGetTokensByWeightHoweverManyCallsTheySend() {
        FairQueue queue = queue(4, 10_000, 10_000);
        SplittableRandom random = new SplittableRandom(1);
        Map<String, Integer> weights = Map.of("small", 1, "large", 3);
        Map<Turn, String> owners = new HashMap<>();
        Map<String, Long> tokens = new HashMap<>();
        List<Turn> turns = new ArrayList<>();
        Map<Turn, Long> lengths = new HashMap<>();
        for (int i = 0; i < 3000; i++) {
            // The small one sends four times as many calls, and longer ones.
            String department = i % 5 == 0 ? "large" : "small";
            long length = department.equals("large") ? 50 + random.nextInt(100) : 200 + random.nextInt(400);
            Turn turn = turn(enter(queue, department, weights.getOrDefault(department, 1), false, length));
            turns.add(turn);
            owners.put(turn, department);
            lengths.put(turn, length);
        }
        long served = 0;
        while (served < 60_000) {
            for (Turn turn : turns) {
                if (turn.state() == Turn.State.SERVED) {
                    long length = lengths.getOrDefault(turn, 0L);
                    now.addAndGet(SECOND / 100);
                    turn.leave(length, 0);
                    tokens.merge(owners.getOrDefault(turn, ""), length, Long::sum);
                    served += length;
                    break;
                }
            }
        }
        double ratio = (double) tokens.getOrDefault("large", 0L) / tokens.getOrDefault("small", 1L);
        assertThat(ratio).isBetween(2.7, 3.3);
    }

    @Test
    void departmentThatWasIdleSavesNothingUp() {
        FairQueue queue = queue(1, 1000, 1000);
        for (int i = 0; i < 100; i++) {
            turn(enter(queue, "busy", 1, false, 100)).leave(100, 0);
        }
        List<Turn> busy = new ArrayList<>();
        List<Turn> idle = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            busy.add(turn(enter(queue, "busy", 1, false, 100)));
        }
        for (int i = 0; i < 20; i++) {
            idle.add(turn(enter(queue, "idle", 1, false, 100)));
        }
        finish(20, busy, idle);
        assertThat(count(busy, Turn.State.OVER)).isBetween(9L, 11L);
    }

    @SafeVarargs
    private static void finish(int calls, List<Turn>... lists) {
        for (int i = 0; i < calls; i++) {
            for (List<Turn> list : lists) {
                boolean found = false;
                for (Turn turn : list) {
                    if (turn.state() == Turn.State.SERVED) {
                        turn.leave(100, 0);
                        found = true;
                        break;
                    }
                }
                if (found) {
                    break;
                }
            }
        }
    }

    private static long count(List<Turn> turns, Turn.State state) {
        return turns.stream().filter(turn -> turn.state() == state).count();
    }

    @Test
    void interactiveCallsGoFirstAndBatchStillMoves() {
        FairQueue queue = queue(1, 1000, 1000);
        Turn first = turn(enter(queue, "d", 1, false, 100));
        List<Turn> batch = new ArrayList<>();
        List<Turn> interactive = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            batch.add(turn(enter(queue, "batcher", 1, true, 100)));
        }
        for (int i = 0; i < 40; i++) {
            interactive.add(turn(enter(queue, "d", 1, false, 100)));
        }
        first.leave(100, 0);
        finish(20, interactive, batch);
        assertThat(count(batch, Turn.State.OVER)).isEqualTo(5);
        assertThat(count(interactive, Turn.State.OVER)).isEqualTo(15);
    }

    @Test
    void boundsHoldForAllAndForOneDepartment() {
        FairQueue queue = queue(1, 6, 4);
        turn(enter(queue, "a", 1, false, 10));
        for (int i = 0; i < 4; i++) {
            turn(enter(queue, "a", 1, false, 10));
        }
        assertThat(enter(queue, "a", 1, false, 10)).isInstanceOfSatisfying(Entry.TurnedAway.class,
                away -> assertThat(away.why()).isEqualTo(Entry.Why.DEPARTMENT_FULL));
        turn(enter(queue, "b", 1, false, 10));
        turn(enter(queue, "b", 1, false, 10));
        assertThat(enter(queue, "c", 1, false, 10)).isInstanceOfSatisfying(Entry.TurnedAway.class,
                away -> assertThat(away.why()).isEqualTo(Entry.Why.FULL));
        assertThat(queue.view().waitingByDepartment()).containsEntry("a", 4).containsEntry("b", 2).hasSize(2);
    }

    @Test
    void retryAfterFollowsHowLongCallsTake() {
        FairQueue queue = queue(2, 3, 3);
        assertThat(queue.retryAfter("a", false)).isEqualTo(Duration.ofSeconds(1));
        for (int i = 0; i < 5; i++) {
            Turn turn = turn(enter(queue, "a", 1, false, 10));
            now.addAndGet(10 * SECOND);
            turn.leave(10, 0);
        }
        for (int i = 0; i < 5; i++) {
            turn(enter(queue, "a", 1, false, 10));
        }
        assertThat(queue.retryAfter("a", false)).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void callThatCouldNotBeServedInTimeIsTurnedAwayAtOnce() {
        FairQueue queue = queue(1, 10, 10);
        Turn first = turn(enter(queue, "a", 1, false, 10));
        now.addAndGet(10 * SECOND);
        first.leave(10, 0);
        turn(enter(queue, "a", 1, false, 10));
        assertThat(queue.enter("b", 1, false, 10, 0, now.get() + 5 * SECOND)).isInstanceOfSatisfying(
                Entry.TurnedAway.class, away -> assertThat(away.why()).isEqualTo(Entry.Why.TOO_LATE));
        assertThat(queue.enter("b", 1, false, 10, 0, now.get() + 15 * SECOND)).isInstanceOf(Entry.Admitted.class);
    }

    @Test
    void forecastFollowsTheDepartmentsShareAndNotTheFloodOfAnother() {
        FairQueue queue = queue(2, 500, 500);
        for (int i = 0; i < 4; i++) {
            Turn turn = turn(enter(queue, "flood", 1, false, 100));
            now.addAndGet(10 * SECOND);
            turn.leave(100, 0);
        }
        for (int i = 0; i < 102; i++) {
            turn(queue.enter("flood", 1, false, 100, 0, now.get() + 10_000 * SECOND));
        }
        assertThat(queue.retryAfter("flood", false)).as("behind all of its own").isEqualTo(Duration.ofSeconds(300));
        assertThat(queue.retryAfter("modest", false)).as("its first call is among the next")
                .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(15));
        assertThat(queue.enter("modest", 1, false, 100, 0, now.get() + 20 * SECOND))
                .isInstanceOf(Entry.Admitted.class);
        assertThat(queue.enter("flood", 1, false, 100, 0, now.get() + 20 * SECOND))
                .isInstanceOf(Entry.TurnedAway.class);
        assertThat(queue.retryAfter("modest", true)).as("behind three interactive ones").isEqualTo(
                Duration.ofSeconds(20));
    }

    @Test
    void forecastNeedsNoCallThatEnded() {
        FairQueue queue = queue(1, 10, 10);
        turn(enter(queue, "a", 1, false, 10));
        now.addAndGet(40 * SECOND);
        assertThat(queue.retryAfter("b", false)).as("the one that runs has run so long").isEqualTo(
                Duration.ofSeconds(40));
    }

    @Test
    void turnThatIsGivenBackCostsNothingAndTellsNothingOfThePace() {
        FairQueue queue = queue(1, 10, 10);
        Turn used = turn(enter(queue, "a", 1, false, 10));
        now.addAndGet(10 * SECOND);
        used.leave(10, 0);
        turn(enter(queue, "a", 1, false, 1_000_000)).giveBack();
        assertThat(queue.view().holdTime()).isEqualTo(Duration.ofSeconds(10));
        Turn held = turn(enter(queue, "b", 1, false, 10));
        Turn first = turn(enter(queue, "a", 1, false, 10));
        Turn second = turn(enter(queue, "b", 1, false, 10));
        held.leave(10, 0);
        assertThat(first.state()).isEqualTo(Turn.State.SERVED);
        assertThat(second.state()).isEqualTo(Turn.State.WAITING);
    }

    @Test
    void waitsAreCountedByClass() {
        FairQueue queue = queue(1, 10, 10);
        Turn first = turn(enter(queue, "a", 1, false, 10));
        Turn batch = turn(enter(queue, "a", 1, true, 10));
        Turn gone = turn(enter(queue, "a", 1, false, 10));
        assertThat(queue.view().waitingBatch()).isEqualTo(1);
        now.addAndGet(2 * SECOND);
        gone.leave(0, 0);
        first.leave(10, 0);
        assertThat(batch.state()).isEqualTo(Turn.State.SERVED);
        QueueView view = queue.view();
        assertThat(view.interactiveWaits().counts().getFirst()).isEqualTo(1);
        assertThat(view.batchWaits().counts().get(QueueView.STEPS.indexOf(2.5))).isEqualTo(1);
        assertThat(view.batchWaits().seconds()).isEqualTo(2);
        assertThat(view.gaveUp()).isEqualTo(1);
        assertThat(view.places()).isEqualTo(1);
    }

    @Test
    void callWhoseDeadlinePassedIsPassedOver() {
        FairQueue queue = queue(1, 10, 10);
        Turn first = turn(enter(queue, "a", 1, false, 10));
        Turn late = turn(queue.enter("a", 1, false, 10, 0, now.get() + 5 * SECOND));
        Turn patient = turn(enter(queue, "a", 1, false, 10));
        AtomicInteger told = new AtomicInteger();
        late.onDecided(told::incrementAndGet);
        now.addAndGet(6 * SECOND);
        first.leave(10, 0);
        assertThat(late.state()).isEqualTo(Turn.State.EXPIRED);
        assertThat(told).hasValue(1);
        assertThat(patient.state()).isEqualTo(Turn.State.SERVED);
        late.leave(0, 0);
        assertThat(queue.view()).satisfies(view -> {
            assertThat(view.served()).isEqualTo(1);
            assertThat(view.waiting()).isZero();
        });
    }

    @Test
    void whoLeavesTheQueueLeavesNoTrace() {
        FairQueue queue = queue(1, 10, 10);
        Turn first = turn(enter(queue, "a", 1, false, 10));
        Turn gone = turn(enter(queue, "a", 1, false, 10));
        Turn next = turn(enter(queue, "a", 1, false, 10));
        gone.leave(0, 0);
        gone.leave(0, 0);
        first.leave(10, 0);
        first.leave(10, 0);
        assertThat(next.state()).isEqualTo(Turn.State.SERVED);
        assertThat(queue.view().served()).isEqualTo(1);
    }

    @Test
    void morePlacesAreGivenOutAtOnce() {
        FairQueue queue = queue(1, 10, 10);
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            turns.add(turn(enter(queue, "a", 1, false, 10)));
        }
        queue.bounds(new QueueTerms(3, 10, 10, 4, Duration.ofSeconds(60)));
        assertThat(count(turns, Turn.State.SERVED)).isEqualTo(3);
    }

    @Test
    void underManyThreadsNoPlaceIsLostNorGivenTwice() throws InterruptedException {
        FairQueue queue = new FairQueue(new QueueTerms(3, 500, 500, 4, Duration.ofSeconds(30)), System::nanoTime);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int number = i;
            threads.add(Thread.startVirtualThread(() -> {
                SplittableRandom random = new SplittableRandom(number);
                for (int call = 0; call < 20; call++) {
                    Turn turn = turn(queue.enter("d" + number % 5, 1 + number % 3, random.nextBoolean(), 10, 10,
                            System.nanoTime() + 30 * SECOND));
                    try {
                        if (random.nextInt(10) > 0 && turn.await()) {
                            int here = inside.incrementAndGet();
                            most.accumulateAndGet(here, Math::max);
                            Thread.yield();
                            inside.decrementAndGet();
                            served.incrementAndGet();
                        }
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    } finally {
                        turn.leave(10, 10);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most).hasValueLessThanOrEqualTo(3);
        assertThat(served).hasValueGreaterThan(3000);
        assertThat(queue.view().served()).isZero();
        assertThat(queue.view().waiting()).isZero();
    }
}
