package org.gatehouse.identity;

import java.io.ByteArrayOutputStream;
import java.time.Instant;

/** Makes codes as the app on somebody's telephone does. */
public final class AuthenticatorApp {
    private final byte[] secret;

    private AuthenticatorApp(byte[] secret) {
        this.secret = secret;
    }

    /** An app that was given this secret. */
    public static AuthenticatorApp with(String base32) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int buffer = 0;
        int bits = 0;
        for (char letter : base32.toCharArray()) {
            buffer = buffer << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter);
            bits += 5;
            if (bits >= 8) {
                out.write(buffer >> bits - 8 & 0xff);
                bits -= 8;
            }
            buffer &= (1 << bits) - 1;
        }
        return new AuthenticatorApp(out.toByteArray());
    }

    /** The code of a moment. */
    public String at(Instant moment) {
        return OneTimeCodes.at(secret, moment);
    }

    /** The code of now. */
    public String code() {
        return OneTimeCodes.at(secret, Instant.now());
    }
}
