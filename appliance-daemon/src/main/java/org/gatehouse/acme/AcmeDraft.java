package org.gatehouse.acme;

import java.net.URI;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** Which authority gives the box its certificate, and for which names. Immutable. */
public record AcmeDraft(
        @About(value = "The authority's directory, an https address.", min = 1, max = 500, pattern = "https://\\S+") String directory,
        @About(value = "The names that it is for; each must lead to the box from where the authority looks.", min = 1, max = 100) List<String> names,
        @About(value = "Whom it tells of trouble.", max = 254) @Nullable String email,
        @About(value = "Whether you agree to the authority's terms.", fallback = "false") boolean termsAgreed,
        @About(value = "The name of an account that you have there (external account binding).", min = 1, max = 500) @Nullable String bindingKeyId,
        @About(value = "That account's key as the authority shows it, base64url.", min = 1, max = 1000, secret = true) @Nullable String bindingKey,
        @About(value = "PEM certificates to trust for the directory besides the usual ones.", min = 1, max = 100_000, multiline = true) @Nullable String trustedCertificates,
        @About(value = "Whether the directory may be at an address inside.", fallback = "false") boolean privateAddressesAllowed,
        @About(value = "The box's port at which the authority's calls to port 80 arrive.", fallback = "80", min = 1, max = 65_535) int httpPort) {

    /** Checks the names and the address. */
    public AcmeDraft {
        names = List.copyOf(names);
        for (String name : names) {
            if (name.startsWith("*.")) {
                throw new IllegalArgumentException(
                        "names must hold no wildcard: the authority looks at each name by HTTP,"
                                + " which proves none");
            }
            if (!name.matches("[A-Za-z0-9.:-]{1,253}")) {
                throw new IllegalArgumentException("names must hold host names or addresses; '" + name + "' is none");
            }
        }
        if (URI.create(directory).getHost() == null) {
            throw new IllegalArgumentException("directory must be https://host/path");
        }
        if ((bindingKeyId == null) != (bindingKey == null)) {
            throw new IllegalArgumentException("bindingKey and bindingKeyId belong together");
        }
    }

    /** The same without the secret. */
    AcmeDraft withoutSecret() {
        return with(null, null);
    }

    /** The same with an account that the authority knows. */
    AcmeDraft with(@Nullable String id, @Nullable String key) {
        return new AcmeDraft(directory, names, email, termsAgreed, id, key, trustedCertificates,
                privateAddressesAllowed, httpPort);
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "AcmeDraft[" + directory + ", " + names + "]";
    }
}
