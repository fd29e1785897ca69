package org.gatehouse.gpu;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The values of one GPU (or MIG instance) at one moment: one cell of eight bytes a metric. Immutable, thread-safe.
 *
 * <p>A whole number keeps all its 63 bits: a counter of nanoseconds leaves the exact range of a double after 104 days. A value that could
 * not be read is absent with its reason, never a number: absences are four patterns that no reading can have (the least longs, which
 * read as doubles are minus zero and its three smallest neighbours).
 */
public final class Readings {
    /** Why there is no value. */
    public enum Absence {
        /** Nobody asked, or the source does not know this metric. */
        NOT_READ,
        /** The device or its driver does not have it. */
        UNSUPPORTED,
        /** The reader has no permission for it. */
        NOT_PERMITTED,
        /** It exists, and there is no fresh value now. */
        NO_DATA
    }

    private static final int METRICS = GpuMetric.values().length;
    private static final Absence[] ABSENCES = Absence.values();
    private static final long FIRST_ABSENT = Long.MIN_VALUE;
    private static final long LAST_ABSENT = Long.MIN_VALUE + ABSENCES.length - 1;
    private static final Readings NONE = new Builder().build();

    private final long[] cells;

    private Readings(long[] cells) {
        this.cells = cells;
    }

    /** Readings in which everything is absent. */
    public static Readings none() {
        return NONE;
    }

    /** Whether there is a value. */
    public boolean has(GpuMetric metric) {
        return cells[metric.ordinal()] > LAST_ABSENT;
    }

    /** The value in the metric's canonical unit, or NaN when absent: for arithmetic and charts. */
    public double orNaN(GpuMetric metric) {
        long cell = cells[metric.ordinal()];
        if (cell <= LAST_ABSENT) {
            return Double.NaN;
        }
        return metric.form() == GpuMetric.Form.INTEGER ? cell : Double.longBitsToDouble(cell);
    }

    /** The value in the metric's canonical unit. */
    public OptionalDouble value(GpuMetric metric) {
        return has(metric) ? OptionalDouble.of(orNaN(metric)) : OptionalDouble.empty();
    }

    /** The value as a whole number, exact for {@link GpuMetric.Form#INTEGER} metrics, rounded for the others. */
    public OptionalLong whole(GpuMetric metric) {
        if (!has(metric)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(metric.form() == GpuMetric.Form.INTEGER
                ? cells[metric.ordinal()]
                : Math.round(orNaN(metric)));
    }

    /** Why the value is absent; {@link Absence#NOT_READ} also for a metric that has a value. */
    public Absence absence(GpuMetric metric) {
        long cell = cells[metric.ordinal()];
        return cell <= LAST_ABSENT ? ABSENCES[(int) (cell - FIRST_ABSENT)] : Absence.NOT_READ;
    }

    /** How many metrics have a value. */
    public int size() {
        int count = 0;
        for (long cell : cells) {
            count += cell > LAST_ABSENT ? 1 : 0;
        }
        return count;
    }

    /** A builder that starts with these values. */
    public Builder toBuilder() {
        return new Builder(cells.clone());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Readings that && Arrays.equals(cells, that.cells);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(cells);
    }

    /** The values that are there, for logs and tests. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (GpuMetric metric : GpuMetric.values()) {
            if (has(metric)) {
                text.append(text.length() > 1 ? ", " : "").append(metric).append('=');
                if (metric.form() == GpuMetric.Form.INTEGER) {
                    text.append(cells[metric.ordinal()]);
                } else {
                    text.append(orNaN(metric));
                }
            }
        }
        return text.append('}').toString();
    }

    /** Collects values. Not thread-safe. */
    public static final class Builder {
        private final long[] cells;

        /** Starts with everything absent. */
        public Builder() {
            this(new long[METRICS]);
            Arrays.fill(cells, FIRST_ABSENT);
        }

        private Builder(long[] cells) {
            this.cells = cells;
        }

        /** Takes a whole number in the metric's canonical unit; one that collides with an absence pattern is no reading. */
        public Builder put(GpuMetric metric, long value) {
            if (metric.form() == GpuMetric.Form.REAL) {
                return put(metric, (double) value);
            }
            cells[metric.ordinal()] = value <= LAST_ABSENT ? absent(Absence.NO_DATA) : value;
            return this;
        }

        /** Takes a real number in the metric's canonical unit; NaN and infinities are no readings. */
        public Builder put(GpuMetric metric, double value) {
            if (!Double.isFinite(value)) {
                return put(metric, Absence.NO_DATA);
            }
            if (metric.form() == GpuMetric.Form.INTEGER) {
                return put(metric, Math.round(value));
            }
            long bits = Double.doubleToRawLongBits(value);
            cells[metric.ordinal()] = bits <= LAST_ABSENT ? 0 : bits;
            return this;
        }

        /** Says why there is no value. */
        public Builder put(GpuMetric metric, Absence reason) {
            cells[metric.ordinal()] = absent(reason);
            return this;
        }

        /** Takes the value, or its absence, from other readings as it is. */
        public Builder copy(GpuMetric metric, Readings other) {
            cells[metric.ordinal()] = other.cells[metric.ordinal()];
            return this;
        }

        /** Whether a value was put. */
        public boolean has(GpuMetric metric) {
            return cells[metric.ordinal()] > LAST_ABSENT;
        }

        /** The readings; the builder may go on. */
        public Readings build() {
            return new Readings(cells.clone());
        }

        private static long absent(Absence reason) {
            return FIRST_ABSENT + reason.ordinal();
        }
    }
}
