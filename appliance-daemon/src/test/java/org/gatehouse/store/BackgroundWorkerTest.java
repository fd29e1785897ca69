package org.gatehouse.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BackgroundWorkerTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<String> work = new ArrayList<>();
    private BackgroundWorker worker = new BackgroundWorker("test", lock, changed, SOON, () -> {});

    private void start(Duration longestStop, Runnable run) {
        worker = new BackgroundWorker("test", lock, changed, longestStop, run);
        worker.start();
    }

    private void hand(String item) {
        lock.lock();
        try {
            work.add(item);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Test
    void signalEndsThePauseAndStoppingEndsTheWork() throws InterruptedException {
        CountDownLatch seen = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        start(SOON, () -> {
            while (worker.pauseWhile(work::isEmpty)) {
                work.clear();
                seen.countDown();
            }
            ended.set(true);
        });
        hand("one");
        assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(worker.stopping()).isFalse();
        worker.close();
        assertThat(worker.stopping()).isTrue();
        assertThat(ended).isTrue();
    }

    @Test
    void pauseThatIsOverIsNoReasonToStop() throws InterruptedException {
        CountDownLatch rounds = new CountDownLatch(3);
        start(SOON, () -> {
            while (worker.pauseWhile(() -> true, Duration.ofMillis(1))) {
                rounds.countDown();
            }
        });
        assertThat(rounds.await(10, TimeUnit.SECONDS)).isTrue();
        worker.close();
    }

    @Test
    void pauseDuringTheStopEndsAtOnce() {
        List<Boolean> answers = new ArrayList<>();
        start(SOON, () -> {
            answers.add(worker.pauseWhile(() -> true, Duration.ofHours(1)));
            answers.add(worker.pauseWhile(() -> true, Duration.ofHours(1)));
        });
        worker.close();
        assertThat(answers).containsExactly(false, false);
    }

    @Test
    void closingWaitsNoLongerThanItMay() {
        CountDownLatch stuck = new CountDownLatch(1);
        start(Duration.ofMillis(20), () -> {
            try {
                assertThat(stuck.await(1, TimeUnit.MINUTES)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        worker.close();
        assertThat(stuck.getCount()).isOne();
        stuck.countDown();
    }
}
