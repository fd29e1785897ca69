package org.gatehouse.supervisor.planning;

/**
 * With how many bits ordinary floating point numbers arrive in GPU memory. Numbers that the checkpoint has quantised already stay
 * as they are.
 *
 * @param matrixBits of the matrices inside of layers; less than 16 when the engine quantises while loading, scales included
 * @param otherBits of everything else
 */
record LoadFormat(double matrixBits, double otherBits) {}
