package org.gatehouse.setup.wizard.box;

import java.net.URI;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Gets a claim on a box, by whatever this caller has: a token, the claim of an earlier run, a code, the right to read the box's data
 * directory. Every caller of one box goes through here, so that all are treated alike.
 */
public final class Entrance {
    private final Way way;

    private Entrance(Way way) {
        this.way = way;
    }

    /** Where an attempt led. The caller closes the client where there is one. */
    public sealed interface Entered {

        /**
         * The caller may set the box up.
         *
         * @param view as it was just now
         */
        record Inside(SetupClient client, SetupView view, Runnable forget) implements Entered {
            /** Forgets the claim that was kept for another run: set-up is finished. */
            public void done() {
                forget.run();
            }
        }

        /** A claim code is needed, or another one. */
        record NeedsCode(String message) implements Entered {}

        /** Somebody else has claimed the box; who may read its data directory can take over. */
        record Taken(String message) implements Entered {}

        /** Set-up is over and this caller has no token to look with. */
        record Finished(String message) implements Entered {}

        /** There is no box to talk to. */
        record Away(String message) implements Entered {}
    }

    /** Tries to get in. Takes a minute at most. */
    public static Entered enter(Way way) {
        return new Entrance(way).enter();
    }

    /** Asks the box on this machine for a code that takes its set-up over, by the admin token that lies there. */
    public static Reply<String> freshCode(Way way) {
        Optional<URI> server = way.place().address();
        if (server.isEmpty()) {
            return new Reply.Away<>("The gateway does not run just now. Try again in a minute.");
        }
        try (SetupClient client = new SetupClient(server.get())) {
            way.place().fingerprint().ifPresent(client::pin);
            client.as(way.place().adminToken().orElse(""));
            return client.freshCode();
        }
    }

    private Entered enter() {
        URI server;
        try {
            Optional<URI> local = way.isHere() ? way.place().address() : Optional.of(URI.create(way.url()));
            if (local.isEmpty()) {
                return new Entered.Away("It is not known where the box is: no daemon runs on " + way.place().data()
                        + ", or this user may not read it. Start the daemon, or name another directory with --data or"
                        + " an address with --url.");
            }
            server = local.get();
        } catch (IllegalArgumentException _) {
            return new Entered.Away("'" + way.url() + "' is no address. Write --url https://host:port.");
        }
        boolean http = "http".equals(server.getScheme()) || "https".equals(server.getScheme());
        if (!http || server.getHost() == null) {
            return new Entered.Away("'" + server + "' is no address of a box. Write --url https://host:port.");
        }
        SetupClient client = new SetupClient(server);
        Entered entered = enter(client);
        if (!(entered instanceof Entered.Inside)) {
            client.close();
        }
        return entered;
    }

    private Entered enter(SetupClient client) {
        if (!way.fingerprint().isEmpty()) {
            client.pin(way.fingerprint());
        } else if (way.isHere()) {
            way.place().fingerprint().ifPresent(client::pin);
        }
        return switch (client.view()) {
            case Reply.Away<SetupView>(String message) -> new Entered.Away(message);
            case Reply.Refused<SetupView>(Problem problem) -> new Entered.Away(
                    client.server() + " does not tell how far its set-up is: " + problem.detail());
            case Reply.Good<SetupView>(SetupView view) -> enter(client, view);
        };
    }

    private Entered enter(SetupClient client, SetupView view) {
        if (!way.token().isEmpty()) {
            Entered with = tryToken(client, way.token());
            return with != null
                    ? with
                    : new Entered.NeedsCode("The token that was given opens nothing on " + client.server()
                            + ". Give the box's admin token.");
        }
        Optional<String> admin = way.isHere() ? way.place().adminToken() : Optional.empty();
        if (admin.isPresent() && (view.isFinished() || way.onlyLook())) {
            Entered with = tryToken(client, admin.get());
            if (with != null) {
                return with;
            }
        }
        if (view.isFinished()) {
            return new Entered.Finished("Set-up of " + client.server()
                    + " is finished, and nothing was compared or changed. Give the admin token in the variable"
                    + " GATEHOUSE_ADMIN_TOKEN to hold the answers against it.");
        }
        if (!way.takeOver() && way.code().isEmpty()) {
            Optional<String> kept = way.kept(client.server()).read();
            Entered again = kept.isPresent() ? tryToken(client, kept.get()) : null;
            if (again != null) {
                return again;
            }
        }
        return claim(client, view, admin.orElse(null));
    }

    private Entered claim(SetupClient client, SetupView view, @Nullable String admin) {
        if (!way.code().isEmpty()) {
            return claimWith(client, way.code());
        }
        if (view.isClaimed() && !way.takeOver()) {
            return new Entered.Taken("Somebody claimed " + client.server() + " at " + view.claimedAt()
                    + ". If that is over, take over with --take-over, or with a fresh code (at the box's own screen, or"
                    + " 'gatehouse setup code' on the machine).");
        }
        if (way.isHere() && !view.isClaimed()) {
            Optional<String> code = way.place().claimCode();
            Entered entered = code.isPresent() ? claimWith(client, code.get()) : null;
            if (entered instanceof Entered.Inside || admin == null && entered != null) {
                return entered;
            }
        }
        if (admin == null) {
            return new Entered.NeedsCode("The box's claim code is needed. Its own screen shows it, and a fresh"
                    + " one with Enter; so does 'gatehouse setup code' on the machine. Give it with --claim-code.");
        }
        client.as(admin);
        return switch (client.freshCode()) {
            case Reply.Good<String>(String code) -> {
                client.as("");
                yield claimWith(client, code);
            }
            case Reply.Refused<String>(Problem problem) -> new Entered.NeedsCode(problem.detail());
            case Reply.Away<String>(String message) -> new Entered.Away(message);
        };
    }

    private Entered claimWith(SetupClient client, String code) {
        return switch (client.claim(code)) {
            case Reply.Good<String>(String token) -> {
                way.kept(client.server()).keep(token);
                yield inside(client);
            }
            case Reply.Refused<String>(Problem problem) -> new Entered.NeedsCode(problem.detail());
            case Reply.Away<String>(String message) -> new Entered.Away(message);
        };
    }

    /** Inside with this token; null where the box knows it no longer. */
    private @Nullable Entered tryToken(SetupClient client, String token) {
        client.as(token);
        Entered entered = inside(client);
        if (entered instanceof Entered.NeedsCode) {
            client.as("");
            return null;
        }
        return entered;
    }

    private Entered inside(SetupClient client) {
        return switch (client.view()) {
            case Reply.Good<SetupView>(SetupView view) when !view.steps().isEmpty() ->
                new Entered.Inside(client, view, way.kept(client.server())::forget);
            case Reply.Good<SetupView> _ -> new Entered.NeedsCode(
                    "The box does not know this caller. Get a fresh code at the box's own screen, or with 'gatehouse"
                            + " setup code' on the machine.");
            case Reply.Refused<SetupView>(Problem problem) -> new Entered.NeedsCode(problem.detail());
            case Reply.Away<SetupView>(String message) -> new Entered.Away(message);
        };
    }
}
