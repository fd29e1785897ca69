package org.gatehouse.gateway.protocol.openai;

import java.util.regex.Pattern;

/** Takes out of a provider's words what looks like a key: providers quote the box's key when they refuse it. Stateless. */
final class Secrets {
    private static final int LONGEST_MESSAGE = 2000;
    private static final String MASK = "[masked]";

    /** A word before it says what it is. */
    private static final Pattern NAMED = Pattern.compile(
            "(?i)((?:api[ _-]?key|token|secret|password|credential)s?(?: provided)?[\"']?\\s*[:=]\\s*[\"']?)([^\\s\"',;]{4,})");
    private static final Pattern BEARER = Pattern.compile("(?i)(bearer\\s+)[^\\s\"',;]+");
    /** Its prefix says what it is. */
    private static final Pattern PREFIXED = Pattern.compile(
            "\\b(?:sk|pk|rk|gsk|xai|hf|r8|nvapi|ghk|pplx|fw|csk|tgp)[-_][A-Za-z0-9_*.\\-]{6,}|AIza[A-Za-z0-9_\\-]{8,}|"
                    + "\\bAKIA[A-Z0-9]{8,}|\\beyJ[A-Za-z0-9_\\-]+\\.[A-Za-z0-9_\\-]+(?:\\.[A-Za-z0-9_\\-]+)?");
    /** Its length says what it is: Azure's and Mistral's keys are 32 letters and digits or more. */
    private static final Pattern LONG = Pattern.compile("\\b(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{32,}\\b");

    private Secrets() {}

    static String mask(String message) {
        String text = message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message;
        text = text.replaceAll("[\\p{Cntrl}&&[^\\n]]", " ");
        text = BEARER.matcher(text).replaceAll("$1" + MASK);
        text = PREFIXED.matcher(text).replaceAll(MASK);
        text = NAMED.matcher(text).replaceAll("$1" + MASK);
        return LONG.matcher(text).replaceAll(MASK);
    }
}
