package org.gatehouse.governance;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.CertificateException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import javax.security.auth.x500.X500Principal;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.MachineClientDraft.CertificateTerms;
import org.gatehouse.governance.MachineClientDraft.TokenTerms;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.snapshot.ClientCertificate;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.MachineClient;
import org.gatehouse.governance.snapshot.MachineClients;
import org.gatehouse.governance.snapshot.TokenIssuer;

/** Machine clients. */
final class MachineClientRows implements Rows<MachineClientView, MachineClientDraft> {
    private static final String SELECT = """
            SELECT c.id, c.key_id, c.terms, k.name AS key_name, p.name AS project, d.name AS department, c.created_at,
                c.updated_at, c.version
            FROM machine_client c
            JOIN api_key k ON k.id = c.key_id
            JOIN project p ON p.id = k.project_id
            JOIN department d ON d.id = p.department_id
            """;

    private final Nouns nouns;

    MachineClientRows(Nouns nouns) {
        this.nouns = nouns;
    }

    @Override
    public String noun() {
        return "machine-clients";
    }

    @Override
    public String one() {
        return "machine client";
    }

    @Override
    public List<Filter> filters() {
        return List.of(Filter.byName("c.name"),
                new Filter("key", UUID.class, "Only those that show that key.", "c.key_id = :value"));
    }

    @Override
    public String idColumn() {
        return "c.id";
    }

    @Override
    public List<MachineClientView> read(Handle handle, Selection selection) {
        return selection.query(handle, SELECT, "c.id").map((row, _) -> view(row)).list();
    }

    private static MachineClientView view(ResultSet row) throws SQLException {
        MachineClientDraft terms = terms(row);
        return new MachineClientView(Columns.id(row, "id"), terms.name(), Columns.id(row, "key_id"),
                Columns.text(row, "key_name"), Columns.text(row, "project"), Columns.text(row, "department"),
                terms.enabled(), terms.secretRefused(), terms.token(), terms.certificate(),
                Columns.time(row, "created_at"), Columns.time(row, "updated_at"), row.getLong("version"));
    }

    private static MachineClientDraft terms(ResultSet row) throws SQLException {
        return Json.trusted(Columns.text(row, "terms"), MachineClientDraft.class);
    }

    /** Those that are switched on, for the data plane. */
    static MachineClients load(Handle handle, Map<UUID, KeyRecord> keys) {
        List<MachineClient> all = new ArrayList<>();
        handle.createQuery("SELECT key_id, terms FROM machine_client ORDER BY id").map((row, _) -> {
            MachineClientDraft terms = terms(row);
            MachineClient.Proof proof = proof(terms);
            if (terms.enabled() && proof != null) {
                all.add(new MachineClient(terms.name(), proof,
                        Objects.requireNonNull(keys.get(Columns.id(row, "key_id")))));
            }
            return terms.name();
        }).list();
        return new MachineClients(all);
    }

    /** The keys whose secrets open nothing, because a machine client took their place. */
    static Set<UUID> withoutSecrets(Handle handle) {
        Set<UUID> keys = new HashSet<>();
        handle.createQuery("SELECT key_id, terms FROM machine_client").map((row, _) -> {
            if (terms(row).secretRefused()) {
                keys.add(Columns.id(row, "key_id"));
            }
            return true;
        }).list();
        return keys;
    }

    private static MachineClient.@Nullable Proof proof(MachineClientDraft terms) {
        TokenTerms token = terms.token();
        CertificateTerms certificate = terms.certificate();
        return token != null
                ? new MachineClient.Token(
                        new TokenIssuer(token.issuer(), token.keysUrl(), token.privateAddressesAllowed(),
                                token.trustedCertificates()),
                        token.audience(), token.claim(), token.value())
                : certificate != null ? new MachineClient.Certificate(certificate.name()) : null;
    }

    @Override
    public MachineClientDraft draft(MachineClientView stored) {
        return stored.draft();
    }

    @Override
    public MachineClientView insert(ChangeSet changes, MachineClientDraft draft) {
        UUID id = changes.newId();
        MachineClientDraft checked = checked(changes, id, draft);
        changes.handle().createUpdate("""
                INSERT INTO machine_client (id, name, key_id, terms, created_at, updated_at, version)
                VALUES (:id, :name, :key, :terms, :now, :now, 1)
                """).bind("id", id).bind("name", checked.name()).bind("key", checked.keyId())
                .bind("terms", Json.text(Json.tree(checked))).bind("now", changes.timestamp()).execute();
        return changes.created(noun(), need(changes.handle(), id));
    }

    @Override
    public MachineClientView replace(ChangeSet changes, MachineClientView stored, MachineClientDraft draft) {
        MachineClientDraft checked = checked(changes, stored.id(), draft);
        changes.handle().createUpdate("""
                UPDATE machine_client SET name = :name, key_id = :key, terms = :terms, updated_at = :now,
                    version = version + 1
                WHERE id = :id
                """).bind("id", stored.id()).bind("name", checked.name()).bind("key", checked.keyId())
                .bind("terms", Json.text(Json.tree(checked))).bind("now", changes.timestamp()).execute();
        return changes.changed(noun(), "update", stored, need(changes.handle(), stored.id()));
    }

