/**
 * A computer for the image to run on, made of software: QEMU with its processor emulated, and what can be seen and done from outside. In: disks,
 * what is plugged in. Out: what the serial line and the screen show, open ports, power. Calls no other room.
 */
@NullMarked
package org.gatehouse.acceptance.machine;

import org.jspecify.annotations.NullMarked;
