package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Path;

import org.gatehouse.supervisor.models.ModelStore;
import org.gatehouse.supervisor.models.StoredModel;
import org.gatehouse.supervisor.models.Verification;

/** Where models lie. Thread-safe. */
public interface ModelLibrary {

    /** Finds a model, without looking into it. */
    Found find(ModelChoice choice);

    /** Finds a model and looks whether it may serve; may take as long as reading all of it. */
    Found findToServe(ModelChoice choice);

    /** What came of looking for a model. */
    sealed interface Found {
        /**
         * There it is.
         *
         * @param path its directory or file
         */
        record At(Path path) implements Found {}

        /**
         * It cannot be used.
         *
         * @param what why, in one sentence
         * @param advice what to do, in one sentence
         */
        record Missing(String what, String advice) implements Found {}
    }

    /** Directories of this box, and no store. */
    static ModelLibrary directories() {
        return new ModelLibrary() {
            @Override
            public Found find(ModelChoice choice) {
                return switch (choice) {
                    case ModelChoice.LocalDirectory(Path path) -> new Found.At(path);
                    case ModelChoice.Stored(String name) -> new Found.Missing("There is no model " + name + ".",
                            "This box has no model store: name a directory.");
                };
            }

            @Override
            public Found findToServe(ModelChoice choice) {
                return find(choice);
            }
        };
    }

    /** Directories of this box, and the models of this store as long as their seals hold. */
    static ModelLibrary of(ModelStore store) {
        return new ModelLibrary() {
            @Override
            public Found find(ModelChoice choice) {
                return look(choice, false);
            }

            @Override
            public Found findToServe(ModelChoice choice) {
                return look(choice, true);
            }

            private Found look(ModelChoice choice, boolean verify) {
                return switch (choice) {
                    case ModelChoice.LocalDirectory(Path path) -> new Found.At(path);
                    case ModelChoice.Stored(String name) -> stored(name, verify);
                };
            }

            private Found stored(String name, boolean verify) {
                try {
                    StoredModel model = store.find(name).orElse(null);
                    if (model == null) {
                        return new Found.Missing("The model store has no sound model " + name + ".",
                                "Import it first, or see the list of models for its name.");
                    }
                    if (verify && !(store.verifyToServe(model.id()) instanceof Verification.Sound)) {
                        return new Found.Missing("The model " + model.id() + " is not what was imported.",
                                "Verify it in the model store, and import it again.");
                    }
                    return new Found.At(model.directory());
                } catch (IOException e) {
                    return new Found.Missing("The model store cannot be read: " + e.getMessage() + ".",
                            "Check its directory and its disk.");
                }
            }
        };
    }
}
