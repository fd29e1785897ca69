/**
 * The GPUs as the box sees them: read in the background, kept for a week, shown to the admin API and in the metrics. In: the sources that
 * the settings name. Out: snapshots, history, events, metrics text. Calls {@code governance} for the trail, and {@code store}.
 */
@NullMarked
package org.gatehouse.compute;

import org.jspecify.annotations.NullMarked;
