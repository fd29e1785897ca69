package org.gatehouse.machine.update;

import org.gatehouse.governance.form.About;

/** What looks like a bundle on something that was plugged in; nothing of it has been checked. Immutable. */
public record MediumBundle(@About("The device.") String device, @About("The file's name.") String file,
        @About("Its size.") long bytes) {}
