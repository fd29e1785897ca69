package org.gatehouse.admin;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.form.Json;
import org.gatehouse.store.StoreTrouble;

/**
 * Problem details as of RFC 9457.
 *
 * @param retryAfterSeconds for the header, where waiting helps; not part of the body
 * @param more members beside the usual ones
 */
record Problem(String type, int status, String title, String detail, List<FieldError> errors,
        @Nullable Long retryAfterSeconds, Map<String, JsonNode> more) {
    private static final long RETRY_SECONDS = 5;

    /** One with the usual members alone. */
    Problem(String type, int status, String title, String detail, List<FieldError> errors,
            @Nullable Long retryAfterSeconds) {
        this(type, status, title, detail, errors, retryAfterSeconds, Map.of());
    }

    /** The same with another member beside the usual ones. */
    Problem with(String name, JsonNode value) {
        return new Problem(type, status, title, detail, errors, retryAfterSeconds, Map.of(name, value));
    }

    /** What goes out. */
    record Body(@About("What kind of problem it is: urn:gatehouse:problem:<kind>.") String type,
            @About("The same in words.") String title, @About("The HTTP status.") int status,
            @About("What happened, with which thing, what to do.") String detail,
            @About("The members of the request that are wrong.") List<FieldError> errors,
            @About("The request, as in the trail and in the log.") String requestId) {}

    ObjectNode body(String requestId) {
        ObjectNode body = Json.tree(new Body(type, title, status, detail, errors, requestId));
        more.forEach(body::set);
        return body;
    }

    static Problem of(String kind, int status, String title, String detail) {
        return new Problem("urn:gatehouse:problem:" + kind, status, title, detail, List.of(), null);
    }

    static Problem invalid(List<FieldError> errors) {
        StringBuilder detail = new StringBuilder();
        for (FieldError error : errors) {
            detail.append(detail.isEmpty() ? "" : "; ").append(error.field().isEmpty() ? "" : error.field() + " ")
                    .append(error.message());
        }
        return new Problem("urn:gatehouse:problem:invalid", 400, "The request is wrong", detail + ".", errors, null);
    }

    static Problem invalid(String field, String message) {
        return invalid(List.of(new FieldError(field, message)));
    }

    static Problem notKept(String field, String message) {
        return new Problem("urn:gatehouse:problem:not_kept", 400, "Not kept that finely", field + " " + message + ".",
                List.of(new FieldError(field, message)), null);
    }

    static Problem unauthenticated() {
        return of("unauthenticated", 401, "No valid admin token",
                "Send a token as 'Authorization: Bearer …': one that an administrator made in the console under API"
                        + " tokens, or the admin token in the file admin-token of the data directory.");
    }

    static Problem throttled(long seconds) {
        return new Problem("urn:gatehouse:problem:throttled", 429, "Too many wrong tokens",
                "Too many wrong admin tokens came from this address. Wait, then send the right one.", List.of(),
                seconds);
    }

    static Problem forbidden(Permission permission) {
        return of("forbidden", 403, "Not allowed",
                "This needs the permission " + permission.id() + ". Ask an administrator for it.");
    }

    static Problem forbidden(String message) {
        return of("forbidden", 403, "Not allowed", message);
    }

    static Problem byNoProgram() {
        return forbidden(
                "A token for a program can't do this, so that one that got lost can be taken away for good. Sign in"
                        + " at the console and do it there.");
    }

    static Problem outOfReach() {
        return of("forbidden", 403, "Not allowed",
                "This is about the whole box, and your role is for some of its departments or projects. Ask an"
                        + " administrator.");
    }

    static Problem sessionEnded() {
        return of("session_ended", 401, "Not signed in any more",
                "The session has ended: by time, by signing out, or by an administrator. Sign in again.");
    }

    static Problem takenOver() {
        return of("setup_taken_over", 401, "Taken over",
                "Somebody has claimed the set-up with a newer code. To take it back, get a fresh code: press Enter at"
                        + " the box's own screen, or run 'gatehouse setup code' on the machine.");
    }

    static Problem setUpFinished() {
        return of("set_up_finished", 401, "The set-up is finished",
                "The claim has ended with the set-up. Sign in at the console.");
    }

    static Problem forged() {
        return of("forged", 403, "Not from the console",
                "A request with a session must come from the box's own pages: send " + Arrival.CONSOLE_HEADER
                        + ": 1 and let the browser say where it comes from. Programs send an admin token instead.");
    }

    static Problem confirm() {
        return of("confirm", 403, "Show again who you are",
                "This needs a login of the last 10 minutes. Confirm the session with POST /api/v1/session/confirm, or"
                        + " sign on again, then repeat the request.");
    }

    static Problem refusedLogin() {
        return of("login_refused", 401, "Not signed in",
                "The name, the password or the code is wrong. A code works once: wait for the next one.");
    }

    static Problem noAccess() {
        return of("no_access", 403, "No access",
                "You are known, and have no role on this box or were switched off. Ask an administrator.");
    }

    static Problem tooManyLogins(long seconds) {
        return new Problem("urn:gatehouse:problem:throttled", 429, "Too many attempts",
                "Too many attempts to sign in with this name or from this address went wrong. Wait " + seconds
                        + " s, then try again.",
                List.of(), seconds);
    }

    static Problem noPath() {
        return of("not_found", 404, "No such path",
                "The admin API has nothing here. See GET /api/openapi.json for what it has.");
    }

    static Problem noMethod(String allowed) {
        return of("method_not_allowed", 405, "No such method here", "This path takes " + allowed + ".");
    }

    static Problem tooLarge(long bytes) {
        return of("too_large", 413, "Body too large", "The body may have at most " + bytes + " bytes.");
    }

    static Problem mediaType(String wanted) {
        return of("media_type", 415, "Unknown content type", "Send the body as " + wanted + ", not encoded.");
    }

    static Problem absent(String message) {
        return of("not_found", 404, "Not found", message);
    }

    static Problem conflict(String message) {
        return of("conflict", 409, "Conflict", message);
    }

    static Problem unavailable(String message) {
        return new Problem("urn:gatehouse:problem:unavailable", 503, "Temporarily unavailable", message, List.of(),
                RETRY_SECONDS);
    }

    /** The store was too slow, or is away. */
    static Problem of(StoreTrouble trouble) {
        return switch (trouble) {
            case BUSY, LOCKED -> new Problem("urn:gatehouse:problem:store_busy", 503, "The store is busy",
                    trouble.message(), List.of(), RETRY_SECONDS);
            case AWAY -> unavailable(trouble.message());
        };
    }

    static Problem failure() {
        return of("failure", 500, "The box failed",
                "Something in the box failed. The log has the cause under this request id; the change was not made"
                        + " unless reading it back shows it.");
    }

    static Problem of(Refusal refusal) {
        return switch (refusal) {
            case Refusal.Absent(String message) -> absent(message);
            case Refusal.Invalid(List<FieldError> errors) -> invalid(errors);
            case Refusal.Conflict(String message) -> conflict(message);
            case Refusal.Stale(String message) -> of("stale", 412, "Changed by somebody else", message);
        };
    }
}
