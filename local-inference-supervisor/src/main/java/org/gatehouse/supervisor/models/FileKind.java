package org.gatehouse.supervisor.models;

import java.util.Locale;
import java.util.Set;

/** What a file of a model is, by its name. */
enum FileKind {
    /** Weights in a format that is data and nothing else. */
    WEIGHTS,
    /** Configuration, tokenizer, chat template, model card, licence. */
    TEXT,
    /** Unpickling runs whatever code the file names. */
    PICKLE,
    /** Runs when an engine is told to trust the model's code. */
    CODE,
    /** Anything else: of no use to an engine, always left out. */
    OTHER;

    private static final Set<String> WEIGHT_ENDS = Set.of("safetensors", "gguf");
    private static final Set<String> TEXT_ENDS = Set.of("json", "jsonl", "txt", "jinja", "jinja2", "md", "yaml", "yml",
            "model", "tiktoken", "spm", "bpe", "vocab");
    private static final Set<String> PICKLE_ENDS = Set.of("bin", "pt", "pth", "ckpt", "pkl", "pickle", "joblib", "dill",
            "h5", "keras", "npy", "npz", "mar");
    private static final Set<String> CODE_ENDS = Set.of("py", "pyc", "pyd", "ipynb", "sh", "bash", "so", "dll", "dylib",
            "exe", "js", "jar", "cu", "cpp", "c", "rb", "pl", "ps1", "bat", "whl");
    private static final Set<String> TEXT_NAMES = Set.of("license", "licence", "notice", "copying", "readme",
            "use_policy");

    static FileKind of(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        int dot = name.lastIndexOf('.');
        String end = name.substring(dot + 1);
        if (dot < 0) {
            return TEXT_NAMES.contains(name) ? TEXT : OTHER;
        }
        if (WEIGHT_ENDS.contains(end)) {
            return WEIGHTS;
        }
        if (PICKLE_ENDS.contains(end)) {
            return PICKLE;
        }
        if (CODE_ENDS.contains(end)) {
            return CODE;
        }
        return dot > 0 && TEXT_ENDS.contains(end) ? TEXT : OTHER;
    }
}
