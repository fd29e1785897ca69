package org.gatehouse.gateway;

import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.simulated.LedgerEntry;

import static org.assertj.core.api.Assertions.assertThat;

/** Streams of several answers: an engine that reports each answer's tokens in its own chunks is billed for their sum. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManyChoicesTest {
    private static final int ROUNDS = 24;
    private static final long SEED = 20_261_121;

    private final TestBox box = new TestBox();
    private final Random random = new Random(SEED);
    private final AtomicInteger names = new AtomicInteger();

    @BeforeAll
    void open() {
        box.price("local", "1", "2");
    }

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        box.close();
    }

    /** A stream of the chat surface, or of text completions with several prompts. */
    private record Shape(boolean chat, int prompts, int n, int tokens, boolean usageAsked) {

        static Shape any(Random random) {
            boolean chat = random.nextBoolean();
            return new Shape(chat, chat ? 1 : 1 + random.nextInt(3), 1 + random.nextInt(5), 1 + random.nextInt(40),
                    random.nextBoolean());
        }

        int choices() {
            return prompts * n;
        }

        String path() {
            return chat ? "/v1/chat/completions" : "/v1/completions";
        }

        String body(String directive) {
            String more = ",\"stream\":true,\"n\":" + n + ",\"max_tokens\":1000"
                    + (usageAsked ? ",\"stream_options\":{\"include_usage\":true}" : "");
            if (chat) {
                return TestBox.chat("local", directive, more);
            }
            return "{\"model\":\"local\",\"prompt\":[" + "\"some words before it\",".repeat(prompts - 1) + "\""
                    + directive + "\"]" + more + "}";
        }

        /** What stands in each chunk with a token and in no other. */
        String token() {
            return chat ? "\"delta\":{\"content\":\"" : "\"text\":\"";
        }

        long tokensIn(String stream) {
            return stream.lines().filter(line -> line.contains(token()) && line.contains("\"finish_reason\":null"))
                    .count();
        }
    }

    private String keyWith(long outputTokens) {
        String name = "choices-" + names.incrementAndGet();
        return box.limitedKey(name,
                new Limit(UUID.randomUUID(), TestBox.keyScope(name), Limit.Kind.TOTAL_OUTPUT_TOKENS, outputTokens));
    }

    private LedgerEntry entry(String id) {
        return box.engine.ledger().entries().stream().filter(entry -> entry.id().equals(box.idAtEngine(id))).findFirst()
                .orElseThrow();
    }

    @Test
    void streamThatComesToItsEndIsBilledForTheSumOfItsChoices() {
        String key = keyWith(1_000_000);
        for (int round = 0; round < ROUNDS; round++) {
            Shape shape = Shape.any(random);
            String id = "whole-" + round;
            try (RawClient client = new RawClient(box)) {
                String text = client.post(key, shape.path(), id, shape.body("[[sim tokens=" + shape.tokens() + "]]"))
                        .reply().text();
                assertThat(shape.tokensIn(text)).as("%s", shape).isEqualTo((long) shape.choices() * shape.tokens());
                assertThat(text.contains("\"usage\"")).isEqualTo(shape.usageAsked());
            }
            CallRecord row = box.row(id);
            assertThat(row.usage().outputTokens()).as("%s", shape).isEqualTo((long) shape.choices() * shape.tokens());
            assertThat(row.usage().inputTokens()).isEqualTo(entry(id).promptTokens());
            assertThat(row.usage().source()).isEqualTo(Usage.Source.REPORTED);
        }
    }

    @Test
    void streamThatIsLeftAnywhereIsBilledForEveryTokenThatTheEngineMade() {
        String key = keyWith(1_000_000);
        for (int round = 0; round < ROUNDS; round++) {
            Shape shape = Shape.any(random);
            int events = 1 + random.nextInt(Math.min(40, shape.choices() * shape.tokens()));
            String id = "left-" + round;
            try (RawClient client = new RawClient(box)) {
                // Slow enough that the box hears of the leaving between two tokens and not in the middle of a burst.
                client.post(key, shape.path(), id,
                        shape.body("[[sim tokens=" + (shape.tokens() + 200) + " token-ms=60]]"));
                for (int event = 0; event < events; event++) {
                    client.readUntil(shape.token());
                }
                if (random.nextBoolean()) {
                    client.reset();
                }
            }
            CallRecord row = box.row(id);
            LedgerEntry made = entry(id);
            TestBox.await(() -> made.state() == LedgerEntry.State.ABORTED, "the engine was not cancelled");
            assertThat(row.outcome()).isEqualTo(Outcome.CLIENT_GONE);
            assertThat(row.usage().outputTokens()).as("%s left after %d", shape, events)
                    .isEqualTo(made.outputTokens());
            assertThat(row.usage().inputTokens()).isEqualTo(made.promptTokens());
            assertThat(row.usage().source()).isEqualTo(Usage.Source.COUNTED);
        }
    }

    @Test
    void quotaThatEndsInTheMiddleEndsEveryChoiceAndIsUsedToTheVeryToken() {
        for (int round = 0; round < ROUNDS; round++) {
            Shape shape = Shape.any(random);
            // Of a quota that can't give each choice a token nothing can be asked for.
            int quota = shape.choices() + random.nextInt(400);
            String key = keyWith(quota);
            String id = "quota-" + round;
            String text;
            try (RawClient client = new RawClient(box)) {
                text = client.post(key, shape.path(), id,
                        shape.body("[[sim tokens=" + (quota + 300) + " fault=ignore-max-tokens]]")).reply().text();
            }
            CallRecord row = box.row(id);
            assertThat(row.outcome()).as("%s of %d: %s", shape, quota, text).isEqualTo(Outcome.CUT_BY_QUOTA);
            assertThat(row.usage().outputTokens()).as("%s of %d", shape, quota).isEqualTo(quota);
            assertThat(shape.tokensIn(text)).as("%s of %d", shape, quota).isEqualTo(quota);
            assertThat(text.split("\"finish_reason\":\"length\"", -1)).hasSize(shape.choices() + 1);
            assertThat(text).endsWith("data: [DONE]\n\n");
            assertThat(box.ledger.balanceOf(TestBox.keyScope("choices-" + names.get())).outputUsed())
                    .isEqualTo(quota);
        }
    }
}
