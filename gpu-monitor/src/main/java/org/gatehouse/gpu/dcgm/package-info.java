/**
 * GPUs as DCGM sees them: {@link org.gatehouse.gpu.dcgm.DcgmSources} opens a source that talks to a host engine through libdcgm. Comes
 * in: addresses and library names; goes out: snapshots and sightings. May call {@code org.gatehouse.gpu} and {@code nativelib}.
 */
@NullMarked
package org.gatehouse.gpu.dcgm;

import org.jspecify.annotations.NullMarked;
