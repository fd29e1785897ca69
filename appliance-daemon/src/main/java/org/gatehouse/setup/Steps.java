package org.gatehouse.setup;

import java.util.List;

import org.gatehouse.machine.NetworkProbe;
import org.gatehouse.machine.NetworkProof;

/** The steps of the set-up, in order. Stateless. */
final class Steps {
    static final String ORGANIZATION = "organization";
    static final String ADMINISTRATOR = "administrator";

    private Steps() {}

    static List<Step<?>> of(SetupRooms rooms, SetupRows rows) {
        return List.of(new MachineStep(rooms.machine(), new NetworkProbe(rooms.clock(), rooms.random()),
                new NetworkProof(rooms.machine(), NetworkProof.Neighbours.OF_KERNEL, Thread::sleep),
                rooms.governance()),
                new CertificateStep(rooms.certificates()),
                new AdministratorStep(rooms.governance().users(), rooms.people().breakGlass(), rows),
                new SignOnStep(rooms.governance(), rooms.people().signOn().trials(), rows),
                // Before there are prices: the currency cannot change once there are.
                new OrganizationStep(rooms.governance()),
                new ProvidersStep(rooms.governance(), rows, rooms.providerTest(), rooms.ids()),
                new LocalModelsStep(rooms.governance(), rooms.engines(), rooms.models()),
                new SafekeepingStep(rooms.backups(), rooms.alerts()),
                new FirstKeyStep(rooms.governance(), rooms.testChat()));
    }
}
