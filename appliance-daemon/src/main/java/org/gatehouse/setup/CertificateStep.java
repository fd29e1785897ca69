package org.gatehouse.setup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.acme.AcmeDraft;
import org.gatehouse.acme.AcmeFailure;
import org.gatehouse.acme.AcmeState;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.listen.CertificateKeeper;

/** The certificate that clients see. */
record CertificateStep(Certificates certificates) implements Step<CertificateStep.Wanted> {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Where it comes from. */
    enum Kind {
        /** The box makes it. */
        SELF_SIGNED,
        /** An admin brings it with its key. */
        UPLOAD,
        /** The box asks for one, an admin brings it later. */
        CSR,
        /** An authority gives it over the network (RFC 8555). */
        ACME
    }

    /** Which certificate. */
    record Wanted(@About("Where it comes from.") Kind kind,
            @About(value = "Names and addresses that it is for.", fallback = "[]", max = 100) List<String> names,
            @About(value = "The certificate, then those between it and its authority, as PEM.", min = 1, max = 100_000, multiline = true) @Nullable String certificatePem,
            @About(value = "Its private key, as PEM, not encrypted.", min = 1, max = 100_000, multiline = true, secret = true) @Nullable String privateKeyPem,
            @About("Which authority; for the kind acme.") @Nullable Acme acme) {

        /** Checks the names. */
        Wanted {
            names = List.copyOf(names);
            for (String name : names) {
                if (!name.matches("(\\*\\.)?[A-Za-z0-9.:-]{1,253}")) {
                    throw new IllegalArgumentException("names must hold host names or addresses; '" + name
                            + "' is none");
                }
            }
        }

        /** Leaves the key out. */
        @Override
        public String toString() {
            return "Wanted[" + kind + "]";
        }
    }

    /** An authority that gives certificates over the network. */
    record Acme(
            @About(value = "Its directory, an https address.", min = 1, max = 500, pattern = "https://\\S+") String directory,
            @About(value = "Whom it tells of trouble.", max = 254) @Nullable String email,
            @About(value = "Whether you agree to its terms.", fallback = "false") boolean termsAgreed,
            @About(value = "The name of an account that you have there.", min = 1, max = 500) @Nullable String bindingKeyId,
            @About(value = "That account's key, base64url.", min = 1, max = 1000, secret = true) @Nullable String bindingKey,
            @About(value = "PEM certificates to trust for it besides the usual ones.", min = 1, max = 100_000, multiline = true) @Nullable String trustedCertificates,
            @About(value = "Whether it may be at an address inside.", fallback = "false") boolean privateAddressesAllowed,
            @About(value = "The box's port at which its calls to port 80 arrive.", fallback = "80", min = 1, max = 65_535) int httpPort) {

        /** As the room that asks it wants it. */
        AcmeDraft draft(List<String> names) {
            return new AcmeDraft(directory, names, email, termsAgreed, bindingKeyId, bindingKey, trustedCertificates,
                    privateAddressesAllowed, httpPort);
        }

        /** Leaves the key out. */
        @Override
        public String toString() {
            return "Acme[" + directory + "]";
        }
    }

    @Override
    public String name() {
        return "certificate";
    }

    @Override
    public Class<Wanted> form() {
        return Wanted.class;
    }

    @Override
    public ObjectNode found(Asking asking) {
        ObjectNode found = NODES.objectNode();
        found.put("use", certificates.use().name().toLowerCase(Locale.ROOT));
        Optional<CertificateKeeper.Kept> kept = certificates.keeper().kept();
        found.put("kind", kept
                .map(one -> certificates.acme().state().isPresent() ? "acme" : one.given() ? "upload" : "self_signed")
                .orElse(null));
        found.put("fingerprint", kept.map(CertificateKeeper.Kept::fingerprint).orElse(null));
        found.put("expiresAt", kept.map(one -> one.expiresAt().toString()).orElse(null));
        ArrayNode names = found.putArray("names");
        kept.ifPresent(one -> one.names().forEach(names::add));
        ArrayNode kinds = found.putArray("kinds");
        List.of(Kind.values()).forEach(kind -> kinds.add(kind.name().toLowerCase(Locale.ROOT)));
        return found;
    }

