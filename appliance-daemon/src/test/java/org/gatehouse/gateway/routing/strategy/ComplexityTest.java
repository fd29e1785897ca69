package org.gatehouse.gateway.routing.strategy;

import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.routing.targets.PromptFeatures;
import org.gatehouse.governance.snapshot.ComplexityTerms;

import static org.assertj.core.api.Assertions.assertThat;

class ComplexityTest {
    private static final ComplexityTerms TERMS = ComplexityTerms.DEFAULT;

    private static int points(String text) {
        return Complexity.of(PromptScan.of(text, text.length() / 4, 0, 0, false, 0), TERMS).points();
    }

    @Test
    void eachReasonIsNamedWithItsPoints() {
        PromptFeatures prompt = new PromptFeatures(3000, 2000, true, true, 2, 3, 1, true, 4);
        Complexity complexity = Complexity.of(prompt, TERMS);
        assertThat(complexity.parts()).extracting(part -> part.feature() + " " + part.points()).containsExactly(
                "length 12", "code 20", "mathematics 15", "reasoning 20", "steps 8", "tools 15", "schema 5", "turns 4",
                "output 6");
        assertThat(complexity.points()).isEqualTo(100);
    }

    @Test
    void greetingIsSimpleInBothLanguages() {
        assertThat(points("Hi there!")).isZero();
        assertThat(points("你好，今天天气怎么样？")).isZero();
    }

    @Test
    void askedForThoughtIsHarderInBothLanguages() {
        assertThat(points("Compare both designs and explain how they fail")).isGreaterThanOrEqualTo(20);
        assertThat(points("请逐步分析并证明这个定理")).isGreaterThanOrEqualTo(30);
    }

    @Test
    void numberedStepsAndQuestionsCount() {
        assertThat(PromptScan.of("1. read\n2. sort\n - write\nwhy? how？", 1, 0, 0, false, 0).steps()).isEqualTo(5);
        assertThat(PromptScan.of("It was 1. of 3 - so be it.", 1, 0, 0, false, 0).steps()).isZero();
    }

    @Test
    void moreOfAnythingNeverMakesAPromptSimpler() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 5000; i++) {
            PromptFeatures some = new PromptFeatures(random.nextLong(200_000), random.nextLong(20_000), false, false,
                    random.nextInt(5), random.nextInt(9), random.nextInt(3), false, random.nextInt(30));
            PromptFeatures more = new PromptFeatures(some.promptTokens() + random.nextLong(1000),
                    some.outputTokens() + random.nextLong(1000), random.nextBoolean(), random.nextBoolean(),
                    some.reasoningWords() + 1, some.steps() + 1, some.tools() + random.nextInt(2),
                    random.nextBoolean(), some.turns() + 1);
            int less = Complexity.of(some, TERMS).points();
            assertThat(Complexity.of(more, TERMS).points()).isGreaterThanOrEqualTo(less).isBetween(0, 100);
        }
    }

    @Test
    void lengthOfLongMaxIsJustLong() {
        PromptFeatures endless = new PromptFeatures(Long.MAX_VALUE, Long.MAX_VALUE, false, false, 0, 0, 0, false, 0);
        assertThat(Complexity.of(endless, TERMS).points()).isEqualTo(48);
    }
}
