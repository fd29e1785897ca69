package org.gatehouse.acceptance.machine;

import java.io.IOException;
import java.util.List;

/** Something that is plugged into a machine before it is switched on. */
public interface Device {

    /** What QEMU is told, each time that the machine is switched on. */
    List<String> plug() throws IOException;
}
