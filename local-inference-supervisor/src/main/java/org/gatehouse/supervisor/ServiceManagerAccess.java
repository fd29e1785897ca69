package org.gatehouse.supervisor;

import java.util.Objects;

/** How the service manager is spoken to, where engines are its units. Immutable. */
public sealed interface ServiceManagerAccess permits SystemdSettings, ServiceManagerAccess.By {

    /** By somebody who may, such as an appliance's agent. */
    record By(ServiceManager manager) implements ServiceManagerAccess {
        /** Checks that there is one. */
        public By {
            Objects.requireNonNull(manager, "manager");
        }
    }
}
