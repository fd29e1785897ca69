package org.gatehouse.gateway.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.exchange.KeptAnswer;

import static org.assertj.core.api.Assertions.assertThat;

class AnswerStoreTest {
    private static final UUID ROUTE = new UUID(1, 1);
    private static final KeptAnswer ANSWER = new KeptAnswer(
            new ChatReply("id", "m", List.of(new ChatReply.Choice(List.of(new Block.Text("hi")),
                    ChatReply.Stop.of(StopReason.END))), null),
            new byte[0], Usage.NOTHING, null, "m", false, Set.of());

    private final AnswerStore store = new AnswerStore(100);

    private static Question question(long number) {
        return new Question(ROUTE, ROUTE, number, 0, 0, 0);
    }

    private void keep(long number, long weight, long now) {
        store.keep(question(number), new AnswerStore.Entry(ANSWER, weight, now));
    }

    @Test
    void answerIsGivenUntilItsTimeIsOver() {
        keep(1, 10, 50);

        assertThat(store.find(question(1), 149, 100)).isNotNull();
        assertThat(store.find(question(1), 150, 100)).isNull();
        assertThat(store.bytes()).isZero();
        assertThat(store.size()).isZero();
    }

    @Test
    void theOneThatNobodyAskedForTheLongestGoesFirst() {
        keep(1, 40, 0);
        keep(2, 40, 0);
        assertThat(store.find(question(1), 1, 100)).isNotNull();
        keep(3, 40, 0);

        assertThat(store.find(question(2), 1, 100)).isNull();
        assertThat(store.find(question(1), 1, 100)).isNotNull();
        assertThat(store.find(question(3), 1, 100)).isNotNull();
        assertThat(store.evicted()).isEqualTo(1);
    }

    @Test
    void whatIsLargerThanEverythingIsNotKeptAndPushesNobodyOut() {
        keep(1, 40, 0);
        keep(2, 101, 0);

        assertThat(store.size()).isEqualTo(1);
        assertThat(store.bytes()).isEqualTo(40);
    }

    @Test
    void bytesAreThoseOfTheEntriesWhateverHappens() {
        Random random = new Random(3);
        List<Long> weights = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            weights.add(1 + random.nextLong(60));
        }
        for (int i = 0; i < 5_000; i++) {
            int number = random.nextInt(100);
            switch (random.nextInt(4)) {
                case 0 -> store.find(question(number), i, 20);
                case 1 -> store.forget(question -> question.first() == number);
                default -> keep(number, weights.get(number), i);
            }
            long expected = 0;
            for (int n = 0; n < 100; n++) {
                int wanted = n;
                expected += store.count(question -> question.first() == wanted) * weights.get(n);
            }
            assertThat(store.bytes()).isEqualTo(expected).isLessThanOrEqualTo(100);
        }
    }
}
