/**
 * The data plane: a call's way through the box, in the order in which it travels. Read
 * {@link org.gatehouse.gateway.Pipeline} first.
 *
 * <pre>
 *   authenticate   admission/Authentication   whose key, from where, on which surface
 *   read           Reading                    the body: what governance must know of it (dialect/…)
 *   permit         admission/Permission       which public model, and may this key use it
 *   route          routing/Routing            which model at which upstream
 *   admit          admission/Admission        rates, quotas, budgets: reserve the most it may use
 *   dispatch       upstream/Dispatch          rewrite what must be rewritten, send
 *   relay          relay/…Relay               pass the reply on, meter it, hold its last bytes
 *   settle         metering, admission        what it used replaces what it reserved
 *   record         recording/CallBook         durable before the last bytes go out
 * </pre>
 *
 * In: HTTP from {@code listen}. Out: HTTP to clients and upstreams, rows to {@code audit}. Of the control plane it
 * knows the policy snapshot and nothing else.
 */
@NullMarked
package org.gatehouse.gateway;

import org.jspecify.annotations.NullMarked;
