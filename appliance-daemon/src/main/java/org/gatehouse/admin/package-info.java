/**
 * The admin REST API. In: HTTP requests under {@code /api}. Out: JSON, by way of one table of {@link
 * org.gatehouse.admin.Operation}s, from which both the routes and the OpenAPI document are made. Calls
 * {@code governance}, {@code audit} and {@code store}.
 */
@NullMarked
package org.gatehouse.admin;

import org.jspecify.annotations.NullMarked;
