package org.gatehouse.acceptance.box;

import java.time.Instant;

/**
 * Who signs in to boxes under test.
 *
 * @param codeSecret of the authenticator app, base32
 */
public record Administrator(String name, String password, String codeSecret) {
    /** The one that the answers of the tests make. These are no secrets: no box outside a test has them. */
    public static final Administrator OF_TESTS = new Administrator("admin", "correct horse battery staple",
            "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");

    /** What the authenticator app shows now. The box takes it once. */
    public String code() {
        return OneTimeCode.at(codeSecret, Instant.now());
    }
}
