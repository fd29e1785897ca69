package org.gatehouse.daemon;

import org.gatehouse.modelstore.LocalModels;
import org.gatehouse.telemetry.CallMetrics;

/** The model store's figures among the box's metrics. Stateless. */
final class ModelMetrics {
    private ModelMetrics() {}

    static void show(LocalModels models, CallMetrics metrics) {
        metrics.gauge("gatehouse.model.store.bytes", "Disk space of the models in the store", models,
                it -> it.figures().bytes());
        metrics.gauge("gatehouse.model.store.models", "Models in the store whose seal holds", models,
                it -> it.figures().models());
        metrics.gauge("gatehouse.model.store.untrusted", "Models in the store whose seal does not hold", models,
                it -> it.figures().untrusted());
        metrics.gauge("gatehouse.model.imports.active", "Imports of models that run or wait for their turn", models,
                LocalModels::activeImports);
        metrics.counter("gatehouse.model.imports.failed", "Imports of models that failed", models,
                LocalModels::failedImports);
    }
}
