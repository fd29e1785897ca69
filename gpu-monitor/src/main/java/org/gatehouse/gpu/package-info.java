/**
 * What the GPUs of the box are and how they do. Goes out: immutable {@link org.gatehouse.gpu.GpuSnapshot}s. Comes in:
 * nothing of ours; this module knows no gateway, no key, no tenant.
 */
@NullMarked
package org.gatehouse.gpu;

import org.jspecify.annotations.NullMarked;
