package org.gatehouse.batch;

/**
 * A line of a file.
 *
 * @param number counted from 1
 * @param bytes without what ends it; empty when it is too long
 * @param tooLong whether it is longer than a row may be
 */
@SuppressWarnings("ArrayRecordComponent") // a buffer that is handed on, never compared
record Line(int number, byte[] bytes, boolean tooLong) {

    /** Whether there is nothing on it but space. */
    boolean blank() {
        if (tooLong) {
            return false;
        }
        for (byte b : bytes) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
