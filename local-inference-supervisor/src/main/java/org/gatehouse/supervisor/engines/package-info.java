/**
 * What is particular to each engine program: its command line, its endpoints, its log, its failures. Comes in: an
 * {@link org.gatehouse.supervisor.engines.EngineOrder} and a {@link org.gatehouse.supervisor.planning.Placement}. Goes out: argument
 * lists, load progress, diagnoses. Starts nothing, connects to nothing; may call {@code planning} only.
 */
@NullMarked
package org.gatehouse.supervisor.engines;

import org.jspecify.annotations.NullMarked;
