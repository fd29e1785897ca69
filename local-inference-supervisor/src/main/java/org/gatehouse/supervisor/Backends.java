package org.gatehouse.supervisor;

/** Which backend a supervisor starts engines with, and which one an engine that is already there was started with. */
final class Backends {
    private final ProcessGroups groups;
    private final SystemdUnits units;
    private final boolean unitsChosen;

    Backends(SupervisorSettings settings, Host host) {
        this.groups = new ProcessGroups(host);
        this.units = new SystemdUnits(switch (settings.systemd()) {
            case SystemdSettings programs -> new SystemdPrograms(programs, settings.stateDirectory());
            case ServiceManagerAccess.By(ServiceManager manager) -> manager;
        }, host);
        this.unitsChosen = settings.backend().usesUnits();
    }

    /** For new engines. */
    Backend chosen() {
        return unitsChosen ? units : groups;
    }

    /** For this engine. */
    Backend of(Manifest manifest) {
        return manifest.unit().isEmpty() ? groups : units;
    }
}
