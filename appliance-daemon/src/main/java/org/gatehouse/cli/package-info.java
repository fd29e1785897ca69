/**
 * The admin API from a shell. In: command lines. Out: tables or JSON on standard output, one clear line on standard error
 * when something fails. Calls the admin API over HTTP only; what works offline uses {@code audit} and {@code store}.
 */
@NullMarked
package org.gatehouse.cli;

import org.jspecify.annotations.NullMarked;
