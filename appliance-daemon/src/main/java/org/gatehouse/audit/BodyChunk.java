package org.gatehouse.audit;

import java.util.UUID;

/**
 * A piece of a recorded body, compressed and sealed, on its way to its row.
 *
 * @param part 0 request, 1 reply
 * @param index which piece, from 0
 * @param expiresAtMicros when retention may remove it
 * @param bytes at most {@value BodyChunk#LARGEST} of them
 */
record BodyChunk(UUID callId, int part, int index, long expiresAtMicros, byte[] bytes) {

    static final int LARGEST = 256 * 1024;
}
