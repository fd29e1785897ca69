package org.gatehouse.gateway.metering;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.gatehouse.audit.Cost;
import org.gatehouse.audit.MediaTokens;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.ACall;
import org.gatehouse.governance.snapshot.MediaPrice;
import org.gatehouse.governance.snapshot.Price;
import org.gatehouse.governance.snapshot.Surface;

import static org.assertj.core.api.Assertions.assertThat;

class TariffTest {

    @Test
    void costsAreExactToTheLastDigit() {
        Tariff tariff = tariff(price("0.15", "0.6", "0.075", null));

        assertThat(cost(tariff, new Usage(1_000_001, 333, 7, 0, 0, 0, 0, 0, Usage.Source.REPORTED)))
                .isEqualByComparingTo(new BigDecimal("0.15").multiply(new BigDecimal(999_994))
                        .add(new BigDecimal("0.075").multiply(new BigDecimal(7)))
                        .add(new BigDecimal("0.6").multiply(new BigDecimal(333))).movePointLeft(6));
    }

    @Test
    void aMillionSmallCallsCostWhatOneLargeOneDoes() {
        Tariff tariff = tariff(price("0.07", "0.11", null, null));
        Random random = new Random(3);
        BigDecimal sum = BigDecimal.ZERO;
        long input = 0;
        long output = 0;
        for (int i = 0; i < 100_000; i++) {
            int in = random.nextInt(50);
            int out = random.nextInt(50);
            sum = sum.add(cost(tariff, Usage.tokens(in, out, Usage.Source.REPORTED)));
            input += in;
            output += out;
        }

        assertThat(sum).isEqualByComparingTo(cost(tariff, Usage.tokens(input, output, Usage.Source.REPORTED)));
    }

    @Test
    void cachedAndWrittenTokensAreInputTokensAtTheirOwnPriceAndNeverChargedTwice() {
        Usage usage = new Usage(100, 0, 60, 30, 0, 0, 0, 0, Usage.Source.REPORTED);

        assertThat(cost(tariff(price("10", "0", "1", "12.5")), usage))
                .isEqualByComparingTo(new BigDecimal(10 * 10 + 60 + 30 * 12.5).movePointLeft(6));
        // A missing price of theirs means that they cost what input costs.
        assertThat(cost(tariff(price("10", "0", null, null)), usage)).isEqualByComparingTo("0.001");
    }

    @Test
    void tokensOfSoundAndPicturesHaveTheirOwnPricesAndWithoutThemThoseOfText() {
        Usage usage = new Usage(100, 50, 30, 0, 0, 0, 0, 0, 0, new MediaTokens(40, 10, 20, 5), Usage.Source.REPORTED);
        Price own = new Price(UUID.randomUUID(), "m", null, Instant.EPOCH, "USD", new BigDecimal("2"),
                new BigDecimal("10"), new BigDecimal("1"), null, null, new MediaPrice(new BigDecimal("40"),
                        new BigDecimal("80"), new BigDecimal("5"), null),
                null, null, null, null);

        assertThat(cost(tariff(own), usage)).isEqualByComparingTo(
                new BigDecimal(20 * 2 + 30 + 40 * 40 + 10 * 5 + 25 * 10 + 20 * 80 + 5 * 10).movePointLeft(6));
        // What is reserved is enough for a call that is all sound.
        assertThat(tariff(own).perInputToken()).isEqualByComparingTo("0.00004");
        assertThat(tariff(own).perOutputToken()).isEqualByComparingTo("0.00008");
        assertThat(cost(tariff(price("2", "10", "1", null)), usage))
                .isEqualByComparingTo(new BigDecimal(70 * 2 + 30 + 50 * 10).movePointLeft(6));
    }

    @Test
    void whatWasCachedOfSoundIsChargedAsSound() {
        Usage usage = new Usage(100, 0, 90, 0, 0, 0, 0, 0, 0, new MediaTokens(60, 0, 0, 0), Usage.Source.REPORTED);
        Price own = new Price(UUID.randomUUID(), "m", null, Instant.EPOCH, "USD", new BigDecimal("2"), null,
                new BigDecimal("1"), null, null, new MediaPrice(new BigDecimal("40"), null, null, null), null, null,
                null, null);

        assertThat(cost(tariff(own), usage)).isEqualByComparingTo(new BigDecimal(40 + 60 * 40).movePointLeft(6));
    }

