package org.gatehouse.governance;

import org.gatehouse.governance.form.About;

/**
 * A key together with its secret, at the only time when the box knows it.
 *
 * @param secret the whole text that clients send; never log it
 */
public record IssuedKey(@About("The whole text that clients send. Shown this once.") String secret,
        @About("The key.") Key key) {

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "IssuedKey[" + key.title() + "]";
    }
}
