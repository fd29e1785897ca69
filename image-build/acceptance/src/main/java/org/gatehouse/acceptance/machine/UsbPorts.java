package org.gatehouse.acceptance.machine;

import java.util.List;

/** Sockets for USB sticks, which may come and go while the machine runs: see {@link VirtualMachine#plugIn}. Stateless. */
public record UsbPorts() implements Device {
    static final String BUS = "usb";

    @Override
    public List<String> plug() {
        return List.of("-device", "qemu-xhci,id=" + BUS);
    }
}
