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
    record Acme(@About(value = "Its directory.", min = 1, max = 500) String directory,
            @About(value = "Whom it tells of trouble.", max = 254) @Nullable String email) {}

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
        found.put("kind", kept.map(one -> one.given() ? "upload" : "self_signed").orElse(null));
        found.put("fingerprint", kept.map(CertificateKeeper.Kept::fingerprint).orElse(null));
        found.put("expiresAt", kept.map(one -> one.expiresAt().toString()).orElse(null));
        ArrayNode names = found.putArray("names");
        kept.ifPresent(one -> one.names().forEach(names::add));
        ArrayNode kinds = found.putArray("kinds");
        List.of(Kind.SELF_SIGNED, Kind.UPLOAD, Kind.CSR)
                .forEach(kind -> kinds.add(kind.name().toLowerCase(Locale.ROOT)));
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
            case ACME -> checks.add(Check.failed("acme", "ACME is not available on this box. Take csr or upload, and"
                    + " renew the certificate by the API.", 0));
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

    private Check given(String pem, Wanted answer) {
        return certificates.keeper().objection(pem, answer.privateKeyPem(), answer.names())
                .map(objection -> Check.failed("certificate", objection, 0))
                .orElseGet(() -> Check.passed("certificate",
                        "The chain can be read, the key fits, it is valid, and it is for these names.", 0));
    }

    @Override
    public Outcome accept(Wanted answer, Asking asking) {
        try {
            String pem = answer.certificatePem();
            if (answer.kind() == Kind.CSR && pem == null) {
                return new Outcome.Awaiting(Json.tree(answer), NODES.objectNode().put("awaiting", "certificate")
                        .put("csrPem", certificates.keeper().request(answer.names())), NODES.objectNode(), "");
            }
            boolean changed = pem == null
                    ? certificates.keeper().makeOwn(answer.names())
                    : certificates.keeper().give(pem, answer.privateKeyPem());
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
