package org.gatehouse.setup.wizard.question;

import java.util.List;

import static org.gatehouse.setup.wizard.question.Ask.option;

/** What the step {@code local-models} asks: the members of a deployment as the admin API has them. */
final class LocalModelQuestions {
    private LocalModelQuestions() {}

    static Step step() {
        return new Step("local-models", "Local models",
                "Models that this box serves on its own GPUs. It is planned first whether they fit.",
                List.of(Ask.of("deployments", "Deployments", "Models to serve.").needed().several(
                        Ask.of("name", "Name", "Short, lower case; cannot be changed later.").needed()
                                .example("assistant").line(),
                        Ask.of("publicName", "Public name", "What callers write.").needed()
                                .example("local/assistant").line(),
                        Ask.of("model", "Model", "One of the model store, or an absolute path on this box.").needed()
                                .example("/models/assistant").line(),
                        Ask.of("engine", "Engine", "The program that serves it.").usual("vllm").choice(
                                option("vllm", "vLLM"), option("sglang", "SGLang"),
                                option("llama_cpp", "llama.cpp"), option("tensorrt_llm", "TensorRT-LLM"),
                                option("transformers", "transformers")),
                        Ask.of("replicas", "Engines", "How many serve it side by side.").usual("1").example("1")
                                .whole(),
                        Ask.of("onDemand", "On demand", "Whether it is loaded only when it is called.")
                                .usual("false").yesNo(),
                        more("release"), more("extraArguments"), more("sizing"), more("idleSeconds"), more("sleep"),
                        more("priority"), more("adapters"), more("patience"), more("queue"))));
    }

    private static Question more(String field) {
        return Ask.of(field, field, "As a deployment in the admin API has it.").anything();
    }
}
