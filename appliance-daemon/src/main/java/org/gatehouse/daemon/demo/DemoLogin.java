package org.gatehouse.daemon.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.gatehouse.daemon.ApplianceDaemon;
import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Role;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.identity.BreakGlass;

/**
 * Who signs in at the demo's console: a user with a password and no codes, which no real box would have.
 *
 * @param password made for this demo; written down, as no real box would do
 */
record DemoLogin(String user, String password) {
    private static final Actor DEMO = Actor.system("demo");
    private static final String USER = "demo-admin";

    /** The one that the demo's file tells of, or a new one. */
    static DemoLogin in(ApplianceDaemon daemon, Path file) throws IOException {
        Optional<User> known = daemon.governance().users().all().stream().filter(user -> user.name().equals(USER))
                .findFirst();
        if (known.isPresent() && known.get().breakGlass() && Files.exists(file)) {
            JsonNode told = new ObjectMapper().readTree(file.toFile()).path("login");
            if (told.hasNonNull("password")) {
                return new DemoLogin(USER, told.get("password").asText());
            }
        }
        User user = known.orElseGet(() -> daemon.governance().users().create(DEMO,
                new UserDraft(USER, null, true, List.of(Role.APPLIANCE_ADMIN), List.of(), List.of())).made());
        byte[] bits = new byte[12];
        new SecureRandom().nextBytes(bits);
        String password = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        if (daemon.people().breakGlass().enrolWithoutCode(DEMO, user,
                password) instanceof BreakGlass.Enrolment.Objection(String message)) {
            throw new IOException("The demo's password " + message);
        }
        return new DemoLogin(USER, password);
    }

    /** Leaves the password out. */
    @Override
    public String toString() {
        return "DemoLogin[" + user + "]";
    }
}
