package org.gatehouse.supervisor.fleet;

import java.util.Collection;

/**
 * Where the desired state is kept. Asked by the fleet's thread alone. What it throws is given to whoever wanted the change, and the
 * fleet then stays with what it had.
 */
public interface DeploymentBook {

    /** Everything that shall be, in any order. */
    Collection<ModelDeployment> all();

    /** Keeps this one in the place of the one with the same name; durable when it returns. */
    void put(ModelDeployment deployment);

    /** Forgets the one of this name, if there is one; durable when it returns. */
    void remove(String name);
}
