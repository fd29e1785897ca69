package org.gatehouse.modelstore;

import org.gatehouse.supervisor.fleet.ModelChoice;
import org.gatehouse.supervisor.fleet.ModelLibrary;
import org.gatehouse.supervisor.models.StoredModel;

/** The store as the engines' fleet sees it: directories as they are, stored models while nothing is known against them. Thread-safe. */
final class StoredLibrary implements ModelLibrary {
    private final LocalModels models;
    private final ModelLibrary directories = ModelLibrary.directories();

    StoredLibrary(LocalModels models) {
        this.models = models;
    }

    @Override
    public Found find(ModelChoice choice) {
        return look(choice, false);
    }

    @Override
    public Found findToServe(ModelChoice choice) {
        return look(choice, true);
    }

    private Found look(ModelChoice choice, boolean toServe) {
        return switch (choice) {
            case ModelChoice.LocalDirectory _ -> directories.find(choice);
            case ModelChoice.Stored(String name) -> stored(choice, name, toServe);
        };
    }

    private Found stored(ModelChoice choice, String name, boolean toServe) {
        try {
            ModelLibrary store = ModelLibrary.of(models.store());
            if (!toServe) {
                return store.find(choice);
            }
            String damaged = models.find(name).map(StoredModel::id).filter(this::isKnownDamaged).orElse("");
            return damaged.isEmpty()
                    ? store.findToServe(choice)
                    : new Found.Missing("The last check of the model " + damaged + " found that it has changed.",
                            "Import it again, or verify it fully once its disk is mended.");
        } catch (ModelStoreUnavailable away) {
            return new Found.Missing("The model store cannot be used.", String.valueOf(away.getMessage()));
        }
    }

    private boolean isKnownDamaged(String id) {
        return models.check(id).filter(check -> check.state() == ModelCheck.State.UNSOUND).isPresent();
    }
}
