package org.gatehouse.governance;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** A sign-on provider, without its secret. */
public record SignOnProvider(@About("UUIDv7.") UUID id,
        @About("Unique; part of the addresses that the provider must know.") String name,
        @About("What people read on the button; null: the name.") @Nullable String title,
        @About("How it speaks.") SignOnDraft.Kind kind, @About("Which product it is.") SignOnDraft.Preset preset,
        @About("Whether people can sign on with it.") boolean enabled,
        @About("Whether it may live on a private address, and be reached without TLS.") boolean privateAddressesAllowed,
        @About("PEM certificates to trust for it besides the usual ones.") @Nullable String trustedCertificates,
        @About("Whether it has a secret.") boolean secretSet,
        @About("Where browsers reach the box; null: what the browser says.") @Nullable String publicUrl,
        @About("For the kind oidc.") SignOnDraft.@Nullable OidcTerms oidc,
        @About("For the kind ldap.") SignOnDraft.@Nullable LdapTerms ldap,
        @About("For the kind saml.") SignOnDraft.@Nullable SamlTerms saml,
        @About("The claim or attribute to name users by; null: as the preset has it.") @Nullable String nameClaim,
        @About("The one with the mail address.") @Nullable String emailClaim,
        @About("The one with the groups.") @Nullable String groupsClaim,
        @About("What groups make of people.") List<SignOnDraft.GroupMapping> mappings,
        @About("What everybody is whom the provider vouches for.") List<Role> defaultRoles,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** Copies the lists. */
    public SignOnProvider {
        mappings = List.copyOf(mappings);
        defaultRoles = List.copyOf(defaultRoles);
    }

    @Override
    public String title() {
        return title == null ? name : title;
    }

    /** Whether the provider says at each login what people are, and not the box. */
    public boolean givesRoles() {
        return !mappings.isEmpty() || !defaultRoles.isEmpty();
    }

    SignOnDraft draft() {
        return new SignOnDraft(name, title, kind, preset, enabled, privateAddressesAllowed, trustedCertificates,
                secretSet ? SignOnDraft.UNCHANGED : null, publicUrl, oidc, ldap, saml, nameClaim, emailClaim,
                groupsClaim, mappings, defaultRoles);
    }
}
