package org.gatehouse.gateway.protocol.anthropic;

/** A client's or provider's own word in a message: short, printable, without what would break a header. */
final class Shown {
    private static final int MOST = 64;

    private Shown() {}

    static String of(String word) {
        String some = word.length() > MOST ? word.substring(0, MOST) : word;
        return some.replaceAll("[^ -+\\--~]", "?");
    }
}
