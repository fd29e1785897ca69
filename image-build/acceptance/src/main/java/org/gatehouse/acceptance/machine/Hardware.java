package org.gatehouse.acceptance.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a virtual machine is made of. Immutable.
 *
 * @param folder where its log lies and, over several boots, what its firmware remembers
 * @param disks the first is the one that it boots from
 * @param ports of the guest that are reached from this machine, each at a free port of the loopback address
 * @param kernelArguments words that the kernel's command line gets beside the image's own, as a hypervisor may give them (SMBIOS type 11) while
 *            the machine has no Secure Boot
 * @param devices what is plugged in beside disks, such as a {@link Neighbour}
 * @param firmware what starts it
 */
public record Hardware(Path folder, List<Disk> disks, List<Integer> ports, List<String> kernelArguments,
        List<Device> devices, Firmware firmware) {
    private static final int HTTPS = 443;

    public Hardware {
        disks = List.copyOf(disks);
        ports = List.copyOf(ports);
        kernelArguments = List.copyOf(kernelArguments);
        devices = List.copyOf(devices);
    }

    /** One with plain firmware. */
    public Hardware(Path folder, List<Disk> disks, List<Integer> ports, List<String> kernelArguments,
            List<Device> devices) {
        this(folder, disks, ports, kernelArguments, devices, Firmware.PLAIN);
    }

    /** A machine with one disk whose HTTPS port is reached from outside. */
    public static Hardware with(Path folder, Disk disk) {
        return new Hardware(folder, List.of(disk), List.of(HTTPS), List.of(), List.of());
    }

    /** The same with one more disk. */
    public Hardware andDisk(Disk more) {
        List<Disk> all = new ArrayList<>(disks);
        all.add(more);
        return new Hardware(folder, all, ports, kernelArguments, devices, firmware);
    }

    /** The same with words for the kernel. */
    public Hardware withKernelArguments(List<String> words) {
        return new Hardware(folder, disks, ports, words, devices, firmware);
    }

    /** The same with something plugged in. */
    public Hardware with(Device device) {
        List<Device> all = new ArrayList<>(devices);
        all.add(device);
        return new Hardware(folder, disks, ports, kernelArguments, all, firmware);
    }

    /** The same with other firmware. */
    public Hardware with(Firmware other) {
        return new Hardware(folder, disks, ports, kernelArguments, devices, other);
    }

    /** The same with these disks. */
    public Hardware withDisks(List<Disk> others) {
        return new Hardware(folder, others, ports, kernelArguments, devices, firmware);
    }
}
