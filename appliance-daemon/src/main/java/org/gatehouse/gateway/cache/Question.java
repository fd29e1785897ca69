package org.gatehouse.gateway.cache;

import java.util.UUID;

/**
 * By what an answer is found again. The tenant stands in it as it is, not only in the digest: no collision and no mistake in
 * the digest can carry an answer from one tenant to another. Immutable.
 *
 * @param route the public model
 * @param tenant the key, project or department whose answer it is
 * @param first of the digest over everything that the answer depends on, as are the others
 */
record Question(UUID route, UUID tenant, long first, long second, long third, long fourth) {}
