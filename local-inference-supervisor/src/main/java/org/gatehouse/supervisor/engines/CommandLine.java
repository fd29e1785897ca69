package org.gatehouse.supervisor.engines;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import org.gatehouse.supervisor.engines.ArgumentProblem.Kind;
import org.gatehouse.supervisor.planning.GpuCapacity;

/** Collects the arguments and the environment of one engine process. Used by one thread. */
final class CommandLine {
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, String> files = new HashMap<>();
    private final Map<String, Path> links = new HashMap<>();

    CommandLine(EngineOrder order, String... usual) {
        arguments.addAll(order.program().isEmpty() ? List.of(usual) : order.program());
    }

    CommandLine add(Object... values) {
        for (Object value : values) {
            arguments.add(String.valueOf(value));
        }
        return this;
    }

    CommandLine addIf(boolean condition, Object... values) {
        return condition ? add(values) : this;
    }

    CommandLine set(String name, Object value) {
        environment.put(name, String.valueOf(value));
        return this;
    }

    CommandLine setIf(boolean condition, String name, Object value) {
        return condition ? set(name, value) : this;
    }

    CommandLine file(String name, String content) {
        files.put(name, content);
        return this;
    }

    CommandLine link(String name, Path target) {
        links.put(name, target);
        return this;
    }

    /** A share, as engines read it. */
    static String share(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /**
     * Makes exactly these GPUs visible. Whole GPUs by number in the order of PCI addresses, because older vLLM cannot read
     * identities there (vllm#41848); MIG instances have no number.
     */
    CommandLine gpus(List<GpuCapacity> gpus) {
        return set("CUDA_DEVICE_ORDER", "PCI_BUS_ID").set("CUDA_VISIBLE_DEVICES",
                gpus.stream().map(gpu -> gpu.isMig() ? gpu.id() : Integer.toString(gpu.index()))
                        .collect(Collectors.joining(",")));
    }

    /** Keeps libraries of the Hugging Face family from the network, and their caches in one place. */
    CommandLine offline(Path stateDirectory) {
        return set("HF_HUB_OFFLINE", 1).set("TRANSFORMERS_OFFLINE", 1).set("HF_HUB_DISABLE_TELEMETRY", 1)
                .set("DO_NOT_TRACK", 1).set("HF_HOME", stateDirectory.resolve("huggingface"));
    }

    /** The command with the order's extra arguments behind it, or what is wrong with those. */
    Launch with(ArgumentRules rules, List<String> extra) {
        return switch (rules.check(extra)) {
            case ArgumentCheck.Accepted(List<String> accepted) -> {
                arguments.addAll(accepted);
                yield command();
            }
            case ArgumentCheck.Refused(ArgumentProblem problem) -> new Launch.Refused(problem);
        };
    }

    /** The command as it is. */
    Launch.Command command() {
        return new Launch.Command(arguments, environment, files, links);
    }

    /** A refusal of what the engine cannot do. */
    static Launch impossible(String what, String message) {
        return new Launch.Refused(new ArgumentProblem(Kind.IMPOSSIBLE, what, message));
    }
}
