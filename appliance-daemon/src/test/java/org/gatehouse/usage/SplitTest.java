package org.gatehouse.usage;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SplitTest {

    @Test
    void partsAddUpToTheWholeAndNoneIsFartherThanAUnitFromItsShare() {
        Random random = new Random(2026);
        for (int round = 0; round < 5_000; round++) {
            BigInteger whole = new BigInteger(1 + random.nextInt(90), random);
            List<BigInteger> weights = new ArrayList<>();
            int parties = 1 + random.nextInt(40);
            for (int i = 0; i < parties; i++) {
                weights.add(random.nextInt(5) == 0 ? BigInteger.ZERO : new BigInteger(1 + random.nextInt(40), random));
            }
            weights.set(random.nextInt(parties), BigInteger.valueOf(1 + random.nextInt(1_000)));
            BigInteger all = weights.stream().reduce(BigInteger.ZERO, BigInteger::add);

            Split split = new Split(whole, all);
            List<BigInteger> parts = weights.stream().map(split::next).toList();

            assertThat(parts.stream().reduce(BigInteger.ZERO, BigInteger::add)).isEqualTo(whole);
            for (int i = 0; i < parties; i++) {
                BigInteger off = parts.get(i).multiply(all).subtract(whole.multiply(weights.get(i))).abs();
                assertThat(off).isLessThan(all);
                if (weights.get(i).signum() == 0) {
                    assertThat(parts.get(i)).isZero();
                }
            }
        }
    }

    @Test
    void aSplitOverNobodyIsABug() {
        assertThatThrownBy(() -> new Split(BigInteger.TEN, BigInteger.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whoTakesMoreThanThereIsIsABug() {
        Split split = new Split(BigInteger.TEN, BigInteger.TWO);
        assertThat(split.next(BigInteger.TWO)).isEqualTo(10);

        assertThatThrownBy(() -> split.next(BigInteger.ONE)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void energyAndHardwareCostWhatTheTariffSays() {
        LocalTariff tariff = new LocalTariff(new BigDecimal("0.30"), new BigDecimal("2.50"), "EUR");

        // 700 Wh at 0.30 a kWh, and 2 GPU-hours at 2.50.
        assertThat(tariff.costOf(700_000_000L, 7_200_000_000L)).isEqualByComparingTo("5.21");
        assertThat(tariff.costOf(0, 1)).isEqualByComparingTo("0.000000000694444444");
    }
}
