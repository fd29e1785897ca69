package org.gatehouse.admin;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Role;
import org.gatehouse.governance.form.About;

/** What the API says and hears of sessions. */
final class SessionViews {
    private SessionViews() {}

    /** How to sign in: with an admin token alone, or with a name and what belongs to it. */
    record LoginDraft(@About(value = "The user's name.", min = 1, max = 254) @Nullable String username,
            @About(value = "The user's password.", min = 1, max = 1000, secret = true) @Nullable String password,
            @About(value = "The code of the authenticator app, for a password of the box's own.", max = 20, secret = true) @Nullable String otp,
            @About("The sign-on provider that knows the password; null: the box itself.") @Nullable UUID provider,
            @About(value = "An admin token, in the place of all others.", min = 1, max = 200, secret = true) @Nullable String token) {

        @Override
        public String toString() {
            return "LoginDraft[]";
        }
    }

    /** How to show again who one is. */
    record ConfirmationDraft(
            @About(value = "The user's password.", min = 1, max = 1000, secret = true) @Nullable String password,
            @About(value = "The code of the authenticator app.", max = 20, secret = true) @Nullable String otp,
            @About(value = "The admin token that the session was opened with.", min = 1, max = 200, secret = true) @Nullable String token) {

        @Override
        public String toString() {
            return "ConfirmationDraft[]";
        }
    }

    /** How somebody signed in. */
    enum Way {
        /** With an admin token, in a session or with each request. */
        TOKEN,
        /** With a password of the box's own. */
        BREAK_GLASS,
        /** Through a sign-on provider. */
        PROVIDER
    }

    /** How a session is confirmed. */
    enum ConfirmBy {
        /** With the admin token. */
        TOKEN,
        /** With the password, and with the code where the user has one. */
        PASSWORD,
        /** By signing on at the provider again. */
        SIGN_ON,
        /** Not at all, and there is no need: a token comes with each request. */
        NOTHING
    }

    /** A user, in short. */
    record UserName(@About("The user.") UUID id, @About("Their name.") String name,
            @About("Where to reach them.") @Nullable String email) {}

    /** A department, in short. */
    record DepartmentName(@About("The department.") UUID id, @About("Its name.") String name) {}

    /** A project, in short. */
    record ProjectName(@About("The project.") UUID id, @About("Its name.") String name,
            @About("Its department.") UUID departmentId, @About("That department's name.") String department) {}

    /** Whose things somebody sees. */
    record ReachView(@About("Whether it is everybody's.") boolean everything,
            @About("Otherwise the departments that they lead.") List<DepartmentName> departments,
            @About("And the projects that they develop in.") List<ProjectName> projects) {}

    /** Who calls. */
    record SessionView(@About("The session; null for who brings a token with each request.") @Nullable UUID id,
            @About("The user; null for the holder of a token.") @Nullable UserName user,
            @About("What to call them: the user's or the token's name.") String name,
            @About("How they signed in.") Way way,
            @About("The sign-on provider that vouched; null for none.") @Nullable UUID provider,
            @About("What they are to the box; none for the holder of a token.") List<Role> roles,
            @About("What they may do.") List<Permission> permissions, @About("Whose things they see.") ReachView reach,
            @About("When it was opened.") @Nullable Instant createdAt,
            @About("When they last showed who they are.") @Nullable Instant authenticatedAt,
            @About("Whether that is recent enough for what is dangerous.") boolean recentlyAuthenticated,
            @About("How they show it again.") ConfirmBy confirmBy,
            @About("When it ends unless they come back before.") @Nullable Instant idleExpiresAt,
            @About("When it ends in any case.") @Nullable Instant expiresAt) {}

    /** What is left to do after signing out. */
    record SignedOut(
            @About("Where to send the browser to sign out at the provider, too; null for nowhere.") @Nullable String continueAt) {}

    /** A provider that people can sign on with. */
    record ProviderOption(@About("The provider.") UUID id, @About("What to call it.") String name,
            @About("Whether it takes a name and a password here; otherwise the browser goes there.") boolean form,
            @About("Where to send the browser; null for a form.") @Nullable String beginAt) {}

    /** Which ways in there are. */
    record SignInOptions(@About("Whether anybody has a password of the box's own.") boolean breakGlass,
            @About("Whether an admin token opens a session.") boolean token,
            @About("The providers.") List<ProviderOption> providers) {}

    /** Somebody who is signed in, as admins see it. */
    record OpenSession(@About("UUIDv7.") UUID id,
            @About("The user; null for the holder of an admin token.") @Nullable UserName user,
            @About("What to call them.") String name, @About("How they signed in.") Way way,
            @About("The sign-on provider that vouched; null for none.") @Nullable UUID provider,
            @About("From where it was opened.") String address, @About("What the browser calls itself.") String agent,
            @About("When it was opened.") Instant createdAt,
            @About("When they were last here, a minute late at most.") Instant seenAt,
            @About("When it ends in any case.") Instant expiresAt,
            @About("Whether it is the one that asks.") boolean current) {}

    /** The password that somebody is to have. */
    record BreakGlassDraft(
            @About(value = "At least 12 characters, not one that is tried first.", min = 1, max = 1000, secret = true) String password) {

        @Override
        public String toString() {
            return "BreakGlassDraft[]";
        }
    }

    /** What an authenticator app needs to make codes. */
    record BreakGlassCodes(@About("To type in: base32.") String secret, @About("To show as a picture.") String uri) {

        @Override
        public String toString() {
            return "BreakGlassCodes[]";
        }
    }
}
