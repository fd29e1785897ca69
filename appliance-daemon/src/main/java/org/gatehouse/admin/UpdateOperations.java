package org.gatehouse.admin;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Failures;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.update.BundleView;
import org.gatehouse.machine.update.Media;
import org.gatehouse.machine.update.Medium;
import org.gatehouse.machine.update.UpdateState;
import org.gatehouse.machine.update.Updates;

/** Releases of the operating system: receive a bundle, check it, install it, go back. */
final class UpdateOperations {
    private static final String PATH = Operation.BASE + "system/update";
    private static final String TAG = "system";
    /** What one part of a bundle may have: a few seconds of a slow line, and little memory. */
    static final int LARGEST_PART = 8 << 20;

    /** What codes begin with that say something of a file. */
    private static final List<String> FILES = List.of("bundle_", "layer_", "medium_", "backup_");

    private final Updates updates;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    UpdateOperations(Updates updates, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.updates = updates;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** How much of a bundle is there. */
    record ReceivedBundle(@About("How many bytes are there; the next part begins here.") long bytes) {}

    /** Where a bundle is fetched from. */
    record BundleSource(
            @About(value = "An https address of the bundle.", min = 10, max = 2000) String url,
            @About(value = "Whether it may lie in the company's own network.", fallback = "false") boolean privateAllowed) {}

    /** Which bundle is meant. */
    record BundleChoice(
            @About("The file on something that was plugged in; null for the bundle that was received.") @Nullable Medium medium) {}

    /** What shall be installed. */
    record UpdateWish(
            @About("The file on something that was plugged in; null for the bundle that was received.") @Nullable Medium medium,
            @About(value = "Whether the box restarts once it is installed; otherwise the next restart tries it.", fallback = "true") boolean restart) {}

    /** How to go back. */
    record ReturnWish(@About(value = "Whether the box restarts at once.", fallback = "true") boolean restart) {}

    /** Which release comes. */
    record ComingRelease(@About("The release that the next start takes.") String version) {}

    List<Operation> all() {
        return List.of(
                Operation.get(PATH, "getUpdate", TAG,
                        "The releases on the disk, what is being done, and what became of the last update.",
                        new Operation.Reply.One(200, UpdateState.class),
                        answering(_ -> Answer.Json.of(updates.state()))).needing(Permission.VIEW_BOX),
                new Operation("PUT", PATH + "/bundle", "putUpdateBundle", TAG,
                        "Takes the next part of a bundle, of 8 MiB at most. A part that does not begin where the last one"
                                + " ended is refused, and the answer says where it must begin: so an upload that broke off"
                                + " goes on.",
                        Permission.OPERATE,
                        List.of(Parameter.number("offset", "Where the part begins in the bundle; 0 begins anew.", 0,
                                Integer.MAX_VALUE)),
                        false, false, Operation.Body.bytes(LARGEST_PART),
                        new Operation.Reply.One(200, ReceivedBundle.class),
                        answering(this::receive)),
                new Operation("DELETE", PATH + "/bundle", "deleteUpdateBundle", TAG,
                        "Throws away the bundle that was received.", Permission.OPERATE, List.of(), false, false, null,
                        new Operation.Reply.Nothing(), answering(_ -> {
                            updates.arrivals().discard();
                            return new Answer.Nothing();
                        })),
                Operation.post(PATH + "/download", "downloadUpdate", TAG,
                        "Begins to fetch a bundle. Its signature is checked before anything is done with it.",
                        Operation.Body.of(BundleSource.class), new Operation.Reply.One(200, UpdateState.class),
                        answering(this::download)).needing(Permission.OPERATE).afterRecentLogin(),
                Operation.get(PATH + "/media", "listUpdateMedia", TAG,
                        "Bundles on sticks and disks that are plugged in, FAT or exFAT, in the topmost folder.",
                        new Operation.Reply.One(200, Media.class),
                        answering(_ -> Answer.Json.of(updates.media()))).needing(Permission.OPERATE),
                Operation.post(PATH + "/check", "checkUpdate", TAG,
                        "Checks a bundle's signature and whether this box may install it. Nothing changes.",
                        Operation.Body.of(BundleChoice.class), new Operation.Reply.One(200, BundleView.class),
                        answering(call -> Answer.Json.of(updates.check(call.form(BundleChoice.class).medium()))))
                        .needing(Permission.OPERATE),
                Operation.post(PATH + "/install", "installUpdate", TAG,
                        "Begins to install a bundle into the slot that does not run. The box serves meanwhile; then it"
                                + " restarts into the new release, and comes back by itself if that is not good.",
                        Operation.Body.of(UpdateWish.class), new Operation.Reply.One(200, UpdateState.class),
                        answering(this::install)).needing(Permission.OPERATE).afterRecentLogin(),
                Operation.post(PATH + "/return", "returnToRelease", TAG,
                        "Has the box start the release before this one, if that is on the disk and was good.",
                        Operation.Body.of(ReturnWish.class), new Operation.Reply.One(200, ComingRelease.class),
                        answering(this::goBack)).needing(Permission.OPERATE).afterRecentLogin());
    }

    /** What is asked of the machine, which may refuse. */
    interface Work {
        Answer of(Call call) throws Refused, IOException;
    }

    /** The answer to it, whatever comes of it. */
    static Operation.Handler answering(Work work) {
        return call -> {
            try {
                return work.of(call);
            } catch (Refused e) {
                return new Answer.Failed(Problem.of(e.code(), status(e.code()), "Not done", e.message()));
            } catch (IOException e) {
                return new Answer.Failed(Problem.unavailable(Failures.inWords(e)));
            }
        };
    }

    /** What stands in the way of the box is a conflict; what is wrong with a file is the file's. */
    private static int status(String code) {
        return FILES.stream().anyMatch(code::startsWith) ? 422 : 409;
    }

    private Answer receive(Call call) throws Refused, IOException {
        byte[] part = Objects.requireNonNull(call.sent().binaryValue());
        return Answer.Json.of(new ReceivedBundle(updates.arrivals().receive(
                call.query("offset", Integer.class).orElse(0), part)));
    }

    private Answer download(Call call) throws Refused, IOException {
        BundleSource source = call.form(BundleSource.class);
        updates.arrivals().download(address(source.url()), source.privateAllowed());
        note(call, "download", "bundle", Json.tree(source));
        return Answer.Json.of(updates.state());
    }

    /** An address that a file may be fetched from. */
    static URI address(String text) {
        try {
            URI address = new URI(text);
            if ("https".equalsIgnoreCase(address.getScheme()) && address.getHost() != null
                    && address.getUserInfo() == null) {
                return address;
            }
        } catch (URISyntaxException _) {
            // falls through to the same answer
        }
        throw new Call.Ended(Problem.invalid("url", "must be an https address without a name and a password"));
    }

    private Answer install(Call call) throws Refused, IOException {
        UpdateWish wish = call.form(UpdateWish.class);
        updates.install(wish.medium(), wish.restart());
        note(call, "install", wish.medium() == null ? "received" : wish.medium().file(), Json.tree(wish));
        return Answer.Json.of(updates.state());
    }

    private Answer goBack(Call call) throws Refused, IOException {
        ReturnWish back = call.form(ReturnWish.class);
        // Noted before: the box may be gone a moment later.
        note(call, "return", "before", JsonNodeFactory.instance.objectNode().put("restart", back.restart()));
        return Answer.Json.of(new ComingRelease(updates.goBack(back.restart())));
    }

    private void note(Call call, String verb, String release, JsonNode after) {
        trail.append(call.actor().did(ids.get(), clock.instant(), verb, "releases", release, null, after));
    }
}
