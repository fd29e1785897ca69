package org.gatehouse.safekeeping;

import org.gatehouse.governance.form.About;

/** A backup that lies at the target. */
public record Kept(@About("Its name.") String name, @About("How large it is.") long bytes) {}
