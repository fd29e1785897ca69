package org.gatehouse.gateway.upstream.http;

import java.util.Objects;

/**
 * A run of bytes inside an array, so that a rewritten body is sent as pieces of the original and of the replacement without a
 * copy. The array is not copied: it must not change until the call has ended.
 *
 * @param array holds the bytes
 * @param offset index of the first byte
 * @param length number of bytes, zero or more
 */
@SuppressWarnings("ArrayRecordComponent") // a view, not a value: slices are never compared
public record BodySlice(byte[] array, int offset, int length) {

    /** The run must lie inside the array. */
    public BodySlice {
        Objects.checkFromIndexSize(offset, length, array.length);
    }

    /** All bytes of an array. */
    public static BodySlice of(byte[] array) {
        return new BodySlice(array, 0, array.length);
    }

    @Override
    public String toString() {
        return "BodySlice[" + length + " bytes]";
    }
}
