package org.gatehouse.supervisor.fleet;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import org.gatehouse.supervisor.engines.ArgumentCheck;
import org.gatehouse.supervisor.engines.Capabilities.AdapterLoading;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.fleet.DeploymentProblem.Kind;
import org.gatehouse.supervisor.planning.Wish;

/** Says what is wrong with a deployment, without looking at GPUs and weights. Used by one thread; make one for each check. */
final class DeploymentRules {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    private static final Pattern PUBLIC_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");
    private static final int MOST_REPLICAS = 64;
    private static final int MOST_GPUS = 1024;
    private static final int MOST_PRIORITY = 100;
    private static final int MOST_SEQUENCES = 1 << 20;
    private static final int MOST_CONTEXT = 100_000_000;
    private static final Duration LONGEST = Duration.ofDays(30);

    private final ModelDeployment deployment;
    private final List<DeploymentProblem> problems = new ArrayList<>();

    private DeploymentRules(ModelDeployment deployment) {
        this.deployment = deployment;
    }

    /** All that is wrong with this deployment beside these others; the others may hold an earlier one of its name. */
    static List<DeploymentProblem> check(ModelDeployment deployment, Collection<ModelDeployment> others,
            FleetSettings settings) {
        DeploymentRules rules = new DeploymentRules(deployment);
        rules.names(others);
        rules.numbers();
        rules.times();
        rules.engine(settings);
        rules.adapters();
        return rules.problems;
    }

    private void problem(Kind kind, String field, String what, String advice) {
        problems.add(new DeploymentProblem(kind, field, what, advice));
    }

    private void names(Collection<ModelDeployment> others) {
        if (!NAME.matcher(deployment.name()).matches()) {
            problem(Kind.NAME_INVALID, "name", "\"" + shortened(deployment.name()) + "\" is not a deployment's name.",
                    "Use 1 to 40 of a-z, 0-9 and -, a letter or digit first.");
        }
        Set<String> own = new HashSet<>();
        publicName("publicName", deployment.publicName(), own, others);
        deployment.adapters().forEach(adapter -> publicName("adapters", adapter.name(), own, others));
    }

    private void publicName(String field, String name, Set<String> own, Collection<ModelDeployment> others) {
        if (!PUBLIC_NAME.matcher(name).matches()) {
            problem(Kind.PUBLIC_NAME_INVALID, field, "\"" + shortened(name) + "\" is not a model name.",
                    "Use up to 128 letters, digits and . _ : / -, a letter or digit first.");
        }
        if (!own.add(name)) {
            problem(Kind.PUBLIC_NAME_TAKEN, field, "The deployment uses the model name " + name + " twice.",
                    "Give each adapter a name of its own.");
        }
        for (ModelDeployment other : others) {
            boolean taken = other.publicName().equals(name)
                    || other.adapters().stream().anyMatch(adapter -> adapter.name().equals(name));
            if (taken && !other.name().equals(deployment.name())) {
                problem(Kind.PUBLIC_NAME_TAKEN, field,
                        "The model name " + name + " belongs to deployment " + other.name() + ".",
                        "Choose another name, or remove or rename that one.");
            }
        }
    }

    private void numbers() {
        Sizing sizing = deployment.sizing();
        range("replicas", deployment.replicas(), 0, MOST_REPLICAS);
        range("priority", deployment.priority(), 0, MOST_PRIORITY);
        range("sizing.tensorParallel", sizing.tensorParallel(), 0, MOST_GPUS);
        range("sizing.pipelineParallel", sizing.pipelineParallel(), 0, MOST_GPUS);
        range("sizing.contextTokens", sizing.contextTokens(), Wish.LONGEST_THAT_FITS, MOST_CONTEXT);
        range("sizing.maxSequences", sizing.maxSequences(), 0, MOST_SEQUENCES);
        range("sizing.adapterSlots", sizing.adapterSlots(), 0, MOST_GPUS);
        range("sizing.adapterRank", sizing.adapterRank(), sizing.adapterSlots() > 0 ? 1 : 0, MOST_GPUS);
        range("timing.healthMisses", deployment.timing().healthMisses(), 1, 1000);
        double share = sizing.utilisation();
        if (share != 0 && !(share >= 0.01 && share <= 1)) {
            problem(Kind.OUT_OF_RANGE, "sizing.utilisation", share + " is no share of a GPU.",
                    "Use 0.01 to 1, or 0 for whatever is left.");
        }
        Set<String> gpus = new HashSet<>();
        for (String gpu : sizing.gpus()) {
            if (!gpus.add(gpu)) {
                problem(Kind.GPU_TWICE, "sizing.gpus", "GPU " + shortened(gpu) + " was asked for twice.",
                        "Name each GPU once.");
            }
        }
    }

