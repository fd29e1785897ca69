package org.gatehouse.setup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Change;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.HttpProxy;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.Settings;
import org.gatehouse.governance.SettingsDraft;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.machine.Addresses;
import org.gatehouse.machine.MachineSettings;
import org.gatehouse.machine.MachineSettings.Mode;
import org.gatehouse.machine.MachineSettings.Network;
import org.gatehouse.machine.NetworkProbe;
import org.gatehouse.machine.NetworkProof;
import org.gatehouse.machine.SystemChanges;
import org.gatehouse.machine.agent.Failures;
import org.gatehouse.machine.agent.Refused;

/** The machine's name, time, network and proxy. */
record MachineStep(SystemChanges machine, NetworkProbe probe, NetworkProof proof, Governance governance)
        implements
            Step<MachineSettings> {
    /** Longer than usual: at the new address a browser asks about the certificate, and for a claim code. */
    private static final Duration FROM_A_BROWSER = Duration.ofMinutes(3);
    private static final String PROXY_TARGET = "api.openai.com:443";

    @Override
    public String name() {
        return "machine";
    }

    @Override
    public Class<MachineSettings> form() {
        return MachineSettings.class;
    }

    @Override
    public ObjectNode found(Asking asking) {
        SystemChanges.Facts facts = machine.facts();
        ObjectNode found = JsonNodeFactory.instance.objectNode().put("hostname", facts.hostname())
                .put("timeZone", facts.timeZone()).put("recorded", machine.recorded());
        ArrayNode cards = found.putArray("interfaces");
        for (SystemChanges.Card card : facts.cards()) {
            ObjectNode one = cards.addObject().put("name", card.name()).put("mac", card.mac()).put("up", card.up());
            ArrayNode addresses = one.putArray("addresses");
            card.addresses().forEach(addresses::add);
        }
        return found;
    }

    @Override
    public List<Check> check(MachineSettings answer, Asking asking) {
        List<Check> checks = new ArrayList<>();
        Network network = answer.network();
        Optional<SystemChanges.Card> card = machine.facts().cards().stream()
                .filter(one -> one.name().equals(network.device())).findFirst();
        if (network.mode() != Mode.UNCHANGED) {
            checks.add(card.isPresent()
                    ? Check.passed("device", "The box has the network card " + network.device() + ".", 0)
                    : Check.failed("device", "The box has no network card " + network.device() + ". Take one of "
                            + String.join(", ", machine.facts().cards().stream().map(SystemChanges.Card::name)
                                    .toList())
                            + ".", 0));
        }
        String address = network.address();
        String gateway = network.gateway();
        if (network.mode() == Mode.STATIC && address != null && gateway != null) {
            checks.add(Addresses.inOneNet(address, gateway)
                    ? Check.passed("gateway", "The gateway lies in the network of the address.", 0)
                    : Check.failed("gateway", "The gateway " + gateway + " does not lie in the network of " + address
                            + ". Correct the one or the other.", 0));
        }
        // Until the address is there, nobody on the new network can be asked from it.
        boolean later = network.mode() == Mode.STATIC
                && card.filter(one -> one.addresses().contains(address)).isEmpty();
        network.dns().forEach(server -> checks.add(ask("name server " + server, later,
                () -> probe.nameServer(server))));
        answer.ntpServers().forEach(server -> checks.add(ask("time server " + server, later,
                () -> probe.timeServer(server))));
        MachineSettings.Proxy proxy = answer.proxy();
        if (proxy != null) {
            String password = proxy.password() == null ? kept(proxy) : proxy.password();
            try {
                governed(proxy);
            } catch (IllegalArgumentException e) {
                checks.add(Check.failed("proxy", "The proxy's " + e.getMessage() + ".", 0));
                return checks;
            }
            checks.add(ask("proxy", later, () -> probe.proxy(proxy.url(), proxy.user(), password, PROXY_TARGET)));
        }
        return checks;
    }

    /** The stored password, for the very proxy that it was given for. */
    private @Nullable String kept(MachineSettings.Proxy proxy) {
        HttpProxy stored = governance.currentSettings().proxy();
        return stored != null && stored.url().equals(proxy.url()) ? governance.proxyPassword().orElse(null) : null;
    }

    private static Check ask(String what, boolean later, Supplier<NetworkProbe.Answer> question) {
        if (later) {
            return Check.passed(what, "It can be asked only when the new address is in use.", 0);
        }
        long begun = System.nanoTime();
        NetworkProbe.Answer answer = question.get();
        return new Check(what, answer.ok(), answer.message(), (System.nanoTime() - begun) / 1_000_000, null);
    }

    @Override
    public Outcome accept(MachineSettings answer, Asking asking) {
        try {
            SystemChanges.Applied applied = machine.apply(answer, FROM_A_BROWSER);
            if (use(answer.proxy(), asking.actor()) instanceof Change.Refused<Settings>(Refusal refusal)) {
                return new Outcome.Refused(refusal);
            }
            ObjectNode result = JsonNodeFactory.instance.objectNode().put("changed", applied.changed())
                    .put("recorded", machine.recorded());
            SystemChanges.Trial trial = applied.trial();
            return trial == null ? done(answer, result) : onTrial(answer, asking, applied, trial, result);
        } catch (Refused e) {
            return new Outcome.Refused(new Refusal.Conflict(e.message()));
        } catch (IOException e) {
            return new Outcome.Refused(new Refusal.Conflict("The machine was not changed. " + Failures.inWords(e)));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Outcome.Refused(new Refusal.Conflict("The box stops. Answer again when it is back."));
        }
    }

    private static Outcome done(MachineSettings answer, ObjectNode result) {
        return new Outcome.Done(Json.tree(answer), result, JsonNodeFactory.instance.objectNode());
    }

    /** On the box's own screen nobody can be cut off, so the network itself decides. A browser has to come back and say it again. */
    private Outcome onTrial(MachineSettings answer, Asking asking, SystemChanges.Applied applied,
            SystemChanges.Trial trial, ObjectNode result) throws Refused, IOException, InterruptedException {
        if (Addresses.isLoopback(asking.actor().address())) {
            NetworkProof.Decision decision = proof.decide(answer.network());
            return decision.kept()
                    ? done(answer, result.put("message", decision.message()))
                    : new Outcome.Failed(List.of(Check.failed("network", decision.message(), 0)));
        }
        if (!applied.changed()) {
            machine.keep();
            return done(answer, result);
        }
        return new Outcome.Awaiting(Json.tree(answer), result.put("until", trial.until().toString()).put("message",
                "The network changes now. Open the box at its new address and answer this step again before "
                        + trial.until() + "; otherwise the change is undone."),
                JsonNodeFactory.instance.objectNode(), trial.id());
    }

    private static HttpProxy governed(MachineSettings.Proxy proxy) {
        return new HttpProxy(proxy.url(), proxy.user(), proxy.exceptions());
    }

    /** The proxy is governed like all else from then on. */
    private Change<Settings> use(MachineSettings.@Nullable Proxy proxy, Actor actor) {
        Settings now = governance.currentSettings();
        HttpProxy wanted = proxy == null ? null : governed(proxy);
        String password = proxy == null ? null : proxy.password();
        boolean stays = Objects.equals(now.proxy(), wanted)
                && (password == null || governance.proxyPassword().filter(password::equals).isPresent());
        if (stays) {
            return new Change.Made<>(now);
        }
        SettingsDraft draft = now.draft().by(wanted, password);
        return governance.settings().update(actor, now.id(), null,
                _ -> new Reading.Whole<>(password == null ? draft.keepingPassword() : draft));
    }
}
