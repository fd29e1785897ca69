package org.gatehouse.acceptance.box;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.gatehouse.acceptance.machine.SerialLine;

/**
 * What somebody reads off a new box's console before they set it up from elsewhere.
 *
 * @param fingerprint of the certificate, SHA-256, 64 hexadecimal digits in lower case
 * @param code the claim code
 */
public record Claim(String fingerprint, String code) {
    private static final int DIGITS = 64;
    /** 32 bytes do not fit on a line of 80: the second half stands on the next one. */
    private static final Pattern HALF = Pattern
            .compile("(?<![0-9A-F:])((?:[0-9A-F]{2}:){15}[0-9A-F]{2}):?(?![0-9A-F:])");
    private static final Pattern CODE = Pattern.compile("\\b([0-9A-Z]{4}-[0-9A-Z]{4})\\b");

    /**
     * Waits for it on the serial line's screen.
     *
     * @throws org.gatehouse.acceptance.machine.NotSeen if the console never shows it
     */
    public static Claim on(SerialLine serial, Duration limit) {
        return serial.await("a screen with a claim code and a fingerprint", Claim::in, limit);
    }

    /** The one that stands on a screen. This is the one place that knows how it is written there; empty where it is not, or not yet. */
    public static Optional<Claim> in(List<String> screen) {
        StringBuilder fingerprint = new StringBuilder();
        String code = "";
        boolean isAnnounced = false;
        for (String row : screen) {
            Matcher half = HALF.matcher(row);
            if (half.find()) {
                fingerprint.append(half.group(1).replace(":", "").toLowerCase(Locale.ROOT));
            }
            isAnnounced |= row.contains("claim code");
            Matcher shown = CODE.matcher(row);
            if (isAnnounced && code.isEmpty() && shown.find()) {
                code = shown.group(1);
            }
        }
        return code.isEmpty() || fingerprint.length() != DIGITS
                ? Optional.empty()
                : Optional.of(new Claim(fingerprint.toString(), code));
    }
}
