package org.gatehouse.gateway.protocol.anthropic;

import java.util.HexFormat;

import org.gatehouse.gateway.protocol.ToolIds;
import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * Tool names between protocols. Anthropic takes {@code [a-zA-Z0-9_-]{1,128}}; others allow dots and more. A name that does
 * not fit is written so that it can be read back without any memory of the request, since the answer names the tool again.
 */
final class ToolNames {
    private static final int MOST = 128;
    /** Ahead of a name that was rewritten; behind it, every character that does not fit is {@code -xxxx-}, its hex code. */
    private static final String REWRITTEN = "gatehouse_name_";

    private ToolNames() {}

    /** The name for Anthropic. */
    static String write(String name) throws UntranslatableException {
        if (fits(name) && !name.startsWith(REWRITTEN)) {
            return name;
        }
        StringBuilder text = new StringBuilder(REWRITTEN);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (ToolIds.isPlain(c) && c != '-') {
                text.append(c);
            } else {
                text.append('-').append(HexFormat.of().toHexDigits(c)).append('-');
            }
        }
        if (name.isEmpty() || text.length() > MOST) {
            throw new UntranslatableException("tools",
                    "The tool name '" + Shown.of(name)
                            + "' does not fit the chosen model's provider. Use 1 to 64 letters, digits, '_' and '-'.");
        }
        return text.toString();
    }

    /** The client's own name. */
    static String read(String name) {
        if (!name.startsWith(REWRITTEN)) {
            return name;
        }
        StringBuilder text = new StringBuilder();
        for (int i = REWRITTEN.length(); i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '-') {
                text.append(c);
                continue;
            }
            if (i + 5 >= name.length() || name.charAt(i + 5) != '-' || !isHex(name, i + 1)) {
                return name;
            }
            text.append((char) HexFormat.fromHexDigits(name, i + 1, i + 5));
            i += 5;
        }
        return text.toString();
    }

    private static boolean isHex(String text, int from) {
        for (int i = from; i < from + 4; i++) {
            if (!HexFormat.isHexDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(String name) {
        return !name.isEmpty() && name.length() <= MOST && name.chars().allMatch(ToolIds::isPlain);
    }
}
