/**
 * The only way from Java into C libraries: {@link org.gatehouse.gpu.nativelib.SharedLibrary} looks each function up by itself and calls
 * it, {@link org.gatehouse.gpu.nativelib.GuardedCalls} puts a deadline on code that may hang in a driver. Comes in: names and plain
 * memory; goes out: return codes. May call {@code org.gatehouse.gpu} only.
 */
@NullMarked
package org.gatehouse.gpu.nativelib;

import org.jspecify.annotations.NullMarked;
