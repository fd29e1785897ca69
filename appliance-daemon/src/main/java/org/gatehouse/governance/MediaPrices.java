package org.gatehouse.governance;

import java.math.BigDecimal;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What tokens that stand for sound and pictures cost, where that is not what tokens of text cost. */
public record MediaPrices(
        @About("Per 1,000,000 input tokens of sound; null: what input costs.") @Nullable BigDecimal audioInputPerMillion,
        @About("Per 1,000,000 output tokens of sound; null: what output costs.") @Nullable BigDecimal audioOutputPerMillion,
        @About("Per 1,000,000 input tokens of pictures; null: what input costs.") @Nullable BigDecimal imageInputPerMillion,
        @About("Per 1,000,000 output tokens of pictures; null: what output costs.") @Nullable BigDecimal imageOutputPerMillion) {

    boolean says() {
        return Stream.of(audioInputPerMillion, audioOutputPerMillion, imageInputPerMillion, imageOutputPerMillion)
                .anyMatch(Objects::nonNull);
    }

    void check(Checks checks) {
        checks.amount("media.audioInputPerMillion", audioInputPerMillion);
        checks.amount("media.audioOutputPerMillion", audioOutputPerMillion);
        checks.amount("media.imageInputPerMillion", imageInputPerMillion);
        checks.amount("media.imageOutputPerMillion", imageOutputPerMillion);
    }
}
