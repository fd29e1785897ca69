package org.gatehouse.machine.update;

import org.gatehouse.governance.form.About;

/** A file on something that was plugged in. Immutable. */
public record Medium(
        @About(value = "The device, as the box lists it.", min = 2, max = 11, pattern = "[a-z]{2,8}[0-9]{0,3}") String device,
        @About(value = "The file's name.", min = 8, max = 128, pattern = "[A-Za-z0-9][A-Za-z0-9._+-]*\\.bundle") String file) {}
