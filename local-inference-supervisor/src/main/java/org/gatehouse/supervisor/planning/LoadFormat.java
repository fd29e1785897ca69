package org.gatehouse.supervisor.planning;

/**
 * With how many bits ordinary floating point numbers arrive in GPU memory. Numbers that the checkpoint has quantised already stay
 * as they are.
 *
 * @param matrixBits of the matrices inside of layers; less than 16 when the engine quantises while loading, scales included; 0
 *        for as many as the file has
 * @param otherBits of everything else; 0 for as many as the file has
 */
record LoadFormat(double matrixBits, double otherBits) {
    /** Each number as it lies in the file, such as the 32-bit scales of a quantised checkpoint. */
    static final LoadFormat AS_STORED = new LoadFormat(0, 0);
}
