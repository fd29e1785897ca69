package org.gatehouse.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.TrailUnavailable;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.governance.form.About;
import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.MachineSettings;
import org.gatehouse.machine.SystemChanges;
import org.gatehouse.machine.agent.Failures;
import org.gatehouse.machine.agent.Refused;

/** The machine under the box: its name, time, network and power. */
final class MachineOperations {
    private static final System.Logger LOG = System.getLogger(MachineOperations.class.getName());
    private static final String PATH = Operation.BASE + "system/machine";
    private static final String NOUN = "machine";

    private final Box box;
    private final AdminTrail trail;
    private final Clock clock;
    private final Supplier<UUID> ids;

    MachineOperations(Box box, AdminTrail trail, Clock clock, Supplier<UUID> ids) {
        this.box = box;
        this.trail = trail;
        this.clock = clock;
        this.ids = ids;
    }

    /** The machine as it is, and as it shall be. */
    record MachineView(
            @About("Whether the box may change it; elsewhere changes are only written down.") boolean appliance,
            @About("Its host name.") String name, @About("Of the IANA database.") String timeZone,
            @About("Its network cards.") List<CardView> interfaces,
            @About("Whether a time server has set the clock since the machine started; null where nobody can tell.") @Nullable Boolean clockSynchronised,
            @About("What was asked for last and is in force; null when nothing was.") @Nullable MachineWanted settings,
            @About("A change of the network that waits to be kept; null for none.") @Nullable WaitingChange trial,
            @About("The last change of the network, if it was undone; null otherwise.") @Nullable UndoneChange undone) {}

    /** A network card. */
    record CardView(@About("Its name.") String name, @About("Its MAC; empty when it has none.") String mac,
            @About("Whether it has a link.") boolean up, @About("With their prefix.") List<String> addresses) {}

    /** What was asked for. */
    record MachineWanted(@About("Its host name.") String name, @About("Of the IANA database.") String timeZone,
            @About("Whom it asks for the time.") List<String> ntpServers,
            @About("How it is reached.") NetworkView network) {}

    /** How it is reached. */
    record NetworkView(@About("Where its address comes from.") MachineSettings.Mode mode,
            @About("The network card.") @Nullable String device,
            @About("Its address with the prefix.") @Nullable String address,
            @About("Who knows the way elsewhere.") @Nullable String gateway,
            @About("The VLAN's number; null for none.") @Nullable Integer vlan,
            @About("Name servers; empty: those that the network tells of.") List<String> dns,
            @About("Domains that short names are looked up in.") List<String> searchDomains) {}

    /** A change that waits to be kept. */
    record WaitingChange(@About("When it is undone by itself.") Instant until,
            @About("How many seconds are left.") long secondsLeft) {}

    /** A change that was undone. */
    record UndoneChange(@About("When.") Instant at,
            @About("not_kept: nobody kept it in time; restart: the box restarted before; asked: somebody undid it;"
                    + " failed: the system did not take it.") String reason) {}

