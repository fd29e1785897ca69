package org.gatehouse.simulated.providers;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Makes identifiers that look random and come again with the same seed. Thread-safe. */
final class Ids {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long seed;
    private final AtomicLong given = new AtomicLong();

    Ids(long seed) {
        this.seed = seed;
    }

    /** {@code prefix} and so many letters and digits. */
    String next(String prefix, int length) {
        SplittableRandom random = random();
        StringBuilder text = new StringBuilder(prefix.length() + length).append(prefix);
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    /** {@code prefix} and so many hexadecimal digits. */
    String hex(String prefix, int length) {
        SplittableRandom random = random();
        StringBuilder text = new StringBuilder(prefix.length() + length).append(prefix);
        for (int i = 0; i < length; i++) {
            text.append(Character.forDigit(random.nextInt(16), 16));
        }
        return text.toString();
    }

    /** A UUID. */
    String uuid() {
        SplittableRandom random = random();
        return new java.util.UUID((random.nextLong() & ~0xF000L) | 0x4000L,
                (random.nextLong() & ~(3L << 62)) | Long.MIN_VALUE).toString();
    }

    private SplittableRandom random() {
        return new SplittableRandom(seed * GOLDEN + given.incrementAndGet());
    }
}
