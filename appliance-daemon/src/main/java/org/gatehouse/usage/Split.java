package org.gatehouse.usage;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Divides a whole number of units by weights, so that the parts add up to the whole to the last unit (largest remainder; equal remainders in
 * the order given). Stateless.
 */
final class Split {
    private Split() {}

    /**
     * The parts, in the order of the weights.
     *
     * @param whole at least 0
     * @param weights at least 0 each, and not all of them 0
     */
    static List<BigInteger> of(BigInteger whole, List<BigInteger> weights) {
        BigInteger all = weights.stream().reduce(BigInteger.ZERO, BigInteger::add);
        if (all.signum() <= 0 || whole.signum() < 0) {
            throw new IllegalArgumentException("a split needs a whole of at least 0 and a weight above 0");
        }
        List<BigInteger> parts = new ArrayList<>();
        List<BigInteger> remainders = new ArrayList<>();
        BigInteger left = whole;
        for (BigInteger weight : weights) {
            BigInteger[] part = whole.multiply(weight).divideAndRemainder(all);
            parts.add(part[0]);
            remainders.add(part[1]);
            left = left.subtract(part[0]);
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparing((Integer i) -> remainders.get(i)).reversed());
        for (int i = 0; i < left.intValueExact(); i++) {
            int lucky = order.get(i);
            parts.set(lucky, parts.get(lucky).add(BigInteger.ONE));
        }
        return parts;
    }
}
