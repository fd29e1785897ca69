package org.gatehouse.modelstore;

import java.util.List;

import org.gatehouse.supervisor.models.HubSettings;
import org.gatehouse.supervisor.models.ModelStoreSettings;

/**
 * How the model store is set up. Immutable.
 *
 * @param settings its directory and its bounds
 * @param hubs the model hubs and mirrors that it may fetch from; none by default, so that a box calls nobody by itself
 */
public record ModelStorePlan(ModelStoreSettings settings, List<HubSettings> hubs) {

    /** Copies the hubs. */
    public ModelStorePlan {
        hubs = List.copyOf(hubs);
    }
}