    @Test
    void writesForAnHourHaveTheirOwnPriceAndWithoutItThatOfTheOthers() {
        Usage usage = new Usage(100, 0, 20, 50, 40, 0, 0, 0, 0, MediaTokens.NONE, Usage.Source.REPORTED);
        Price both = new Price(UUID.randomUUID(), "m", null, Instant.EPOCH, "USD", new BigDecimal("3"),
                new BigDecimal("15"), new BigDecimal("0.3"), new BigDecimal("3.75"), new BigDecimal("6"),
                MediaPrice.NONE,
                null, null, null, null);

        assertThat(cost(tariff(both), usage))
                .isEqualByComparingTo(new BigDecimal(30 * 3 + 20 * 0.3 + 10 * 3.75 + 40 * 6).movePointLeft(6));
        assertThat(tariff(both).perInputToken()).isEqualByComparingTo("0.000006");
        assertThat(cost(tariff(price("3", "15", "0.3", "3.75")), usage))
                .isEqualByComparingTo(new BigDecimal(30 * 3 + 20 * 0.3 + 50 * 3.75).movePointLeft(6));
        assertThat(cost(tariff(price("3", "15", null, null)), usage)).isEqualByComparingTo("0.0003");
    }

    @Test
    void reservationIsNeverLessThanWhatTheSameTokensCostInTheEnd() {
        Random random = new Random(11);
        for (int i = 0; i < 2_000; i++) {
            Tariff tariff = tariff(
                    price(decimal(random), decimal(random), random.nextBoolean() ? decimal(random) : null,
                            random.nextBoolean() ? decimal(random) : null));
            long input = random.nextInt(10_000);
            long cached = random.nextLong(input + 1);
            long written = random.nextLong(input - cached + 1);
            long output = random.nextInt(10_000);
            BigDecimal reserved = tariff.perInputToken().multiply(BigDecimal.valueOf(input))
                    .add(tariff.perOutputToken().multiply(BigDecimal.valueOf(output)));

            assertThat(cost(tariff, new Usage(input, output, cached, written, 0, 0, 0, 0, Usage.Source.REPORTED)))
                    .isLessThanOrEqualTo(reserved);
        }
    }

    @Test
    void secondsPicturesCharactersAndCallsHaveTheirPrices() {
        Price price = new Price(UUID.randomUUID(), "m", null, Instant.EPOCH, "USD", null, null, null, null,
                new BigDecimal("0.006"), new BigDecimal("0.04"), new BigDecimal("15"), new BigDecimal("0.001"));
        Tariff tariff = tariff(price);

        assertThat(cost(tariff, new Usage(0, 0, 0, 0, 0, 12_345, 2, 10, Usage.Source.COUNTED)))
                .isEqualByComparingTo(new BigDecimal("0.006").multiply(new BigDecimal("12.345"))
                        .add(new BigDecimal("0.08")).add(new BigDecimal("0.00015")).add(new BigDecimal("0.001")));
        assertThat(tariff.costOf(Usage.NOTHING)).isEqualTo(new Cost(BigDecimal.ZERO, "USD"));
        assertThat(
                tariff.fixed(ACall.on(Surface.IMAGES_GENERATIONS, "{\"model\":\"m\",\"prompt\":\"p\",\"n\":3}")
                        .priced(price).routed()))
                .isGreaterThanOrEqualTo(new BigDecimal("0.121"));
    }

    @Test
    void recordingIsReservedByItsLength() {
        Price price = new Price(UUID.randomUUID(), "m", null, Instant.EPOCH, "USD", null, null, null, null,
                new BigDecimal("0.01"), null, null, null);
        String form = "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n"
                + "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n" + "x".repeat(60_000) + "\r\n--B--";

        assertThat(tariff(price).fixed(ACall.on(Surface.AUDIO_TRANSCRIPTIONS, form).routed()))
                .isBetween(new BigDecimal("0.60"), new BigDecimal("0.61"));
    }

    @Test
    void modelWithoutPriceCostsNothingAndSaysSo() {
        Tariff free = Tariff.of(ACall.chat("").routed());

        assertThat(free.costOf(Usage.tokens(5, 5, Usage.Source.REPORTED))).isNull();
        assertThat(free.perInputToken()).isZero();
        assertThat(free.perOutputToken()).isZero();
    }

    private static String decimal(Random random) {
        return random.nextInt(100) + "." + random.nextInt(1_000_000);
    }

    private static Price price(String input, String output, @Nullable String cached, @Nullable String written) {
        return new Price(UUID.randomUUID(), "m", null, Instant.EPOCH, "USD", new BigDecimal(input),
                new BigDecimal(output), cached == null ? null : new BigDecimal(cached),
                written == null ? null : new BigDecimal(written), null, null, null, null);
    }

    private static Tariff tariff(Price price) {
        return Tariff.of(ACall.chat("").priced(price).routed());
    }

    private static BigDecimal cost(Tariff tariff, Usage usage) {
        return Objects.requireNonNull(tariff.costOf(usage)).amount();
    }
}