    private void range(String field, int value, int least, int most) {
        if (value < least || value > most) {
            problem(Kind.OUT_OF_RANGE, field, value + " is out of range.", "Use " + least + " to " + most + ".");
        }
    }

    private void times() {
        Timing timing = deployment.timing();
        time("timing.drain", timing.drain(), false);
        time("timing.grace", timing.grace(), false);
        time("timing.residency", timing.residency(), false);
        time("timing.silence", timing.silence(), true);
        time("timing.longestLoad", timing.longestLoad(), true);
        time("timing.healthInterval", timing.healthInterval(), true);
        time("timing.healthDeadline", timing.healthDeadline(), true);
        time("timing.longestWait", timing.longestWait(), true);
        if (deployment.mode() instanceof LoadMode.OnDemand(Duration idle)) {
            time("mode.idle", idle, true);
        }
    }

    private void time(String field, Duration value, boolean positive) {
        if (value.isNegative() || positive && value.isZero() || value.compareTo(LONGEST) > 0) {
            problem(Kind.OUT_OF_RANGE, field, value + " is out of range.",
                    "Use a " + (positive ? "positive " : "") + "duration of at most 30 days.");
        }
    }

    private void engine(FleetSettings settings) {
        Engine engine = Engine.of(deployment.engine().kind());
        Optional<EngineProgram> program = settings.program(engine.kind(), deployment.engine().release());
        if (program.isEmpty()) {
            problem(Kind.ENGINE_UNKNOWN, "engine", engine.kind().title() + " \""
                    + shortened(deployment.engine().release()) + "\" is not set up on this box.",
                    "Use one of " + settings.programs().stream().map(EngineProgram::name).toList() + ".");
        }
        if (engine.argumentRules()
                .check(deployment.engine().extraArguments()) instanceof ArgumentCheck.Refused refused) {
            problem(Kind.ARGUMENT_REFUSED, "engine.extraArguments", refused.problem().message(),
                    "Nothing was started.");
        }
        if (deployment.sleep() != SleepRule.NEVER
                && (engine.capabilities().sleepLevels().isEmpty() || !engine.capabilities().unixSocket())) {
            problem(Kind.ENGINE_CANNOT, "sleep", engine.kind().title() + " cannot sleep.",
                    "Set sleep to never: it is ended and started again instead.");
        }
    }

    private void adapters() {
        if (deployment.adapters().isEmpty()) {
            return;
        }
        if (Engine.of(deployment.engine().kind()).capabilities().adapters() == AdapterLoading.NONE) {
            problem(Kind.ENGINE_CANNOT, "adapters", deployment.engine().kind().title() + " has no LoRA adapters.",
                    "Use another engine, or leave them out.");
        } else if (deployment.sizing().adapterSlots() == 0) {
            problem(Kind.ADAPTER_UNUSABLE, "adapters", "There are adapters and no memory is planned for any.",
                    "Set sizing.adapterSlots and sizing.adapterRank.");
        }
        for (LoraAdapter adapter : deployment.adapters()) {
            if (!Files.exists(adapter.directory())) {
                problem(Kind.ADAPTER_UNUSABLE, "adapters",
                        "There is no " + adapter.directory() + " for adapter " + shortened(adapter.name()) + ".",
                        "Name a directory on this box.");
            }
        }
    }

    private static String shortened(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() > 100 ? printable.substring(0, 100) + "…" : printable;
    }
}
