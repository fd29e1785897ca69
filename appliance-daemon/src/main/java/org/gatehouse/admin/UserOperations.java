package org.gatehouse.admin;

import java.util.List;

import org.gatehouse.admin.SessionViews.BreakGlassCodes;
import org.gatehouse.admin.SessionViews.BreakGlassDraft;
import org.gatehouse.governance.Noun;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.identity.BreakGlass;
import org.gatehouse.identity.People;

/** What users can do beyond the usual: have a password of the box's own. */
final class UserOperations {
    private static final String PATH = Operation.BASE + "users/{id}/break-glass";

    private final BreakGlass breakGlass;
    private final Noun<User, UserDraft> users;

    UserOperations(People people, Noun<User, UserDraft> users) {
        this.breakGlass = people.breakGlass();
        this.users = users;
    }

    List<Operation> all() {
        return List.of(
                Operation.post(PATH, "enrolBreakGlass", "users",
                        "Gives a user a password of the box's own, for when no sign-on provider answers. The answer is"
                                + " the only place where the secret of their codes ever shows.",
                        Operation.Body.of(BreakGlassDraft.class), new Operation.Reply.One(200, BreakGlassCodes.class),
                        this::enrol).needing(Permission.MANAGE_PEOPLE).byNoProgram(),
                new Operation("DELETE", PATH, "removeBreakGlass", "users", "Takes a user's password away.",
                        Permission.MANAGE_PEOPLE, List.of(), false, false, null, new Operation.Reply.Nothing(),
                        this::remove).afterRecentLogin());
    }

    /** Whoever sets somebody's password can be them, so it takes all that they may do. */
    private User user(Call call) {
        User user = users.find(call.id()).orElseThrow(
                () -> new Call.Ended(Problem.absent("There is no user with id " + call.id() + ".")));
        if (!call.identity().covers(RoleGrants.ofRoles(user.roles()))) {
            throw new Call.Ended(Problem.forbidden("The user " + user.name() + " may do what you may not, so you can't"
                    + " set how they sign in. Ask somebody who has the same role."));
        }
        return user;
    }

    private Answer enrol(Call call) {
        return switch (breakGlass.enrol(call.actor(), user(call), call.form(BreakGlassDraft.class).password())) {
            case BreakGlass.Enrolment.Done(String secret, String uri) -> Answer.Json
                    .of(new BreakGlassCodes(secret, uri));
            case BreakGlass.Enrolment.Objection(String message) ->
                new Answer.Failed(Problem.invalid("password", message));
        };
    }

    private Answer remove(Call call) {
        return breakGlass.remove(call.actor(), user(call).id())
                ? new Answer.Nothing()
                : new Answer.Failed(Problem.absent("The user has no password of the box's own."));
    }
}
