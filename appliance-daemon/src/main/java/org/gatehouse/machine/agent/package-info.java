/**
 * What must be root to change the machine, and nothing more: a small program of its own behind a socket that only the
 * daemon may open. In: one request of a closed list of verbs. Out: progress, then a result or a typed refusal. The daemon
 * itself never is root; what it may ask for is what {@link org.gatehouse.machine.agent.Verb}s there are.
 */
@NullMarked
package org.gatehouse.machine.agent;

import org.jspecify.annotations.NullMarked;
