/**
 * The admin REST API. In: HTTP requests under {@code /api}. Out: JSON, by way of one table of {@link
 * org.gatehouse.admin.Operation}s, from which both the routes and the OpenAPI document are made. Calls
 * {@code governance}, {@code audit} and {@code store}, and {@code listen} to hear that somebody who listens to events has left.
 */
@NullMarked
package org.gatehouse.admin;

import org.jspecify.annotations.NullMarked;
