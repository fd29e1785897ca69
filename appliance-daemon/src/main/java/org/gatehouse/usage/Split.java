package org.gatehouse.usage;

import java.math.BigInteger;

/**
 * Divides a whole number of units by weights, one party after the other, so that the parts add up to the whole to the last unit and none is
 * a unit off its share. It keeps no list of parties: a minute may have a hundred thousand. For one thread.
 */
final class Split {
    private final BigInteger whole;
    private final BigInteger allWeights;
    private BigInteger weighed = BigInteger.ZERO;
    private BigInteger given = BigInteger.ZERO;

    /**
     * Begins to divide.
     *
     * @param whole at least 0
     * @param allWeights of all parties together; above 0
     */
    Split(BigInteger whole, BigInteger allWeights) {
        if (allWeights.signum() <= 0 || whole.signum() < 0) {
            throw new IllegalArgumentException("a split needs a whole of at least 0 and a weight above 0");
        }
        this.whole = whole;
        this.allWeights = allWeights;
    }

    /**
     * The next party's part: what all up to it are due, rounded down, less what those before it got.
     *
     * @param weight at least 0
     */
    BigInteger next(BigInteger weight) {
        weighed = weighed.add(weight);
        if (weight.signum() < 0 || weighed.compareTo(allWeights) > 0) {
            throw new IllegalArgumentException("the weights must not be negative or more than was said");
        }
        BigInteger due = whole.multiply(weighed).divide(allWeights);
        BigInteger part = due.subtract(given);
        given = due;
        return part;
    }
}