    @Override
    public List<Check> check(Wanted answer, Asking asking) {
        List<Check> checks = new ArrayList<>();
        if (certificates.use() == Certificates.Use.ELSEWHERE) {
            return List.of(Check.failed("place", "The box's settings name the certificate's files (listen.certificate)."
                    + " Replace these files, or change the settings to self-signed; and skip this step.", 0));
        }
        String pem = answer.certificatePem();
        switch (answer.kind()) {
            case ACME -> checks.add(authority(answer));
            case SELF_SIGNED -> checks.add(Check.passed("self_signed", "The box makes its own certificate.", 0));
            case UPLOAD -> checks.add(pem == null
                    ? Check.failed("certificate", "The certificate is missing. Give certificatePem.", 0)
                    : given(pem, answer));
            case CSR -> checks.add(pem != null
                    ? given(pem, answer)
                    : answer.names().isEmpty()
                            ? Check.failed("names", "A request needs a name at least.", 0)
                            : Check.passed("names", "The box makes a request for these names.", 0));
        }
        return checks;
    }

    private Check authority(Wanted answer) {
        Acme acme = answer.acme();
        if (acme == null || answer.names().isEmpty()) {
            return Check.failed("acme", acme == null
                    ? "The authority is missing. Give acme with its directory."
                    : "A certificate needs a name at least. Give names.", 0);
        }
        try {
            certificates.acme().check(acme.draft(answer.names()));
            return Check.passed("acme", "The authority's directory answers, and wants nothing more.", 0);
        } catch (AcmeFailure e) {
            return Check.failed("acme", e.text(), 0);
        } catch (IllegalArgumentException e) {
            return Check.failed("acme", e.getMessage() + ".", 0);
        }
    }

    private Outcome fromAuthority(Wanted answer, Acme acme) {
        try {
            AcmeDraft draft = acme.draft(answer.names());
            Optional<AcmeState> known = certificates.acme().state(draft);
            AcmeState state = known.isPresent() ? known.get() : certificates.acme().configure(draft);
            return new Outcome.Done(Json.tree(answer), NODES.objectNode().put("changed", known.isEmpty())
                    .put("fingerprint", state.fingerprint()).put("expiresAt", state.expiresAt().toString())
                    .put("shown", certificates.use() == Certificates.Use.SHOWN).put("restartNeeded", false),
                    NODES.objectNode());
        } catch (AcmeFailure e) {
            return new Outcome.Failed(List.of(Check.failed("acme", e.text(), 0)));
        }
    }

    private Check given(String pem, Wanted answer) {
        return certificates.keeper().objection(pem, answer.privateKeyPem(), answer.names())
                .map(objection -> Check.failed("certificate", objection, 0))
                .orElseGet(() -> Check.passed("certificate",
                        "The chain can be read, the key fits, it is valid, and it is for these names.", 0));
    }

    @Override
    public Outcome accept(Wanted answer, Asking asking) {
        Acme authority = answer.acme();
        if (answer.kind() == Kind.ACME && authority != null) {
            return fromAuthority(answer, authority);
        }
        try {
            String pem = answer.certificatePem();
            if (answer.kind() == Kind.CSR && pem == null) {
                return new Outcome.Awaiting(Json.tree(answer), NODES.objectNode().put("awaiting", "certificate")
                        .put("csrPem", certificates.keeper().request(answer.names())), NODES.objectNode(), "");
            }
            boolean changed = pem == null
                    ? certificates.keeper().makeOwn(answer.names())
                    : certificates.keeper().give(pem, answer.privateKeyPem());
            certificates.acme().leave();
            ObjectNode result = NODES.objectNode().put("changed", changed);
            certificates.keeper().kept().ifPresent(kept -> result.put("fingerprint", kept.fingerprint())
                    .put("expiresAt", kept.expiresAt().toString()));
            boolean shown = certificates.use() == Certificates.Use.SHOWN;
            if (shown && changed) {
                certificates.renewal().renew();
            }
            return new Outcome.Done(Json.tree(answer), result.put("shown", shown).put("restartNeeded", false),
                    NODES.objectNode());
        } catch (IOException e) {
            return new Outcome.Refused(new Refusal.Conflict("The certificate is not used: " + e.getMessage() + "."));
        }
    }
}