    @Override
    public void remove(ChangeSet changes, MachineClientView stored, boolean cascade) {
        changes.handle().createUpdate("DELETE FROM machine_client WHERE id = :id").bind("id", stored.id()).execute();
        changes.deleted(noun(), stored);
    }

    /** A key that goes takes along whoever showed it. */
    void removeOf(ChangeSet changes, UUID key) {
        read(changes.handle(), Selection.of("c.key_id = :value", key))
                .forEach(client -> remove(changes, client, false));
    }

    private MachineClientDraft checked(ChangeSet changes, UUID id, MachineClientDraft draft) {
        Checks checks = new Checks();
        String name = checks.name("name", draft.name());
        checks.require((draft.token() == null) != (draft.certificate() == null), "token",
                "must be there, or a certificate, and not both");
        TokenTerms token = draft.token();
        if (token != null) {
            check(checks, token);
        }
        CertificateTerms certificate = draft.certificate() == null ? null : plain(checks, draft.certificate());
        checks.refuse();
        Key key = nouns.keys().refer(changes.handle(), "keyId", draft.keyId());
        if (!key.live()) {
            throw RefusedException.invalid("keyId", "names a key that is revoked");
        }
        MachineClientDraft checked = new MachineClientDraft(name, draft.keyId(), draft.enabled(),
                draft.secretRefused(), token, certificate);
        Checks.free(changes.handle(), "There is already a machine client named " + name + ". Choose another name.",
                "SELECT 1 FROM machine_client WHERE name = ? AND id <> ?", name, id);
        MachineClient.Proof proof = proof(checked);
        read(changes.handle(), Selection.all()).stream()
                .filter(other -> !other.id().equals(id) && isSame(proof, proof(other.draft()))).findFirst()
                .ifPresent(other -> {
                    throw RefusedException.conflict("The machine client " + other.name()
                            + " shows itself in the very same way. Change that one, or ask for something else here.");
                });
        return checked;
    }

    /** Which of two is meant must never depend on how their keys are reached. */
    private static boolean isSame(MachineClient.@Nullable Proof one, MachineClient.@Nullable Proof other) {
        return one instanceof MachineClient.Token a && other instanceof MachineClient.Token b
                ? a.issuer().issuer().equals(b.issuer().issuer()) && a.audience().equals(b.audience())
                        && a.claim().equals(b.claim()) && a.value().equals(b.value())
                : Objects.equals(one, other);
    }

    private static void check(Checks checks, TokenTerms token) {
        boolean allowed = token.privateAddressesAllowed();
        url(checks, "token.issuer", token.issuer(), allowed);
        if (token.keysUrl() != null) {
            url(checks, "token.keysUrl", token.keysUrl(), allowed);
        }
        try {
            if (token.trustedCertificates() != null) {
                checks.require(!Certificates.read(token.trustedCertificates()).isEmpty(), "token.trustedCertificates",
                        "must be PEM certificates");
            }
        } catch (CertificateException _) {
            checks.wrong("token.trustedCertificates", "must be PEM certificates");
        }
    }

    private static void url(Checks checks, String field, String text, boolean privateAllowed) {
        try {
            String scheme = String.valueOf(new URI(text).getScheme()).toLowerCase(Locale.ROOT);
            String problem = scheme.startsWith("http")
                    ? BaseUrl.problem(text, false, privateAllowed)
                    : "must be an https:// address";
            checks.require(problem == null, field, String.valueOf(problem));
        } catch (URISyntaxException _) {
            checks.wrong(field, "is no URL");
        }
    }

    /** Fingerprints and subjects as they are compared, however they were written. */
    private static CertificateTerms plain(Checks checks, CertificateTerms terms) {
        String name = terms.name().strip();
        String rest = name.substring(name.indexOf(':') + 1).strip();
        String field = "certificate.name";
        if (name.startsWith(ClientCertificate.FINGERPRINT)) {
            String digits = rest.replace(":", "").toLowerCase(Locale.ROOT);
            checks.require(digits.matches("[0-9a-f]{64}"), field, "must have 64 hexadecimal digits behind sha256:");
            return new CertificateTerms(ClientCertificate.FINGERPRINT + digits);
        }
        if (name.startsWith(ClientCertificate.SUBJECT)) {
            try {
                return new CertificateTerms(
                        ClientCertificate.SUBJECT + new X500Principal(rest).getName(X500Principal.RFC2253));
            } catch (IllegalArgumentException _) {
                checks.wrong(field, "must be a distinguished name behind subject:");
                return terms;
            }
        }
        checks.require(name.matches("(dns|uri|email):\\S+"), field,
                "must begin with sha256:, dns:, uri:, email: or subject:");
        return new CertificateTerms(name);
    }
}
