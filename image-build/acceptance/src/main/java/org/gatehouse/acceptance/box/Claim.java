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
    private static final Pattern CODE = Pattern.compile("[Cc]laim code\\b.*?\\b([0-9A-Z]{4}-[0-9A-Z]{4})\\b");

    /**
     * What the kernel must be told at the first boot, so that the serial line shows it. So far the daemon writes it to its own output, which is
     * the journal, and the wizard on the consoles takes the code before anybody else can.
     */
    public static List<String> kernelArguments() {
        return List.of("systemd.journald.forward_to_console=1", "systemd.mask=gatehouse-console@tty1.service",
                "systemd.mask=gatehouse-console@ttyS0.service");
    }

    /**
     * Reads it off the serial line.
     *
     * @throws org.gatehouse.acceptance.machine.NotSeen if the console never shows it
     */
    public static Claim on(SerialLine serial, Duration limit) {
        serial.await(CODE, 0, limit);
        return in(serial.lines().stream().map(SerialLine.Line::text).toList())
                .orElseThrow(() -> new IllegalStateException(
                        "the console shows a claim code and no fingerprint:\n" + serial.lastWords()));
    }

    /** The newest one in what a console showed. This is the one place that knows how it is written there; empty where it is not, or not yet. */
    public static Optional<Claim> in(List<String> lines) {
        String code = "";
        String fingerprint = "";
        String firstHalf = "";
        for (String line : lines) {
            Matcher half = HALF.matcher(line);
            if (half.find()) {
                String digits = half.group(1).replace(":", "").toLowerCase(Locale.ROOT);
                fingerprint = firstHalf + digits;
                firstHalf = firstHalf.isEmpty() ? digits : "";
            }
            Matcher shown = CODE.matcher(line);
            if (shown.find()) {
                code = shown.group(1);
            }
        }
        return code.isEmpty() || fingerprint.length() != DIGITS
                ? Optional.empty()
                : Optional.of(new Claim(fingerprint, code));
    }
}
