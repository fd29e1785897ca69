package org.gatehouse.acceptance.machine;

import java.util.List;

/** A machine's UEFI firmware, as Debian's package ovmf has it; what it remembers begins as OVMF_VARS_4M.fd, without anybody's keys. */
public enum Firmware {
    /** It starts whatever it finds. */
    PLAIN("OVMF_CODE_4M.fd", List.of("-machine", "q35")),
    /**
     * It knows Secure Boot, and is in setup mode until somebody enrolls keys. What it remembers may be written in the processor's system
     * management mode alone, by itself: "requires-smm" in the package's 50-edk2-x86_64-secure.json.
     */
    SECURE_BOOT("OVMF_CODE_4M.secboot.fd",
            List.of("-machine", "q35,smm=on", "-global", "driver=cfi.pflash01,property=secure,value=on"));

    private final String file;
    private final List<String> computer;

    Firmware(String file, List<String> computer) {
        this.file = file;
        this.computer = computer;
    }

    String file() {
        return file;
    }

    /** In which computer it runs, in QEMU's words. */
    List<String> computer() {
        return computer;
    }
}
