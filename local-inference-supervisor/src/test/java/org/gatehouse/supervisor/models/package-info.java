/** Tests of the model store, with real files, real archives and a small real model hub on loopback. */
@NullMarked
package org.gatehouse.supervisor.models;

import org.jspecify.annotations.NullMarked;
