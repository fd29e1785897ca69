package org.gatehouse.admin;

import java.io.IOException;
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
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.layers.Layers;
import org.gatehouse.machine.layers.LayersState;
import org.gatehouse.machine.layers.LayersState.CheckedLayer;
import org.gatehouse.machine.layers.LayersState.LayerMedia;
import org.gatehouse.machine.layers.LayersState.LayerMedium;

/** Vendors' layers: receive one, check it, install it, go back, remove it. What is in use changes when the box restarts. */
final class LayerOperations {
    private static final String PATH = Operation.BASE + "system/layers";
    private static final String TAG = "system";

    private final Layers layers;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    LayerOperations(Layers layers, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.layers = layers;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** Which layer is meant. */
    record LayerChoice(
            @About("The file on something that was plugged in; null for the layer that was received.") @Nullable LayerMedium medium) {}

    /** What shall be installed. */
    record LayerWish(
            @About("The file on something that was plugged in; null for the layer that was received.") @Nullable LayerMedium medium,
            @About(value = "Whether the box restarts at once; otherwise the next restart changes what is in use.", fallback = "true") boolean restart) {}

    /** What shall happen to one that is there. */
    record LayerChange(@About(value = "The layer's name.", min = 1, max = 41, pattern = "[a-z][a-z0-9-]*") String name,
            @About(value = "Whether the box restarts at once; otherwise the next restart changes what is in use.", fallback = "true") boolean restart) {}

    List<Operation> all() {
        return List.of(
                Operation.get(PATH, "getLayers", TAG,
                        "Vendors' parts, such as a GPU's driver or an engine: which are kept, which are in use, and why one"
                                + " is not.",
                        new Operation.Reply.One(200, LayersState.class),
                        UpdateOperations.answering(_ -> Answer.Json.of(layers.state())))
                        .needing(Permission.VIEW_BOX),
                new Operation("PUT", PATH + "/file", "putLayerFile", TAG,
                        "Takes the next part of a layer, of 8 MiB at most. A part that does not begin where the last one"
                                + " ended is refused, and the answer says where it must begin: so an upload that broke off"
                                + " goes on.",
                        Permission.OPERATE,
                        List.of(Parameter.bytes("offset", "Where the part begins in the file; 0 begins anew.")),
                        false, false, Operation.Body.bytes(UpdateOperations.LARGEST_PART),
                        new Operation.Reply.One(200, UpdateOperations.ReceivedBundle.class),
                        UpdateOperations.answering(this::receive)),
                new Operation("DELETE", PATH + "/file", "deleteLayerFile", TAG,
                        "Throws away the layer that was received.", Permission.OPERATE, List.of(), false, false, null,
                        new Operation.Reply.Nothing(), UpdateOperations.answering(_ -> {
                            layers.arrivals().discard();
                            return new Answer.Nothing();
                        })),
                Operation.post(PATH + "/download", "downloadLayer", TAG,
                        "Begins to fetch a layer. Its signature is checked before anything is done with it.",
                        Operation.Body.of(UpdateOperations.BundleSource.class),
                        new Operation.Reply.One(200, LayersState.class), UpdateOperations.answering(this::download))
                        .needing(Permission.OPERATE).afterRecentLogin(),
                Operation.get(PATH + "/media", "listLayerMedia", TAG,
                        "Layers on sticks and disks that are plugged in, FAT or exFAT, in the topmost folder.",
                        new Operation.Reply.One(200, LayerMedia.class),
                        UpdateOperations.answering(_ -> Answer.Json.of(layers.media())))
                        .needing(Permission.OPERATE),
                Operation.post(PATH + "/check", "checkLayer", TAG,
                        "Checks a layer's signature, each of its blocks, and whether this box may install it. Nothing"
                                + " changes.",
                        Operation.Body.of(LayerChoice.class), new Operation.Reply.One(200, CheckedLayer.class),
                        UpdateOperations.answering(
                                call -> Answer.Json.of(layers.check(call.form(LayerChoice.class).medium()))))
                        .needing(Permission.OPERATE),
                Operation.post(PATH + "/install", "installLayer", TAG,
                        "Begins to install a layer: checked as a whole, kept, and mounted by each start from the next one"
                                + " on. The version before stays to go back to.",
                        Operation.Body.of(LayerWish.class), new Operation.Reply.One(200, LayersState.class),
                        UpdateOperations.answering(this::install)).needing(Permission.OPERATE).afterRecentLogin(),
                Operation.post(PATH + "/return", "returnToLayer", TAG,
                        "Has each start from the next one on mount the version of a layer that was in use before.",
                        Operation.Body.of(LayerChange.class), new Operation.Reply.One(200, CheckedLayer.class),
                        UpdateOperations.answering(this::goBack)).needing(Permission.OPERATE).afterRecentLogin(),
                Operation.post(PATH + "/remove", "removeLayer", TAG,
                        "Deletes a layer with all of its versions. It is in use until the box restarts.",
                        Operation.Body.of(LayerChange.class), new Operation.Reply.Nothing(),
                        UpdateOperations.answering(this::remove)).needing(Permission.OPERATE).afterRecentLogin());
    }

    private Answer receive(Call call) throws Refused, IOException {
        byte[] part = Objects.requireNonNull(call.sent().binaryValue());
        return Answer.Json.of(new UpdateOperations.ReceivedBundle(
                layers.arrivals().receive(call.query("offset", Long.class).orElse(0L), part)));
    }

    private Answer download(Call call) throws Refused, IOException {
        UpdateOperations.BundleSource source = call.form(UpdateOperations.BundleSource.class);
        layers.arrivals().download(UpdateOperations.address(source.url()), source.privateAllowed());
        note(call, "download", "layer", Json.tree(source));
        return Answer.Json.of(layers.state());
    }

    private Answer install(Call call) throws Refused, IOException {
        LayerWish wish = call.form(LayerWish.class);
        layers.install(wish.medium(), wish.restart());
        note(call, "install", wish.medium() == null ? "received" : wish.medium().file(), Json.tree(wish));
        return Answer.Json.of(layers.state());
    }

    private Answer goBack(Call call) throws Refused, IOException {
        LayerChange change = call.form(LayerChange.class);
        // Noted before: the box may be gone a moment later.
        note(call, "return", change.name(), JsonNodeFactory.instance.objectNode().put("restart", change.restart()));
        return Answer.Json.of(layers.goBack(change.name(), change.restart()));
    }

    private Answer remove(Call call) throws Refused, IOException {
        LayerChange change = call.form(LayerChange.class);
        note(call, "remove", change.name(), JsonNodeFactory.instance.objectNode().put("restart", change.restart()));
        layers.remove(change.name(), change.restart());
        return new Answer.Nothing();
    }

    private void note(Call call, String verb, String layer, JsonNode after) {
        trail.append(call.actor().did(ids.get(), clock.instant(), verb, "layers", layer, null, after));
    }
}