    /** How it shall be. */
    record MachineDraft(
            @About(value = "Its host name, with or without a domain.", min = 1, max = 64, pattern = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*") String name,
            @About(value = "Of the IANA database, such as Europe/Berlin.", fallback = "\"Etc/UTC\"", min = 1, max = 64) String timeZone,
            @About(value = "Whom it asks for the time; empty: those that the network tells of.", fallback = "[]", max = 8) List<String> ntpServers,
            @About(value = "How it is reached.", fallback = "{}") MachineSettings.Network network,
            @About(value = "How long a change of the network waits to be kept, in seconds, before it is undone by itself.", fallback = "60", min = 30, max = 600) int withinSeconds) {}

    /** That this very box is meant. */
    record Confirmation(
            @About(value = "The box's name, as GET /api/v1/system/machine has it.", min = 1, max = 253) String name) {}

    List<Operation> all() {
        Operation.Reply view = new Operation.Reply.One(200, MachineView.class);
        return List.of(
                Operation.get(PATH, "getMachine", "system", "The machine under the box: name, time, network, and what"
                        + " waits to be kept.", view, _ -> Answer.Json.of(view())).needing(Permission.VIEW_BOX),
                new Operation("PUT", PATH, "setMachine", "system", "Changes name, time and network of an appliance, all"
                        + " or nothing. A change of the network is in force a second later and is undone by itself unless"
                        + " somebody keeps it in time, over the network as it is then.",
                        Permission.OPERATE, List.of(), false, false, Operation.Body.of(MachineDraft.class), view,
                        this::set).afterRecentLogin(),
                Operation.post(PATH + "/keep", "keepMachine", "system",
                        "Keeps the change of the network that waits for it.", null, view,
                        call -> decided(call, "keep", box.machine()::keep)).needing(Permission.OPERATE),
                Operation.post(PATH + "/undo", "undoMachine", "system",
                        "Undoes the change of the network that waits to be kept, at once.", null, view,
                        call -> decided(call, "undo", box.machine()::undo)).needing(Permission.OPERATE),
                power("/restart", "restartMachine",
                        "Starts the machine again. Running calls may end first; engines end.",
                        "restart", () -> box.power().restart()),
                power("/off", "turnOffMachine", "Shuts the machine down. Somebody has to switch it on again.", "off",
                        () -> box.power().off()),
                power("/reset", "resetMachine", "Makes the box as it was shipped: it starts again, and all that it"
                        + " knows, keys and models included, is overwritten before anything else. Nothing brings it back.",
                        "reset", () -> box.power().reset()));
    }

    private Operation power(String path, String id, String summary, String verb, Asking asking) {
        return Operation.post(PATH + path, id, "system", summary, Operation.Body.of(Confirmation.class),
                new Operation.Reply.Nothing(), call -> power(call, verb, asking)).needing(Permission.OPERATE)
                .afterRecentLogin();
    }

    private MachineView view() {
        SystemChanges machine = box.machine();
        SystemChanges.Facts facts = machine.facts();
        Instant now = clock.instant();
        return new MachineView(!machine.recorded(), facts.hostname(), facts.timeZone(),
                facts.cards().stream().map(card -> new CardView(card.name(), card.mac(), card.up(), card.addresses()))
                        .toList(),
                box.clockSynchronised().orElse(null), machine.applied().map(MachineOperations::wanted).orElse(null),
                machine.trial().map(trial -> new WaitingChange(trial.until(),
                        Math.max(0, Duration.between(now, trial.until()).toSeconds()))).orElse(null),
                machine.undone().map(undone -> new UndoneChange(undone.at(), undone.reason())).orElse(null));
    }

    private static MachineWanted wanted(MachineSettings settings) {
        MachineSettings.Network network = settings.network();
        return new MachineWanted(settings.name(), settings.timeZone(), settings.ntpServers(),
                new NetworkView(network.mode(), network.device(), network.address(), network.gateway(), network.vlan(),
                        network.dns(), network.searchDomains()));
    }

    private interface Asking {
        void ask() throws Refused, IOException;
    }

    private Answer set(Call call) {
        MachineDraft draft = call.form(MachineDraft.class);
        SystemChanges machine = box.machine();
        MachineSettings before = machine.applied().orElse(null);
        MachineSettings wanted;
        try {
            wanted = new MachineSettings(draft.name(), draft.timeZone(), draft.ntpServers(), draft.network(),
                    before == null ? null : before.proxy());
        } catch (IllegalArgumentException e) {
            return new Answer.Failed(Problem.invalid("", String.valueOf(e.getMessage())));
        }
        return asked(() -> {
            SystemChanges.Applied applied = machine.apply(wanted, Duration.ofSeconds(draft.withinSeconds()));
            if (applied.changed()) {
                note(call, "update", before == null ? null : Json.tree(wanted(before)), Json.tree(wanted(wanted)));
            }
        });
    }

    private Answer decided(Call call, String verb, Asking asking) {
        return asked(() -> {
            asking.ask();
            note(call, verb, null, null);
        });
    }

    private Answer asked(Asking asking) {
        try {
            asking.ask();
            return Answer.Json.of(view());
        } catch (Refused e) {
            return new Answer.Failed(refused(e));
        } catch (IOException e) {
            return new Answer.Failed(Problem.unavailable("The machine was not changed. " + Failures.inWords(e)));
        }
    }

    private static Problem refused(Refused e) {
        return Problem.of(e.code(), 409, "The machine was not changed", e.message());
    }

    private Answer power(Call call, String verb, Asking asking) {
        String name = box.machine().facts().hostname();
        if (!call.form(Confirmation.class).name().equals(name)) {
            return new Answer.Failed(Problem.invalid("name", "must be the name of this box, " + name));
        }
        if (!box.power().present()) {
            return new Answer.Failed(Problem.of("no_appliance", 409, "Not an appliance", "The operating system of this"
                    + " machine is somebody else's, so the box leaves its power alone. Use the means of that system."));
        }
        try {
            note(call, verb, null, null);
        } catch (TrailUnavailable e) {
            // A box that can't write its trail any more must still be restarted, for that may be the cure.
            LOG.log(System.Logger.Level.WARNING, "The trail has no record of this " + verb + " by "
                    + call.actor().title(), e);
        }
        try {
            asking.ask();
            return new Answer.Nothing();
        } catch (Refused e) {
            return new Answer.Failed(refused(e));
        } catch (IOException e) {
            return new Answer.Failed(Problem.unavailable("The machine goes on. " + Failures.inWords(e)));
        }
    }

    private void note(Call call, String verb, @Nullable JsonNode before, @Nullable JsonNode after) {
        trail.append(call.actor().did(ids.get(), clock.instant(), verb, "system", NOUN, before, after));
    }
}
