package org.gatehouse.supervisor.planning;

/**
 * How much the tensors of one role take. Immutable.
 *
 * @param bytes in the files
 * @param floatBytes how many of these are ordinary floating point (F16, BF16, F32, F64)
 * @param floatElements how many numbers those are
 */
public record TensorBytes(long bytes, long floatBytes, long floatElements) {
    static final TensorBytes NONE = new TensorBytes(0, 0, 0);

    TensorBytes plus(Tensor tensor) {
        return tensor.type().isOrdinaryFloat()
                ? new TensorBytes(bytes + tensor.bytes(), floatBytes + tensor.bytes(),
                        floatElements + tensor.elements())
                : new TensorBytes(bytes + tensor.bytes(), floatBytes, floatElements);
    }

    /** Bytes in memory when the ordinary floating point numbers are loaded with so many bits each; 0 for as they are stored. */
    public long loadedBytes(double bitsPerFloat) {
        return bitsPerFloat == 0
                ? bytes
                : bytes - floatBytes + (long) Math.ceil(floatElements * bitsPerFloat / 8);
    }
}
