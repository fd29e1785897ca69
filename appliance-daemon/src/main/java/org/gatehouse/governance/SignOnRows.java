package org.gatehouse.governance;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Handle;

import org.gatehouse.governance.form.Json;
import org.gatehouse.store.SecretBox;

/** Sign-on providers. Their secrets are sealed for their rows. */
final class SignOnRows implements Rows<SignOnProvider, SignOnDraft> {
    private final Nouns nouns;
    private final TermsTable table;

    SignOnRows(Nouns nouns, SecretBox secrets) {
        this.nouns = nouns;
        this.table = new TermsTable("sign_on_provider", secrets);
    }

    @Override
    public String noun() {
        return "sign-on";
    }

    @Override
    public String one() {
        return "sign-on provider";
    }

    @Override
    public List<Filter> filters() {
        return List.of(Filter.byName("s.name"));
    }

    @Override
    public String idColumn() {
        return "s.id";
    }

    @Override
    public List<SignOnProvider> read(Handle handle, Selection selection) {
        return selection.query(handle, table.select(), "s.id").map((row, _) -> provider(row)).list();
    }

    private static SignOnProvider provider(ResultSet row) throws SQLException {
        SignOnDraft terms = Json.trusted(Columns.text(row, "terms"), SignOnDraft.class);
        return new SignOnProvider(Columns.id(row, "id"), terms.name(), terms.title(), terms.kind(), terms.preset(),
                terms.enabled(), terms.privateAddressesAllowed(), terms.trustedCertificates(),
                row.getBytes("sealed_secret") != null, terms.publicUrl(), terms.oidc(), terms.ldap(), terms.saml(),
                terms.nameClaim(), terms.emailClaim(), terms.groupsClaim(), terms.mappings(), terms.defaultRoles(),
                Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version"));
    }

    /** Its secret, if it has one. */
    Optional<String> secret(Handle handle, UUID id) {
        return table.secret(handle, id);
    }

    @Override
    public SignOnDraft draft(SignOnProvider stored) {
        return stored.draft();
    }

    @Override
    public SignOnProvider insert(ChangeSet changes, SignOnDraft draft) {
        UUID id = changes.newId();
        check(changes, id, draft);
        table.insert(changes, id, draft.name(), draft);
        table.seal(changes.handle(), id, SignOnDraft.UNCHANGED.equals(draft.secret()) ? null : draft.secret());
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public SignOnProvider replace(ChangeSet changes, SignOnProvider stored, SignOnDraft draft) {
        check(changes, stored.id(), draft);
        table.update(changes, stored.id(), draft.name(), draft);
        if (!SignOnDraft.UNCHANGED.equals(draft.secret())) {
            table.seal(changes.handle(), stored.id(), draft.secret());
        }
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, SignOnProvider stored, boolean cascade) {
        // Whoever came in by it is out.
        changes.handle().createUpdate("DELETE FROM people_session WHERE provider_id = :id").bind("id", stored.id())
                .execute();
        table.delete(changes.handle(), stored.id());
        changes.deleted(noun(), stored);
    }

    private void check(ChangeSet changes, UUID id, SignOnDraft draft) {
        Checks checks = new Checks();
        checks.require((draft.kind() == SignOnDraft.Kind.OIDC) == (draft.oidc() != null), "oidc", belongs("oidc"));
        checks.require((draft.kind() == SignOnDraft.Kind.LDAP) == (draft.ldap() != null), "ldap", belongs("ldap"));
        SignOnDraft.OidcTerms oidc = draft.oidc();
        if (oidc != null) {
            url(checks, "oidc.issuer", oidc.issuer(), draft.privateAddressesAllowed());
            checks.require(oidc.scopes().contains("openid"), "oidc.scopes", "must hold openid");
        }
        SignOnDraft.LdapTerms ldap = draft.ldap();
        if (ldap != null) {
            ldap(checks, ldap, draft.privateAddressesAllowed());
        }
        checks.require((draft.kind() == SignOnDraft.Kind.SAML) == (draft.saml() != null), "saml", belongs("saml"));
        SignOnDraft.SamlTerms saml = draft.saml();
        if (saml != null) {
            saml(checks, saml, draft);
        }
        for (int i = 0; i < draft.mappings().size(); i++) {
            SignOnDraft.GroupMapping mapping = draft.mappings().get(i);
            checks.require(mapping.role() != null || mapping.department() != null || mapping.project() != null,
                    "mappings[" + i + "]", "must give a role, a department or a project");
        }
        checks.refuse();
        for (int i = 0; i < draft.mappings().size(); i++) {
            refer(changes, draft.mappings().get(i), "mappings[" + i + "]");
        }
        table.requireFree(changes.handle(), "a sign-on provider", draft.name(), id);
    }

    private static String belongs(String kind) {
        return "must be there for the kind " + kind + ", and for no other";
    }

    private static void ldap(Checks checks, SignOnDraft.LdapTerms ldap, boolean privateAllowed) {
        for (int i = 0; i < ldap.servers().size(); i++) {
            String server = ldap.servers().get(i);
            String field = "ldap.servers[" + i + "]";
            boolean plain = server.startsWith("ldap://");
            if (!server.matches("ldaps?://[^/\\s?#@]+")) {
                checks.wrong(field, "must be ldaps://host:636 or ldap://host:389");
            } else if (plain && !ldap.startTls()) {
                checks.require(privateAllowed, field, "sends passwords in clear without startTls; that needs"
                        + " privateAddressesAllowed");
            }
            if (!privateAllowed) {
                String problem = BaseUrl.problem("https://" + server.replaceFirst("ldaps?://", ""), false, false);
                checks.require(problem == null, field, String.valueOf(problem));
            }
        }
        checks.require(ldap.userFilter().contains("{name}"), "ldap.userFilter", "must hold {name}");
    }

    /**
     * What an assertion must be addressed to hangs on {@code publicUrl}. Were it taken from a request, whoever runs another
     * service of the same provider could make the box take what was meant for that one.
     */
    private static void saml(Checks checks, SignOnDraft.SamlTerms saml, SignOnDraft draft) {
        // Google's has a query: which of its companies it is.
        url(checks, "saml.ssoUrl", saml.ssoUrl().replaceFirst("\\?[^#]*$", ""), draft.privateAddressesAllowed());
        checks.require(!saml.ssoUrl().contains("#"), "saml.ssoUrl", "must not hold #");
        checks.require(draft.publicUrl() != null, "publicUrl", "must be there for the kind saml: what the provider says"
                + " is addressed to it");
        checks.require(draft.secret() == null, "secret", "is for the other kinds: a SAML provider has none");
        try {
            List<X509Certificate> certificates = Certificates.read(saml.certificates());
            checks.require(!certificates.isEmpty() && certificates.size() <= 10, "saml.certificates",
                    "must be 1 to 10 PEM certificates");
            checks.require(certificates.stream().allMatch(Certificates::isStrong), "saml.certificates",
                    "must be of RSA keys with at least 2048 bits, or of EC keys with at least 256");
        } catch (CertificateException _) {
            checks.wrong("saml.certificates", "must be PEM certificates");
        }
    }

    private static void url(Checks checks, String field, String text, boolean privateAllowed) {
        try {
            String scheme = new URI(text).getScheme();
            boolean web = scheme != null && scheme.toLowerCase(Locale.ROOT).startsWith("http");
            String problem = web ? BaseUrl.problem(text, false, privateAllowed) : "must be an https:// address";
            checks.require(problem == null, field, String.valueOf(problem));
        } catch (URISyntaxException _) {
            checks.wrong(field, "is no URL");
        }
    }

    private void refer(ChangeSet changes, SignOnDraft.GroupMapping mapping, String field) {
        String department = mapping.department();
        if (department != null && nouns.departments()
                .read(changes.handle(), Selection.of("d.name = :value", department)).isEmpty()) {
            throw RefusedException.invalid(field + ".department", "names no department: " + department);
        }
        String project = mapping.project();
        if (project != null) {
            String[] parts = project.split("/", -1);
            if (parts.length != 2 || nouns.projects().read(changes.handle(),
                    Selection.of("d.name = :value", parts[0]).and("p.name = :value", parts[1])).isEmpty()) {
                throw RefusedException.invalid(field + ".project", "names no department/project: " + project);
            }
        }
    }
}
