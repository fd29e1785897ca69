package org.gatehouse.setup.wizard.box;

import java.net.URI;
import java.nio.file.Path;

/**
 * How somebody wants to get into the set-up of a box.
 *
 * @param url         the box's address; empty for the daemon of the data directory on this machine
 * @param place       that data directory
 * @param fingerprint SHA-256 of the certificate to trust; empty for the one of the data directory, or whom this machine trusts
 * @param code        the claim code as typed; empty for the one of the data directory
 * @param token       an admin token; empty for none
 * @param takeOver    whether somebody who claimed the box loses it
 * @param onlyLook    whether nothing may change, not even who has claimed, where that can be avoided
 * @param memory      where claims of boxes elsewhere are kept across a power cut
 */
public record Way(String url, Place place, String fingerprint, String code, String token, boolean takeOver,
        boolean onlyLook, Path memory) {

    /** The same with a code. */
    public Way withCode(String typed) {
        return new Way(url, place, fingerprint, typed, token, takeOver, onlyLook, memory);
    }

    /** The same, taking over. */
    public Way takingOver() {
        return new Way(url, place, fingerprint, code, token, true, onlyLook, memory);
    }

    /** Whether the box is this machine, whose data directory this caller may read. */
    public boolean isHere() {
        return url.isEmpty();
    }

    TokenFile kept(URI server) {
        return new TokenFile(isHere()
                ? place.data().resolve("setup-token")
                : memory.resolve(
                        "setup-token-" + (server.getHost() + "-" + server.getPort()).replaceAll("[^A-Za-z0-9.-]",
                                "_")));
    }

    /** Leaves code and token out. */
    @Override
    public String toString() {
        return "Way[" + url + ", " + place + "]";
    }
}
