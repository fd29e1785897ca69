package org.gatehouse.machine.update;

import org.gatehouse.governance.form.About;

/** What looks like what is wanted on something that was plugged in; nothing of it has been checked. Immutable. */
public record MediumFile(@About("The device.") String device, @About("The file's name.") String file,
        @About("Its size.") long bytes) {}
